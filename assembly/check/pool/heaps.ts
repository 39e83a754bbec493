// The kernel's segment heaps: contexts, segments, page ranges, and what the ranges are for.
import { NT } from '../../generated/symbols';
import { Rule, Visited } from '../../generated/rules';
import {
  EX_HEAP_POOL_NODE,
  EX_POOL_HEAP_MANAGER_STATE,
  HEAP_LARGE_ALLOC_DATA,
  HEAP_PAGE_RANGE_DESCRIPTOR,
  HEAP_PAGE_SEGMENT,
  HEAP_RUNTIME_MEMORY_STATS,
  HEAP_SEG_CONTEXT,
  RTLP_HP_HEAP_GLOBALS,
  SEGMENT_HEAP,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { addressOf } from '../../kernel/symbols';
import { expect, holderOf } from '../expect';
import { nextOn } from '../lists';
import { mapped, peek32, peek64, value } from '../memory';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from '../report';
import { beginBlocks, checkBig, checkBigPagesSeen, expectMapped, heapKeyAt } from './blocks';
import { checkBuckets, checkLfhSubsegment } from './low-fragmentation';
import { beginObjects, checkObjectTotals } from './objects';
import { checkTrackers } from './trackers';
import { checkTree } from './trees';
import { beginChunks, checkVsContext, checkVsSubsegment } from './variable-size';

const HEAPS: u32 = 4; // of a pool node; the first two are nonpaged, the other two paged
const FIRST_PAGED: u32 = 2;
const CONTEXTS: u32 = 2; // small segments and large ones
const UNITS: u32 = 256;
const HEAP_SIGNATURE: u64 = 0xddeeddee;
/** XORed into HEAP_PAGE_SEGMENT.Signature, with the key, the segment and its context. */
const SEGMENT_MAGIC: u64 = 0xa2e64eada2e64ead;
const ADDRESS_MASK: u64 = ~u64(0xffff); // the low bits of VirtualAddress are UnusedBytes

// HEAP_PAGE_RANGE_DESCRIPTOR.RangeFlags
const ALLOCATED: u64 = 1;
const FIRST: u64 = 2;
const KIND: u64 = 12;
const LFH_SUBSEGMENT: u64 = 8;
const VS_SUBSEGMENT: u64 = 12;

let isPaged: bool = false;
let reserved: u64 = 0;
let committed: u64 = 0;
let freeCommitted: u64 = 0;
let freeRanges: u32 = 0;
let lfhSubsegments: u32 = 0;
let vsSubsegments: u32 = 0;
let largePages: u64 = 0;

/** Checks all of pool, then the tables that count it. */
export function checkPool(): void {
  beginBlocks();
  beginObjects();
  const state = addressOf(NT.ExPoolState);
  const nodes = value(state, EX_POOL_HEAP_MANAGER_STATE.NumberOfPools);
  for (let i: u64 = 0; i < nodes && !broken(); i++)
    checkNode(state + offsetOf(EX_POOL_HEAP_MANAGER_STATE.PoolNode) + i * offsetOf(EX_HEAP_POOL_NODE.SIZE));
  if (broken()) return;
  checkBigPagesSeen();
  checkTrackers();
  checkObjectTotals();
}

function checkNode(node: u64): void {
  for (let i: u32 = 0; i < HEAPS && !broken(); i++) {
    const place = node + offsetOf(EX_HEAP_POOL_NODE.Heaps) + u64(i) * 8;
    const heap = peek64(place);
    if (!mapped(heap)) {
      disagreeAt(Rule.PoolHeapIsAHeap, NO_FIELD, place, 1, heap);
      return;
    }
    isPaged = i >= FIRST_PAGED;
    checkHeap(heap);
  }
}

function checkHeap(heap: u64): void {
  reserved = 0;
  committed = 0;
  freeCommitted = 0;
  lfhSubsegments = 0;
  vsSubsegments = 0;
  largePages = 0;
  beginChunks();
  expect(Rule.PoolHeapIsAHeap, heap, SEGMENT_HEAP.Signature, HEAP_SIGNATURE);
  for (let i: u32 = 0; i < CONTEXTS && !broken(); i++)
    checkContext(heap + offsetOf(SEGMENT_HEAP.SegContexts) + u64(i * offsetOf(HEAP_SEG_CONTEXT.SIZE)), heap);
  if (broken()) return;
  checkVsContext(heap + offsetOf(SEGMENT_HEAP.VsContext), vsSubsegments);
  const listed = checkBuckets(heap + offsetOf(SEGMENT_HEAP.LfhContext));
  if (!broken() && listed != lfhSubsegments)
    disagree(Rule.PoolSubsegmentAgrees, heap, SEGMENT_HEAP.LfhContext, lfhSubsegments, listed);
  checkTree(heap + offsetOf(SEGMENT_HEAP.LargeAllocMetadata), largeKey);
  expect(Rule.PoolStatsAddUp, heap, SEGMENT_HEAP.LargeReservedPages, largePages);
  const stats = heap + offsetOf(SEGMENT_HEAP.MemStats);
  expect(Rule.PoolStatsAddUp, stats, HEAP_RUNTIME_MEMORY_STATS.TotalReservedPages, reserved);
  expect(Rule.PoolStatsAddUp, stats, HEAP_RUNTIME_MEMORY_STATS.TotalCommittedPages, committed);
  expect(Rule.PoolStatsAddUp, stats, HEAP_RUNTIME_MEMORY_STATS.FreeCommittedPages, freeCommitted);
  visit(Visited.Heaps);
}

function checkContext(context: u64, heap: u64): void {
  expect(Rule.PoolSegmentIsTheHeaps, context, HEAP_SEG_CONTEXT.Heap, heap);
  const shift = value(context, HEAP_SEG_CONTEXT.UnitShift);
  expect(Rule.PoolSegmentIsTheHeaps, context, HEAP_SEG_CONTEXT.SegmentMask, ~((u64(UNITS) << shift) - 1));
  freeRanges = 0;
  let segments: u64 = 0;
  const head = context + offsetOf(HEAP_SEG_CONTEXT.SegmentListHead);
  const link = HEAP_PAGE_SEGMENT.ListEntry;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    checkSegment(holderOf(entry, link), context);
    segments++;
  }
  expect(Rule.PoolSegmentIsTheHeaps, context, HEAP_SEG_CONTEXT.SegmentCount, segments);
  if (broken()) return;
  const nodes = checkTree(context + offsetOf(HEAP_SEG_CONTEXT.FreePageRanges), rangeKey);
  if (!broken() && nodes != freeRanges)
    disagree(Rule.PoolFreeRangesAreInTree, context, HEAP_SEG_CONTEXT.FreePageRanges, freeRanges, nodes);
}

