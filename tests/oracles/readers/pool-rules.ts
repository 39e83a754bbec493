// Pool as !pool, !poolused and pool scanners read it: every byte of every segment has its place, every block its tag,
// and the tables of tags and large allocations tell what lies in the heaps.
import { describe, expect, it } from 'vitest';
import type { Kernel } from './kernel.js';
import { offsetOf, sizeOf } from './layouts.js';
import { type Block, type HeapWalk, PoolReader } from './pool-heaps.js';

const PAGE = 4096;
const GRANULE = 16;
const LARGEST_BLOCK_WITH_HEADER = 0xff0;
/** Indices of EX_HEAP_POOL_NODE.Heaps: nonpaged, nonpaged NX, paged, prototype PTEs. */
const isPaged = (heap: HeapWalk) => heap.index >= 2;

interface TagUse {
  allocs: bigint;
  frees: bigint;
  bytes: bigint;
}
interface Usage {
  nonPaged: TagUse;
  paged: TagUse;
}
const nothing = (): TagUse => ({ allocs: 0n, frees: 0n, bytes: 0n });
const usageOf = (map: Map<string, Usage>, tag: string): Usage => {
  let found = map.get(tag);
  if (!found) map.set(tag, (found = { nonPaged: nothing(), paged: nothing() }));
  return found;
};

interface BigEntry {
  tag: string;
  bytes: number;
  type: number;
  place: number;
}

function bigPages(kernel: Kernel): Map<bigint, BigEntry> {
  const table = kernel.pointer('PoolBigPageTable');
  const size = Number(kernel.pointer('PoolBigPageTableSize'));
  const found = new Map<bigint, BigEntry>();
  for (let place = 0; place < size; place++) {
    const entry = table + BigInt(place * sizeOf('_POOL_TRACKER_BIG_PAGES'));
    const get = (path: string) => kernel.get(entry, '_POOL_TRACKER_BIG_PAGES', path);
    if ((get('Va') & 1n) !== 0n) continue;
    const tag = kernel.space.text(entry + BigInt(offsetOf('_POOL_TRACKER_BIG_PAGES', 'Key')), 4);
    found.set(get('Va'), { tag, bytes: Number(get('NumberOfBytes')), type: Number(get('PoolType')), place });
  }
  return found;
}

/** Sums of the rows of every processor's table, by tag. */
function trackers(kernel: Kernel): Map<string, Usage> {
  const rows = Number(kernel.pointer('PoolTrackTableSize'));
  const sums = new Map<string, Usage>();
  kernel.truth.processors.forEach((_, number) => {
    const table = kernel.space.u64(kernel.address('ExPoolTagTables') + BigInt(number * 8));
    for (let row = 0; row < rows; row++) {
      const at = table + BigInt(row * sizeOf('_POOL_TRACKER_TABLE'));
      const get = (path: string) => kernel.get(at, '_POOL_TRACKER_TABLE', path);
      if (get('Key') === 0n) continue;
      const { nonPaged, paged } = usageOf(sums, kernel.space.text(at, 4));
      nonPaged.allocs += get('NonPagedAllocs');
      nonPaged.frees += get('NonPagedFrees');
      nonPaged.bytes += get('NonPagedBytes');
      paged.allocs += get('PagedAllocs');
      paged.frees += get('PagedFrees');
      paged.bytes += get('PagedBytes');
    }
  });
  return sums;
}

