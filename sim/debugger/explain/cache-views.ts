import { hex } from '../format/numbers.js';
import { viewOf } from '../files/record.js';
import { fastReference, kernelGlobal, kernelPointer } from '../kernel/lists.js';
import { readInteger, readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { place, range, type Finding } from './explanation.js';

/** VACB_MAPPING_GRANULARITY. Source: WDK, ntifs.h. */
const VIEW_BYTES = 0x40000n;
/** Views of 64 GiB. */
const MOST_ARRAYS = 0x40;
const VACBS_OF_ARRAY = 0x1000;

/** A view of the system cache that an address lies in: of which file, from where on. */
export function cacheViewOf(session: Session, at: bigint): Finding[] {
  const start = at & ~(VIEW_BYTES - 1n);
  const vacb = vacbs(session).get(start);
  if (vacb === undefined) return [];
  const view = session.view('_VACB', vacb);
  const map = view.value('SharedCacheMap');
  const file = fastReference(session.view('_SHARED_CACHE_MAP', map).value('FileObjectFastRef.Value'));
  const path = session.view('_FILE_OBJECT', file).unicode('FileName');
  // Its low bits count those who use the view.
  const offset = view.value('Overlay.FileOffset.QuadPart') & ~0xffffn;
  return [
    {
      kind: 'view',
      title: `view of the system cache: ${path || 'a file'}, from its byte 0x${hex(offset)} on`,
      evidence: [
        range('view', start, start + VIEW_BYTES),
        { label: 'offset in the file', value: `0x${hex(offset + at - start)}` },
        place('VACB', vacb, { command: `dt nt!_VACB ${hex(vacb)}`, type: 'nt!_VACB' }),
        place('shared cache map', map, { type: 'nt!_SHARED_CACHE_MAP' }),
        place('file object', file, { command: `!object ${hex(file)}`, type: 'nt!_FILE_OBJECT' }),
      ],
    },
  ];
}

/** A dump does not change: the arrays of its VACBs are read once. */
const known = new WeakMap<Session, ReadonlyMap<bigint, bigint>>();

/** VACBs in use by the address that each maps. */
function vacbs(session: Session): ReadonlyMap<bigint, bigint> {
  let found = known.get(session);
  if (!found) known.set(session, (found = new Map(vacbsIn(session))));
  return found;
}

function* vacbsIn(session: Session): Iterable<[base: bigint, vacb: bigint]> {
  const arrays = kernelPointer(session, 'CcVacbArrays');
  const last = Number(readInteger(session.memory, kernelGlobal(session, 'CcVacbArraysHighestUsedIndex'), 4));
  const type = session.struct('_VACB');
  const baseAt = Number(new TypedView(session, type, 0n).at('BaseAddress'));
  const headerBytes = BigInt(session.struct('_VACB_ARRAY_HEADER').size);
  for (let i = 0; i <= Math.min(last, MOST_ARRAYS); i++) {
    const array = readPointer(session.memory, arrays + BigInt(i * 8));
    if (array === 0n) continue;
    const header = session.view('_VACB_ARRAY_HEADER', array);
    const count = Math.min(header.number('HighestMappedIndex') + 1, VACBS_OF_ARRAY);
    const bytes = session.memory.read(array + headerBytes, count * type.size);
    const rows = viewOf(bytes);
    for (let at = 0; at + type.size <= bytes.length; at += type.size) {
      const base = rows.getBigUint64(at + baseAt, true);
      if (base !== 0n) yield [base, array + headerBytes + BigInt(at)];
    }
  }
}