/** What a free range is sorted by; a node of a range that is not free is a finding. */
function rangeKey(node: u64): u64 {
  expect(Rule.PoolFreeRangesAreInTree, node, HEAP_PAGE_RANGE_DESCRIPTOR.RangeFlags, FIRST);
  return peek32(node + offsetOf(HEAP_PAGE_RANGE_DESCRIPTOR.Key));
}

/** Address of a large allocation, which is checked on the way. */
function largeKey(node: u64): u64 {
  const address = value(node, HEAP_LARGE_ALLOC_DATA.VirtualAddress) & ADDRESS_MASK;
  const pages = value(node, HEAP_LARGE_ALLOC_DATA.AllocatedPages);
  checkBig(address, pages * PAGE_SIZE, isPaged);
  largePages += pages;
  return address;
}

function checkSegment(segment: u64, context: u64): void {
  const key = heapKeyAt(RTLP_HP_HEAP_GLOBALS.HeapKey);
  expect(
    Rule.PoolSegmentIsTheHeaps,
    segment,
    HEAP_PAGE_SEGMENT.Signature,
    context ^ segment ^ key ^ SEGMENT_MAGIC,
  );
  const shift = value(context, HEAP_SEG_CONTEXT.UnitShift);
  const firstUnit = u32(value(context, HEAP_SEG_CONTEXT.FirstDescriptorIndex));
  reserved += (u64(UNITS) << shift) / PAGE_SIZE;
  committed += offsetOf(HEAP_PAGE_SEGMENT.SIZE) / PAGE_SIZE;
  for (let unit = firstUnit; unit < UNITS && !broken();) unit += checkRange(segment, unit, shift);
}

function descriptorOf(segment: u64, unit: u32): u64 {
  return segment + u64(unit) * offsetOf(HEAP_PAGE_RANGE_DESCRIPTOR.SIZE);
}

/** Checks the range that starts at a unit; returns how many units it has. */
function checkRange(segment: u64, unit: u32, shift: u64): u32 {
  const rule = Rule.PoolRangeCoversItsUnits;
  const first = descriptorOf(segment, unit);
  const flags = value(first, HEAP_PAGE_RANGE_DESCRIPTOR.RangeFlags);
  const units = u32(value(first, HEAP_PAGE_RANGE_DESCRIPTOR.UnitSize));
  if ((flags & FIRST) == 0)
    disagree(rule, first, HEAP_PAGE_RANGE_DESCRIPTOR.RangeFlags, flags | FIRST, flags);
  if (units == 0 || unit + units > UNITS)
    disagree(rule, first, HEAP_PAGE_RANGE_DESCRIPTOR.UnitSize, UNITS - unit, units);
  if (broken()) return UNITS;
  const isAllocated = (flags & ALLOCATED) != 0;
  let pages: u64 = 0;
  for (let i: u32 = 0; i < units && !broken(); i++) {
    const descriptor = descriptorOf(segment, unit + i);
    pages += checkUnit(descriptor, segment + (u64(unit + i) << shift), u32(1) << u32(shift - 12));
    // Only the last unit of a free range leads back to its first; all of an allocated one's do.
    if (i == 0 || (!isAllocated && i + 1 < units)) continue;
    expect(rule, descriptor, HEAP_PAGE_RANGE_DESCRIPTOR.UnitOffset, i);
    expect(rule, descriptor, HEAP_PAGE_RANGE_DESCRIPTOR.RangeFlags, isAllocated ? ALLOCATED : 0);
  }
  committed += pages;
  if (isAllocated) checkUse(segment + (u64(unit) << shift), flags & KIND, units, shift);
  else {
    freeCommitted += pages;
    freeRanges++;
  }
  return units;
}

/** The pages that a unit counts are mapped, from its front, and no others are. */
function checkUnit(descriptor: u64, address: u64, pages: u32): u32 {
  const field = HEAP_PAGE_RANGE_DESCRIPTOR.CommittedPageCount;
  const count = u32(value(descriptor, field));
  for (let i: u32 = 0; i < pages; i++)
    if (!expectMapped(address + u64(i) * PAGE_SIZE, i < count, descriptor, field)) return 0;
  return count;
}

function checkUse(address: u64, kind: u64, units: u32, shift: u64): void {
  const bytes = units << u32(shift);
  if (kind == LFH_SUBSEGMENT) {
    checkLfhSubsegment(address, bytes, isPaged);
    lfhSubsegments++;
  } else if (kind == VS_SUBSEGMENT) {
    checkVsSubsegment(address, bytes, isPaged);
    vsSubsegments++;
  } else checkBig(address, bytes, isPaged);
}
