// The kernel's segment heaps as the core holds on to them: where each one's structures lie. What they manage is
// emulated memory alone.
//
//   Heap ─┬─ small: segments of  1 MiB in units of  4 KiB ─▶ page-ranges.ts ─▶ variable-size.ts, low-fragmentation.ts
//         └─ big:   segments of 16 MiB in units of 64 KiB ─▶ page-ranges.ts
import {
  HEAP_LFH_CONTEXT,
  HEAP_PAGE_SEGMENT,
  HEAP_RUNTIME_MEMORY_STATS,
  HEAP_SEG_CONTEXT,
  HEAP_VS_CONTEXT,
  RTL_HP_LFH_CONFIG,
  RTL_HP_VS_CONFIG,
  SEGMENT_HEAP,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { commit, Region } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { addToField, at, initialiseList, setField } from '../../memory/virtual';
import { KERNEL_DATA } from '../../paging/pte';
import { LARGEST_BIG_RANGE, LARGEST_LFH_BLOCK, LARGEST_SMALL_RANGE } from './sizes';

const SIGNATURE: u32 = 0xddeeddee; // what readers know a segment heap by
const SMALL_UNIT_SHIFT: u32 = 12;
const BIG_UNIT_SHIFT: u32 = 16;
const UNITS: u32 = 256; // descriptors of a segment
const FLAG_PAGE_ALIGN_LARGE: u32 = 1;
const LOCK_PAGED: u32 = 0; // _RTLP_HP_LOCK_TYPE
const LOCK_NON_PAGED: u32 = 1;

/** One of the two sizes of segments of a heap. */
export class SegmentContext {
  /** HEAP_SEG_CONTEXT. */
  address: u64 = 0;
  unitShift: u32 = 0;
  /** First unit behind the segment's header. */
  firstUnit: u32 = 0;
  /** Set as soon as the heap exists. */
  owner: Heap | null = null;

  get heap(): Heap {
    return this.owner!;
  }

  get segmentBytes(): u64 {
    return u64(UNITS) << this.unitShift;
  }

  get pagesPerUnit(): u32 {
    return 1 << (this.unitShift - SMALL_UNIT_SHIFT);
  }

  /** RTL_RB_TREE of free page ranges. */
  get freeRanges(): u64 {
    return at(this.address, HEAP_SEG_CONTEXT.FreePageRanges);
  }
}

/** A bucket of the low-fragmentation heap: blocks of one size. */
export class Bucket {
  /** HEAP_LFH_AFFINITY_SLOT; 0 while the bucket is not in use. */
  slot: u64 = 0;
  /** HEAP_LFH_BUCKET. */
  address: u64 = 0;
  /** Allocations of the size so far, until it is in use. */
  demand: u32 = 0;
  /** Subsegment that blocks are taken from, 0 for none. */
  active: u64 = 0;
  subsegments: u32 = 0;
}

export class Heap {
  small: SegmentContext = new SegmentContext();
  big: SegmentContext = new SegmentContext();
  buckets: StaticArray<Bucket> = new StaticArray<Bucket>(LARGEST_LFH_BLOCK / 16 + 1);
  /** Mapped pages of segments. */
  committedPages: u64 = 0;
  /** Pages of large allocations, mapped too. */
  largePages: u64 = 0;
  /** HEAP_LARGE_ALLOC_DATAs of allocations that are gone. */
  spareData: u64[] = [];
  private next: u64 = 0;
  private committedTo: u64 = 0;

  constructor(
    /** SEGMENT_HEAP. */
    public address: u64,
    /** Where its segments lie. */
    public region: i32,
    bytes: u32,
  ) {
    this.small.owner = this;
    this.big.owner = this;
    for (let i = 0; i < this.buckets.length; i++) this.buckets[i] = new Bucket();
    this.next = address + offsetOf(SEGMENT_HEAP.SIZE);
    this.committedTo = address;
    this.extend(0);
    setField(address, SEGMENT_HEAP.Signature, SIGNATURE);
    setField(address, SEGMENT_HEAP.ReservedLimit, address + bytes);
    setField(address, SEGMENT_HEAP.ReservedRegionEnd, address + bytes);
    this.fillContext(this.small, 0, SMALL_UNIT_SHIFT, LARGEST_SMALL_RANGE);
    this.fillContext(this.big, 1, BIG_UNIT_SHIFT, LARGEST_BIG_RANGE);
    this.fillSubAllocators();
  }

  get vs(): u64 {
    return at(this.address, SEGMENT_HEAP.VsContext);
  }

  get lfh(): u64 {
    return at(this.address, SEGMENT_HEAP.LfhContext);
  }

  private fillContext(context: SegmentContext, index: u32, unitShift: u32, largest: u32): void {
    const address = at(this.address, SEGMENT_HEAP.SegContexts) + u64(index) * offsetOf(HEAP_SEG_CONTEXT.SIZE);
    context.address = address;
    context.unitShift = unitShift;
    context.firstUnit = (offsetOf(HEAP_PAGE_SEGMENT.SIZE) + (1 << unitShift) - 1) >> unitShift;
    setField(address, HEAP_SEG_CONTEXT.SegmentMask, ~(context.segmentBytes - 1));
    setField(address, HEAP_SEG_CONTEXT.UnitShift, unitShift);
    setField(address, HEAP_SEG_CONTEXT.PagesPerUnitShift, unitShift - SMALL_UNIT_SHIFT);
    setField(address, HEAP_SEG_CONTEXT.FirstDescriptorIndex, context.firstUnit);
    setField(address, HEAP_SEG_CONTEXT.MaxAllocationSize, largest);
    const stats = i64(at(this.address, SEGMENT_HEAP.MemStats)) - i64(address);
    setField(address, HEAP_SEG_CONTEXT.MemStatsOffset, u64(stats));
    setField(address, HEAP_SEG_CONTEXT.Heap, this.address);
    if (index == 0) {
      setField(address, HEAP_SEG_CONTEXT.VsContext, this.vs);
      setField(address, HEAP_SEG_CONTEXT.LfhContext, this.lfh);
    }
    initialiseList(at(address, HEAP_SEG_CONTEXT.SegmentListHead));
  }

  private fillSubAllocators(): void {
    const vs = this.vs;
    const lfh = this.lfh;
    const lock: u32 = this.region == <i32>Region.PagedPool ? LOCK_PAGED : LOCK_NON_PAGED;
    initialiseList(at(vs, HEAP_VS_CONTEXT.SubsegmentList));
    setField(vs, HEAP_VS_CONTEXT.BackendCtx, this.small.address);
    setField(vs, HEAP_VS_CONTEXT.LockType, lock);
    setField(
      at(vs, HEAP_VS_CONTEXT.Config),
      RTL_HP_VS_CONFIG.Flags_PageAlignLargeAllocs,
      FLAG_PAGE_ALIGN_LARGE,
    );
    setField(lfh, HEAP_LFH_CONTEXT.BackendCtx, this.small.address);
    setField(lfh, HEAP_LFH_CONTEXT.MaxAffinity, 1);
    setField(lfh, HEAP_LFH_CONTEXT.LockType, lock);
    const stats = i64(at(this.address, SEGMENT_HEAP.MemStats)) - i64(lfh);
    setField(lfh, HEAP_LFH_CONTEXT.MemStatsOffset, u64(stats));
    const config = at(lfh, HEAP_LFH_CONTEXT.Config);
    setField(config, RTL_HP_LFH_CONFIG.MaxBlockSize, LARGEST_LFH_BLOCK);
    setField(config, RTL_HP_LFH_CONFIG.WitholdPageCrossingBlocks, 1);
  }

  /** Pages of the heap's own structures. */
  get ownPages(): u64 {
    return (this.committedTo - this.address) / PAGE_SIZE;
  }

  /** Memory for the heap's own use behind its SEGMENT_HEAP, zeroed. */
  extend(bytes: u32): u64 {
    const block = this.next;
    this.next += (bytes + 15) & ~15;
    while (this.committedTo < this.next) {
      commit(this.committedTo, 1, KERNEL_DATA);
      this.committedTo += PAGE_SIZE;
    }
    setField(this.address, SEGMENT_HEAP.AllocatedBase, this.next);
    setField(this.address, SEGMENT_HEAP.UncommittedBase, this.committedTo);
    return block;
  }

  /** Counts pages that a segment took, and those that it mapped or unmapped. */
  countPages(reserved: u64, committed: i64): void {
    const stats = at(this.address, SEGMENT_HEAP.MemStats);
    if (reserved != 0) addToField(stats, HEAP_RUNTIME_MEMORY_STATS.TotalReservedPages, reserved);
    if (committed == 0) return;
    this.committedPages += u64(committed);
    setField(stats, HEAP_RUNTIME_MEMORY_STATS.TotalCommittedPages, this.committedPages);
  }

  /** Counts mapped pages that became free or were taken again. */
  countFree(pages: i64): void {
    if (pages == 0) return;
    const stats = at(this.address, SEGMENT_HEAP.MemStats);
    addToField(stats, HEAP_RUNTIME_MEMORY_STATS.FreeCommittedPages, u64(pages));
  }
}

/** Descriptors of a page segment. */
export const SEGMENT_UNITS: u32 = UNITS;
