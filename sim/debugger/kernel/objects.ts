import { MemoryError, readInteger, readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { kernelGlobal } from './lists.js';
import { poolBlocks } from './pool-blocks.js';

/** Bit of InfoMask: OBJECT_HEADER_NAME_INFO stands before the header. */
const NAME_INFO = 2;
const INFO_OFFSETS = 'ObpInfoMaskToOffset';

export interface KernelObject {
  address: bigint;
  header: TypedView;
  /** OBJECT_TYPE. */
  typeAddress: bigint;
  typeName: string;
  /** '' for one without. */
  name: string;
  directory: bigint;
}

/** Looks at an object by its header. @throws MemoryError when it is not in memory */
export function objectAt(session: Session, address: bigint): KernelObject {
  const bodyOffset = new TypedView(session, '_OBJECT_HEADER', 0n).at('Body');
  const header = new TypedView(session, '_OBJECT_HEADER', address - bodyOffset);
  const cookie = readInteger(session.memory, kernelGlobal(session, 'ObHeaderCookie'), 1);
  const index = header.value('TypeIndex') ^ ((header.address >> 8n) & 0xffn) ^ cookie;
  const typeAddress = readPointer(session.memory, kernelGlobal(session, 'ObTypeIndexTable') + index * 8n);
  const mask = header.number('InfoMask');
  let name = '';
  let directory = 0n;
  if (mask & NAME_INFO) {
    const offset = readInteger(
      session.memory,
      kernelGlobal(session, INFO_OFFSETS) + BigInt(mask & (NAME_INFO * 2 - 1)),
      1,
    );
    const info = new TypedView(session, '_OBJECT_HEADER_NAME_INFO', header.address - offset);
    name = info.unicode('Name');
    directory = info.value('Directory');
  }
  return {
    address,
    header,
    typeAddress,
    typeName: new TypedView(session, '_OBJECT_TYPE', typeAddress).unicode('Name'),
    name,
    directory,
  };
}

const GRANULE = 0x10n;
/** The top bit of a tag marks protected blocks. */
const TAG = 0x7fffffffn;
/** All optional headers together are not larger. */
const MOST_OPTIONAL = 0x100n;

/**
 * The object in a block of pool, `undefined` when there is none: its header stands where the optional headers that it
 * says it has end, and the block's tag is the key of its type.
 */
export function objectInBlock(session: Session, block: bigint, bytes: bigint): KernelObject | undefined {
  const body = new TypedView(session, '_OBJECT_HEADER', 0n).at('Body');
  const poolHeader = BigInt(session.struct('_POOL_HEADER').size);
  const tag = new TypedView(session, '_POOL_HEADER', block).value('PoolTag');
  const most = bytes - poolHeader - body < MOST_OPTIONAL ? bytes - poolHeader - body : MOST_OPTIONAL;
  for (let optional = 0n; optional < most; optional += GRANULE) {
    try {
      const object = objectAt(session, block + poolHeader + optional + body);
      const mask = object.header.value('InfoMask');
      const expected = readInteger(session.memory, kernelGlobal(session, INFO_OFFSETS) + mask, 1);
      const key = new TypedView(session, '_OBJECT_TYPE', object.typeAddress).value('Key');
      if (expected === optional && (key & TAG) === (tag & TAG) && isHeader(object.header)) return object;
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
    }
  }
  return undefined;
}

const FIRST_SYSTEM = 0xffff800000000000n;
const MOST_REFERENCES = 1n << 32n;

/**
 * Whether what a header points to can be: the one byte that names the type, mixed with the address, fits by chance in
 * one of 256 places that are none.
 */
function isHeader(header: TypedView): boolean {
  const [quota, descriptor] = [header.value('QuotaBlockCharged'), header.value('SecurityDescriptor')];
  const pointers = header.value('PointerCount');
  return (
    pointers >= 0n &&
    pointers < MOST_REFERENCES &&
    (quota <= 1n || quota >= FIRST_SYSTEM) &&
    (descriptor === 0n || descriptor >= FIRST_SYSTEM)
  );
}

/** ObTypeIndexTable's first entries are of no type. */
const FIRST_TYPE = 2;
const MOST_TYPES = 256;

/** OBJECT_TYPE of every type of objects, by index. */
export function* objectTypes(session: Session): Iterable<TypedView> {
  const table = kernelGlobal(session, 'ObTypeIndexTable');
  for (let i = FIRST_TYPE; i < MOST_TYPES; i++) {
    const at = readPointer(session.memory, table + BigInt(i * 8));
    if (at === 0n) return;
    yield new TypedView(session, '_OBJECT_TYPE', at);
  }
}

/** The type of a name; case matters not. `undefined` for none. */
export function objectTypeNamed(session: Session, name: string): TypedView | undefined {
  for (const type of objectTypes(session))
    if (type.unicode('Name').toLowerCase() === name.toLowerCase()) return type;
  return undefined;
}

/** Objects of a type, found in pool by the tag that its allocations have. */
export function* objectsOfType(session: Session, type: TypedView): Iterable<KernelObject> {
  const key = type.value('Key') & TAG;
  const tag = [0n, 8n, 16n, 24n].map((shift) => String.fromCharCode(Number((key >> shift) & 0x7fn))).join('');
  for (const block of poolBlocks(session)) {
    if (!block.isAllocated || !block.hasHeader || block.tag !== tag) continue;
    const object = objectInBlock(session, block.start, block.bytes);
    if (object?.typeAddress === type.address) yield object;
  }
}

/** Optional headers by their bits of InfoMask. Source: structures of public symbols, OBJECT_HEADER_*_INFO. */
const OPTIONAL_HEADERS: readonly [bit: number, name: string][] = [
  [0x1, 'CreatorInfo'],
  [NAME_INFO, 'NameInfo'],
  [0x4, 'HandleInfo'],
  [0x8, 'QuotaInfo'],
  [0x10, 'ProcessInfo'],
];

/** Optional headers in front of an object's header, with their addresses. */
export function optionalHeaders(session: Session, { header }: KernelObject): { name: string; at: bigint }[] {
  const mask = header.number('InfoMask');
  const offsets = kernelGlobal(session, INFO_OFFSETS);
  return OPTIONAL_HEADERS.filter(([bit]) => mask & bit).map(([bit, name]) => {
    const offset = readInteger(session.memory, offsets + BigInt(mask & (bit * 2 - 1)), 1);
    return { name, at: header.address - offset };
  });
}

const BUCKETS = 37;
const MOST_IN_BUCKET = 0x10000;

/** Objects in a directory, with the bucket each hangs in. */
export function* directoryEntries(
  session: Session,
  directory: bigint,
): Iterable<{ bucket: number; object: bigint }> {
  const view = new TypedView(session, '_OBJECT_DIRECTORY', directory);
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const seen = new Set<bigint>();
    for (
      let at = view.value(`HashBuckets[${bucket}]`);
      at !== 0n && !seen.has(at) && seen.size < MOST_IN_BUCKET;
    ) {
      seen.add(at);
      const entry = new TypedView(session, '_OBJECT_DIRECTORY_ENTRY', at);
      yield { bucket, object: entry.value('Object') };
      at = entry.value('ChainLink');
    }
  }
}

/** The object with a path from the root directory; case does not matter. `undefined` for none. */
export function objectByPath(session: Session, path: string): bigint | undefined {
  let at = readPointer(session.memory, kernelGlobal(session, 'ObpRootDirectoryObject'));
  for (const part of path.split('\\').filter(Boolean)) {
    if (objectAt(session, at).typeName !== 'Directory') return undefined;
    const entries = [...directoryEntries(session, at)];
    const found = entries.find(
      ({ object }) => objectAt(session, object).name.toLowerCase() === part.toLowerCase(),
    );
    if (!found) return undefined;
    at = found.object;
  }
  return at;
}

/** Path of an object in the namespace; its name alone where directories cannot be read. */
export function objectPath(session: Session, object: KernelObject): string {
  const parts = [object.name];
  const root = readPointer(session.memory, kernelGlobal(session, 'ObpRootDirectoryObject'));
  for (let at = object.directory; at !== 0n && at !== root && parts.length < 32;) {
    const parent = objectAt(session, at);
    parts.unshift(parent.name);
    at = parent.directory;
  }
  return object.directory === 0n ? object.name : `\\${parts.join('\\')}`;
}
