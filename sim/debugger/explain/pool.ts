import { hex } from '../format/numbers.js';
import { objectAt, objectInBlock, type KernelObject } from '../kernel/objects.js';
import { poolBlockAt, poolPartAt, type PoolBlock, type PoolPart } from '../kernel/pool-blocks.js';
import type { Session } from '../session.js';
import { attempt } from './attempt.js';
import { place, type Finding } from './explanation.js';
import { fieldEvidence } from './fields.js';
import objectTypes from './object-types.json' with { type: 'json' };
import { poolMetadata } from './pool-metadata.js';
import { prototypeAt } from './prototypes.js';
import { regionOf } from './regions.js';
import { threadsListed } from './stacks.js';

/** The block of pool around an address, and the object that lives in it. */
export function poolOf(session: Session, at: bigint): Finding[] {
  const block = poolBlockAt(session, at);
  if (!block) return elsewhere(session, at);
  const pool = blockFinding(session, block, at);
  if (!block.isAllocated) return [pool];
  const object = block.hasHeader ? objectInBlock(session, block.start, block.bytes) : undefined;
  return object ? [pool, objectFinding(session, object, at)] : [pool, ...prototypeAt(session, block, at)];
}

function blockFinding(session: Session, block: PoolBlock, at: bigint): Finding {
  const { start, bytes, isAllocated, hasHeader, tag, kind, heap, container } = block;
  const state = isAllocated ? `tag ${tag || '(none)'}` : 'free';
  const name = regionOf(session, start)?.name ?? '';
  const header = BigInt(session.struct('_POOL_HEADER').size);
  const isInHeader = hasHeader && at < start + header;
  return {
    kind: 'pool',
    title: `block of ${POOLS[name] ?? ''}pool, ${state}, 0x${hex(bytes)} bytes`,
    evidence: [
      place('block at', start, { command: `!pool ${hex(at)}`, ...(hasHeader && { type: 'nt!_POOL_HEADER' }) }),
      { label: 'offset in it', value: `0x${hex(at - start)}${isInHeader ? ', in its header' : ''}` },
      { label: 'kind', value: kind },
      ...(isAllocated && tag.trim() ? [{ label: 'all of the tag', value: tag, command: `!poolfind "${tag}"` }] : []),
      ...(heap === 0n ? [] : [place('heap', heap, { type: 'nt!_SEGMENT_HEAP' })]),
      place('subsegment or range', container),
    ],
  };
} // prettier-ignore

const POOLS: Readonly<Record<string, string>> = { NonPagedPool: 'nonpaged ', PagedPool: 'paged ' };

function objectFinding(session: Session, object: KernelObject, at: bigint): Finding {
  const { address, header, typeName, typeAddress, name } = object;
  const named = name ? ` "${name}"` : '';
  const body = (objectTypes.bodies as Readonly<Record<string, string>>)[typeName];
  const type = body !== undefined && session.type(`nt!${body}`) ? `nt!${body}` : undefined;
  const within = placeInObject(session, object, at, type);
  return {
    kind: 'object',
    title: `object of type ${typeName}${named}`,
    evidence: [
      place('object at', address, { command: `!object ${hex(address)}`, ...(type && { type }) }),
      ...within,
      place('header at', header.address, { type: 'nt!_OBJECT_HEADER' }),
      place('type', typeAddress, { type: 'nt!_OBJECT_TYPE' }),
      { label: 'handles', value: `${header.value('HandleCount')}` },
      { label: 'pointers', value: `${header.value('PointerCount')}` },
    ],
  };
}

/** Whether an address is in the object itself, in its header, or in the optional headers before that. */
function placeInObject(session: Session, { address, header }: KernelObject, at: bigint, type: string | undefined) {
  if (at >= address)
    return type ? fieldEvidence(session, type, address, at) : [{ label: 'offset in it', value: `0x${hex(at - address)}` }];
  if (at >= header.address) return fieldEvidence(session, 'nt!_OBJECT_HEADER', header.address, at);
  return [{ label: 'in front of the header', value: `0x${hex(header.address - at)} bytes` }];
} // prettier-ignore

const PARTS: Readonly<Record<PoolPart['kind'], string>> = {
  'segment header': 'header of a segment, which describes its pages',
  'subsegment header': 'header of a subsegment, which describes its blocks',
  'block header': 'header of a block of variable size',
  'free pages': 'pages of a segment that no block has',
  'end of a range': 'end of a range, behind its last block',
};

/** Where pool's own headers are not in the dump: the process or thread whose list leads here. */
function listedObject(session: Session, at: bigint): Finding[] {
  for (const { thread, process } of threadsListed(session))
    for (const { address, type } of [thread, process]) {
      const header = session.view('_OBJECT_HEADER', 0n).at('Body');
      if (at < address - header || at >= address + BigInt(type.size)) continue;
      return [objectFinding(session, objectAt(session, address), at)];
    }
  return [];
}

/** What is in no block: parts that describe blocks, and what only lists or the region tell of. */
function elsewhere(session: Session, at: bigint): Finding[] {
  for (const find of [partOf, poolMetadata, listedObject, undescribed]) {
    const found = attempt(() => find(session, at));
    if (found.length > 0) return found;
  }
  return [];
}

/** Pool whose segment is not in the dump, as in one of kernel stacks. */
function undescribed(session: Session, at: bigint): Finding[] {
  const name = POOLS[regionOf(session, at)?.name ?? ''];
  if (name === undefined || session.memory.read(at, 1).length === 0) return [];
  return [{ kind: 'pool', title: `${name}pool: what describes its blocks is not in the dump`, evidence: [] }];
}

function partOf(session: Session, at: bigint): Finding[] {
  const part = poolPartAt(session, at);
  if (!part) return [];
  const name = regionOf(session, at)?.name ?? '';
  return [
    {
      kind: 'pool',
      title: `${POOLS[name] ?? ''}pool: ${PARTS[part.kind]}`,
      evidence: [
        place('begins at', part.start),
        ...(part.bytes === 0n ? [] : [{ label: 'bytes', value: `0x${hex(part.bytes)}` }]),
        place('segment', part.segment, { type: 'nt!_HEAP_PAGE_SEGMENT' }),
        place('heap', part.heap, { type: 'nt!_SEGMENT_HEAP' }),
      ],
    },
  ];
}