export function poolRules(opened: () => Kernel): void {
  let walks: HeapWalk[] | undefined;
  const heaps = () => (walks ??= [...new PoolReader(opened()).heaps()]);

  /** What an allocated block is: its tag and how many bytes it counts for; or what is wrong with it. */
  function describeBlock(
    kernel: Kernel,
    block: Block,
    lowBit: bigint,
  ): { tag: string; bytes: number } | string {
    const get = (path: string) => kernel.get(block.address, '_POOL_HEADER', path);
    const bytes = Number(get('BlockSize')) * GRANULE;
    if (block.bytes - bytes !== 0 && (block.by === 'lfh' || block.bytes - bytes !== GRANULE))
      return 'BlockSize';
    if ((get('PoolType') & 3n) !== (2n | lowBit)) return 'PoolType';
    if (get('PreviousSize') !== 0n) return 'PreviousSize';
    if (Number(block.address % BigInt(PAGE)) + bytes > PAGE) return 'crosses a page';
    const tag = kernel.space.text(block.address + BigInt(offsetOf('_POOL_HEADER', 'PoolTag')), 4);
    return /^[ -~]{4}$/.test(tag) ? { tag, bytes } : 'PoolTag';
  }

  describe('pool', () => {
    it('the heaps are whole: segments, ranges, chunks, blocks and trees', () => {
      expect(heaps().flatMap(({ faults }) => faults.slice(0, 5))).toEqual([]);
      expect(heaps().length).toBeGreaterThanOrEqual(4);
    });

    it('every byte of every segment is told apart', () => {
      const kernel = opened();
      for (const { heap, bytes, committedPages, vsPages } of heaps()) {
        const stats = heap + BigInt(offsetOf('_SEGMENT_HEAP', 'MemStats'));
        const get = (path: string) => Number(kernel.get(stats, '_HEAP_RUNTIME_MEMORY_STATS', path));
        const large = Number(kernel.get(heap, '_SEGMENT_HEAP', 'LargeCommittedPages'));
        const sum = Object.values(bytes).reduce((total, part) => total + part, 0);
        expect(sum).toBe(get('TotalReservedPages') * PAGE);
        expect(get('TotalCommittedPages') + large).toBe(committedPages);
        const vs = heap + BigInt(offsetOf('_SEGMENT_HEAP', 'VsContext'));
        expect(kernel.get(vs, '_HEAP_VS_CONTEXT', 'TotalCommittedUnits')).toBe(BigInt(vsPages.mapped));
        expect(kernel.get(vs, '_HEAP_VS_CONTEXT', 'FreeCommittedUnits')).toBe(BigInt(vsPages.free));
      }
    });

    it('the tables of tags and of large allocations say what lies in the heaps', () => {
      const kernel = opened();
      const big = bigPages(kernel);
      const counted = new Map<string, Usage>();
      const faults: string[] = [];
      let headers = 0;
      for (const heap of heaps())
        for (const block of heap.blocks) {
          if (!block.isAllocated) continue;
          const name = `${block.by} 0x${block.address.toString(16)}`;
          const entry = big.get(block.address);
          let found: { tag: string; bytes: number } | string;
          if (block.bytes > LARGEST_BLOCK_WITH_HEADER) {
            found = entry ?? 'not in PoolBigPageTable';
            if (entry && (block.bytes < entry.bytes || block.bytes > entry.bytes + GRANULE))
              found = 'NumberOfBytes';
            if (entry && entry.type !== (isPaged(heap) ? 1 : 0x200)) found = 'PoolType of a large allocation';
            big.delete(block.address);
          } else {
            found = describeBlock(kernel, block, isPaged(heap) ? 1n : 0n);
            headers++;
          }
          if (typeof found === 'string') {
            faults.push(`${name}: ${found}`);
            continue;
          }
          const usage = usageOf(counted, found.tag)[isPaged(heap) ? 'paged' : 'nonPaged'];
          usage.allocs++;
          usage.bytes += BigInt(found.bytes);
        }
      expect(faults.slice(0, 10)).toEqual([]);
      expect([...big.keys()]).toEqual([]);
      expect(headers).toBeGreaterThan(200);
      const live = new Map<string, Usage>();
      for (const [tag, { nonPaged, paged }] of trackers(kernel)) {
        const rest = (use: TagUse) => ({ allocs: use.allocs - use.frees, frees: 0n, bytes: use.bytes });
        if (nonPaged.allocs !== nonPaged.frees || paged.allocs !== paged.frees)
          live.set(tag, { nonPaged: rest(nonPaged), paged: rest(paged) });
      }
      expect(live).toEqual(counted);
    });

    it('every tag has the allocations, frees and bytes that truth.json tells', () => {
      const kernel = opened();
      const told = kernel.truth.pool.map(({ tag, ...counts }) => [
        tag,
        ...Object.values(counts).map((count) => BigInt(count)),
      ]);
      const read = [...trackers(kernel)].map(([tag, { nonPaged, paged }]) => [
        tag,
        ...[nonPaged, paged].flatMap(({ allocs, frees, bytes }) => [allocs, frees, bytes]),
      ]);
      expect(read.sort(([a], [b]) => (a! < b! ? -1 : 1))).toEqual(told);
      expect(told.length).toBeGreaterThan(50);
    });

    it('a large allocation is found from its page by hash', () => {
      const kernel = opened();
      const mask = Number(kernel.pointer('PoolBigPageTableSize')) - 1;
      const entries = bigPages(kernel);
      const table = kernel.pointer('PoolBigPageTable');
      const wasUsed = (at: number) =>
        kernel.get(
          table + BigInt(at * sizeOf('_POOL_TRACKER_BIG_PAGES')),
          '_POOL_TRACKER_BIG_PAGES',
          'Va',
        ) !== 1n;
      for (const [va, { place }] of entries) {
        const product = (((va >> 12n) & 0xffffffffn) * 0x9e5fn) & 0xffffffffffffffffn;
        let at = Number((product ^ (product >> 32n)) & BigInt(mask));
        while (at !== place && wasUsed(at)) at = (at + 1) & mask;
        expect(at).toBe(place);
      }
    });

    it.each(['ExNPagedLookasideListHead', 'ExPagedLookasideListHead'])(
      '%s: lists of lookaside lists keep blocks of their tag, and their counts are those of the tag',
      (head) => {
        const kernel = opened();
        const lists = kernel.list(kernel.address(head), '_GENERAL_LOOKASIDE', 'ListEntry');
        const sums = trackers(kernel);
        const allocated = new Map<bigint, Block>();
        for (const { blocks } of heaps())
          for (const block of blocks) if (block.isAllocated) allocated.set(block.address, block);
        for (const list of lists) {
          const get = (path: string) => kernel.get(list, '_GENERAL_LOOKASIDE', path);
          const depth = Number(get('ListHead.HeaderX64.Depth'));
          let kept = 0;
          let block = get('ListHead.HeaderX64.NextEntry') << 4n;
          for (block &&= block | 0xffff000000000000n; block !== 0n; block = kernel.space.u64(block), kept++) {
            const header = block - BigInt(sizeOf('_POOL_HEADER'));
            expect(allocated.get(header)?.bytes).toBeGreaterThan(Number(get('Size')));
            expect(kernel.get(header, '_POOL_HEADER', 'PoolTag')).toBe(get('Tag'));
          }
          expect(kept).toBe(depth);
          const tag = kernel.space.text(list + BigInt(offsetOf('_GENERAL_LOOKASIDE', 'Tag')), 4);
          const { nonPaged, paged } = sums.get(tag)!;
          const isPagedList = get('Type') === 1n;
          const use = isPagedList ? paged : nonPaged;
          const own = isPagedList ? 0n : 1n; // the list itself
          expect(use.allocs - own).toBe(get('AllocateMisses'));
          expect(use.frees).toBe(get('FreeMisses'));
          const inUse = get('TotalAllocates') - get('TotalFrees');
          expect(use.allocs - own - use.frees).toBe(inUse + BigInt(depth));
        }
        expect(lists.length).toBeGreaterThan(5);
      },
    );

    it('an address leads to its heap through the maps of ExPoolState.HeapManager', () => {
      const kernel = opened();
      const manager =
        kernel.address('ExPoolState') + BigInt(offsetOf('_EX_POOL_HEAP_MANAGER_STATE', 'HeapManager'));
      const tracker = manager + BigInt(offsetOf('_RTLP_HP_HEAP_MANAGER', 'AllocTracker'));
      const base = kernel.get(tracker, '_RTLP_HP_ALLOC_TRACKER', 'BaseAddress');
      const sparse = tracker + BigInt(offsetOf('_RTLP_HP_ALLOC_TRACKER', 'AllocTrackerBitmap'));
      const space =
        manager + BigInt(offsetOf('_RTLP_HP_HEAP_MANAGER', 'VaMgr') + offsetOf('_HEAP_VAMGR_CTX', 'VaSpace'));
      const array = space + BigInt(offsetOf('_HEAP_VAMGR_VASPACE', 'VaRangeArray'));
      const shift = kernel.get(array, '_RTL_SPARSE_ARRAY', 'ElementSizeShift');
      const ranges = kernel.get(
        array + BigInt(offsetOf('_RTL_SPARSE_ARRAY', 'Bitmap')),
        '_RTL_CSPARSE_BITMAP',
        'UserBitmap',
      );
      for (const heap of heaps())
        for (const { address, by } of heap.blocks.slice(0, 50)) {
          const bit = ((address - base) >> 20n) * 2n;
          const commits = kernel.get(sparse, '_RTL_CSPARSE_BITMAP', 'CommitBitmap');
          expect((kernel.space.u64(commits + ((bit >> 15n) / 64n) * 8n) >> ((bit >> 15n) % 64n)) & 1n).toBe(
            1n,
          );
          const word = kernel.space.u64(
            kernel.get(sparse, '_RTL_CSPARSE_BITMAP', 'UserBitmap') + (bit >> 6n) * 8n,
          );
          const kind = (word >> (bit & 63n)) & 3n;
          expect(kind).toBe(by === 'large' ? 3n : by === 'direct' ? kind : 1n);
          expect(kind).toBeGreaterThan(0n);
          const range = ranges + (((address - base) >> 20n) << shift);
          expect(kernel.get(range, '_HEAP_VAMGR_RANGE', 'Allocated')).toBe(1n);
          const owner = range + BigInt(offsetOf('_HEAP_VAMGR_RANGE', 'OwnerCtx'));
          expect(kernel.space.u64(owner)).toBe(heap.heap);
        }
    });
  });
}
