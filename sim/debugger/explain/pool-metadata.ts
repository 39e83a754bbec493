import { hex } from '../format/numbers.js';
import { kernelGlobal, kernelPointer } from '../kernel/lists.js';
import { readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { place, range, type Finding } from './explanation.js';

const BITS_PER_BYTE = 8n;
const PAGE = 0x1000n;

/** What lies beside the segments of pool and describes them: maps of all addresses, heaps, the table of large allocations. */
export function poolMetadata(session: Session, at: bigint): Finding[] {
  for (const { title, start, bytes, named } of partsOf(session)) {
    // Each has pages of its own.
    const end = (start + bytes + PAGE - 1n) & ~(PAGE - 1n);
    if (start === 0n || at < start || at >= end) continue;
    const rest = at >= start + bytes ? 'rest of the pages of the ' : '';
    return [
      {
        kind: 'pool',
        title: `pool: ${rest}${title}`,
        evidence: [range('range', start, start + bytes), named],
      },
    ];
  }
  return [];
}

interface Metadata {
  title: string;
  start: bigint;
  bytes: bigint;
  named: ReturnType<typeof place>;
}

function* partsOf(session: Session): Iterable<Metadata> {
  const state = new TypedView(session, '_EX_POOL_HEAP_MANAGER_STATE', kernelGlobal(session, 'ExPoolState'));
  const heapBytes = BigInt(session.struct('_SEGMENT_HEAP').size);
  const nodes = Math.min(state.number('NumberOfPools'), MOST_NODES);
  for (let node = 0; node < nodes; node++)
    for (let heap = 0; heap < HEAPS_OF_A_NODE; heap++) {
      const path = `PoolNode[${node}].Heaps[${heap}]`;
      const start = state.value(path);
      if (start === 0n) continue;
      const named = place('named at', state.at(path), { command: `dt nt!_SEGMENT_HEAP ${hex(start)}` });
      const name = `heap ${heap} of node ${node}`;
      yield { title: `SEGMENT_HEAP, ${name}`, start, bytes: heapBytes, named };
      // Its buckets and slots follow it, in addresses that are set aside for it.
      const view = new TypedView(session, '_SEGMENT_HEAP', start);
      const end = view.has('ReservedRegionEnd') ? view.value('ReservedRegionEnd') : start;
      const title = `what ${name} describes its blocks with`;
      if (end > start + heapBytes) yield { title, start: start + heapBytes, bytes: end - start - heapBytes, named };
    }
  for (const [path, what] of [
    ['HeapManager.AllocTracker.AllocTrackerBitmap', 'bitmap of what each MiB of addresses is for'],
    ['HeapManager.VaMgr.VaSpace.VaRangeArray.Bitmap', 'table of whose each MiB of addresses is'],
  ] as const) {
    const bitmap = state.inner(path);
    const bits = bitmap.value('BitCount');
    const pages = (bits / BITS_PER_BYTE + 0xfffn) >> 12n;
    const named = place('described at', bitmap.address, { type: 'nt!_RTL_CSPARSE_BITMAP' });
    yield { title: what, start: bitmap.value('UserBitmap'), bytes: bits / BITS_PER_BYTE, named };
    yield { title: `which pages are mapped of the ${what}`, start: bitmap.value('CommitBitmap'), bytes: (pages + 7n) >> 3n, named };
  }
  const entry = BigInt(session.struct('_POOL_TRACKER_BIG_PAGES').size);
  yield { title: 'table of large allocations', start: kernelPointer(session, 'PoolBigPageTable'), bytes: kernelPointer(session, 'PoolBigPageTableSize') * entry, named: place('named at', kernelGlobal(session, 'PoolBigPageTable'), { command: 'dq nt!PoolBigPageTable L1' }) };
  yield* tagTables(session);
} // prettier-ignore

/** Tables of what each tag has allocated: one, or one for each processor. */
function* tagTables(session: Session): Iterable<Metadata> {
  const bytes = kernelPointer(session, 'PoolTrackTableSize') * BigInt(session.struct('_POOL_TRACKER_TABLE').size);
  const title = 'table of what each tag has allocated';
  const main = kernelPointer(session, 'PoolTrackTable');
  yield { title, start: main, bytes, named: place('named at', kernelGlobal(session, 'PoolTrackTable'), { command: '!poolused' }) };
  const list = session.symbol('nt!ExPoolTagTables');
  if (list === undefined) return;
  for (const { number } of session.target.processors.filter((each) => each !== undefined)) {
    const at = list + BigInt(number * POINTER_BYTES);
    yield { title: `${title}, of processor ${number}`, start: readPointer(session.memory, at), bytes, named: place('named at', at, { command: '!poolused' }) };
  }
} // prettier-ignore

const POINTER_BYTES = 8;
const HEAPS_OF_A_NODE = 4;
const MOST_NODES = 64;
