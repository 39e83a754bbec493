// Page segments and the ranges of units they are cut into: the back end of a heap, and what its two sub-allocators
// take their subsegments from.
//
//   HEAP_PAGE_SEGMENT, aligned to its size: DescArray[256], one descriptor for each unit of the segment
//     first unit of a range   RangeFlags 2 | 1 when allocated | kind, UnitSize; when free, a node of FreePageRanges
//     other units             RangeFlags 1 when allocated, UnitOffset back to the first
//
// A descriptor counts the mapped pages of its own unit; pages stay mapped when a range becomes free.
import {
  HEAP_DESCRIPTOR_KEY,
  HEAP_PAGE_RANGE_DESCRIPTOR,
  HEAP_PAGE_SEGMENT,
  HEAP_SEG_CONTEXT,
} from '../../generated/types';
import { offsetOf, put } from '../../layout/fields';
import { commit } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import {
  attachedRoot,
  addToField,
  at,
  getField,
  hostFor,
  insertTail,
  read32,
  setField,
} from '../../memory/virtual';
import { unmapPage } from '../../paging/map';
import { KERNEL_DATA } from '../../paging/pte';
import { BIG_SEGMENT, SMALL_SEGMENT, takeAddresses } from './va-manager';
import { SEGMENT_UNITS, SegmentContext } from './heap';
import { segmentSignature } from './heap-keys';
import { firstFrom, insertNode, removeNode } from './rb-tree';

/** RangeFlags of what a range is for. */
export const DIRECT: u32 = 0;
export const LFH_SUBSEGMENT: u32 = 8;
export const VS_SUBSEGMENT: u32 = 12;

const ALLOCATED: u32 = 1;
const FIRST: u32 = 2;
const TREE_SIGNATURE: u32 = 0xccddccdd; // in the first descriptor of an allocated range
const MOST_COMMITTED: u32 = 0xffff;
const keyScratch: usize = memory.data(8, 8);

function descriptor(segment: u64, unit: u32): u64 {
  return segment + u64(unit) * offsetOf(HEAP_PAGE_RANGE_DESCRIPTOR.SIZE);
}

function flagsOf(entry: u64): u32 {
  return u32(getField(entry, HEAP_PAGE_RANGE_DESCRIPTOR.RangeFlags));
}

/** Free ranges are sorted by HEAP_DESCRIPTOR_KEY: fewest units first, of equals the one with most pages mapped. */
function rangeKey(node: u64): u64 {
  const key = read32(node + offsetOf(HEAP_PAGE_RANGE_DESCRIPTOR.Key));
  return (u64(key) << 32) | ((node >> 5) & 0xffffffff);
}

function keyOfUnits(units: u32): u64 {
  memory.fill(keyScratch, 0, 8);
  put(keyScratch, HEAP_DESCRIPTOR_KEY.UnitCount, units);
  return u64(load<u32>(keyScratch)) << 32;
}

/** Reserves and maps a new segment, all of it one free range behind the header. */
function addSegment(context: SegmentContext): void {
  const heap = context.heap;
  const firstUnit = context.firstUnit;
  const bytes = context.segmentBytes;
  const segment = takeAddresses(heap, bytes, bytes, context == heap.small ? SMALL_SEGMENT : BIG_SEGMENT);
  const headerPages = offsetOf(HEAP_PAGE_SEGMENT.SIZE) / PAGE_SIZE;
  commit(segment, headerPages, KERNEL_DATA);
  heap.countPages(bytes / PAGE_SIZE, headerPages);
  setField(segment, HEAP_PAGE_SEGMENT.Signature, segmentSignature(segment, context.address));
  insertTail(at(context.address, HEAP_SEG_CONTEXT.SegmentListHead), at(segment, HEAP_PAGE_SEGMENT.ListEntry));
  addToField(context.address, HEAP_SEG_CONTEXT.SegmentCount, 1);
  makeFree(context, segment, firstUnit, SEGMENT_UNITS - firstUnit, 0);
}

/** Mapped pages of some units. */
function pagesMapped(segment: u64, unit: u32, units: u32): u32 {
  let pages: u32 = 0;
  for (let i: u32 = 0; i < units; i++)
    pages += u32(getField(descriptor(segment, unit + i), HEAP_PAGE_RANGE_DESCRIPTOR.CommittedPageCount));
  return pages;
}

/** Makes units a free range; `mapped` of their pages are mapped. */
function makeFree(context: SegmentContext, segment: u64, unit: u32, units: u32, mapped: u32): void {
  const head = descriptor(segment, unit);
  setField(head, HEAP_PAGE_RANGE_DESCRIPTOR.RangeFlags, FIRST);
  const key = at(head, HEAP_PAGE_RANGE_DESCRIPTOR.Key);
  setField(key, HEAP_DESCRIPTOR_KEY.EncodedCommittedPageCount, MOST_COMMITTED - mapped);
  setField(key, HEAP_DESCRIPTOR_KEY.LargePageCost, 0);
  setField(key, HEAP_DESCRIPTOR_KEY.UnitCount, units);
  if (units > 1) {
    const last = descriptor(segment, unit + units - 1);
    setField(last, HEAP_PAGE_RANGE_DESCRIPTOR.RangeFlags, 0);
    setField(last, HEAP_PAGE_RANGE_DESCRIPTOR.UnitOffset, units - 1);
  }
  insertNode(context.freeRanges, head, rangeKey);
  context.heap.countFree(mapped);
}

/** Takes a free range off the tree; returns how many of its pages are mapped, which its key knows. */
function takeFree(context: SegmentContext, head: u64): u32 {
  const segment = segmentOf(context, head);
  const unit = u32((head - segment) / offsetOf(HEAP_PAGE_RANGE_DESCRIPTOR.SIZE));
  removeNode(context.freeRanges, head);
  const units = u32(getField(head, HEAP_PAGE_RANGE_DESCRIPTOR.UnitSize));
  const key = at(head, HEAP_PAGE_RANGE_DESCRIPTOR.Key);
  const mapped = MOST_COMMITTED - u32(getField(key, HEAP_DESCRIPTOR_KEY.EncodedCommittedPageCount));
  context.heap.countFree(-i64(mapped));
  clear(head);
  clear(descriptor(segment, unit + units - 1));
  return mapped;
}

/** Empties a descriptor but for the count of its unit's mapped pages. */
function clear(entry: u64): void {
  const mapped = getField(entry, HEAP_PAGE_RANGE_DESCRIPTOR.CommittedPageCount);
  memory.fill(hostFor(entry), 0, offsetOf(HEAP_PAGE_RANGE_DESCRIPTOR.SIZE));
  setField(entry, HEAP_PAGE_RANGE_DESCRIPTOR.CommittedPageCount, mapped);
}

/** The segment that an address lies in. */
export function segmentOf(context: SegmentContext, address: u64): u64 {
  return address & ~(context.segmentBytes - 1);
}

/**
 * Takes `units` units that lie together. Maps `pages` pages from the front, zeroed; the rest stays as it is.
 * `unused` are the bytes at the range's end that nobody asked for. Returns the range's address.
 */
export function allocateRange(context: SegmentContext, units: u32, kind: u32, pages: u32, unused: u32): u64 {
  let head = firstFrom(context.freeRanges, keyOfUnits(units), rangeKey);
  if (head == 0) {
    addSegment(context);
    head = firstFrom(context.freeRanges, keyOfUnits(units), rangeKey);
  }
  const segment = segmentOf(context, head);
  const unit = u32((head - segment) / offsetOf(HEAP_PAGE_RANGE_DESCRIPTOR.SIZE));
  const found = u32(getField(head, HEAP_PAGE_RANGE_DESCRIPTOR.UnitSize));
  const mapped = takeFree(context, head);
  if (found > units)
    makeFree(context, segment, unit + units, found - units, mapped - pagesMapped(segment, unit, units));
  setField(head, HEAP_PAGE_RANGE_DESCRIPTOR.TreeSignature, TREE_SIGNATURE);
  setField(head, HEAP_PAGE_RANGE_DESCRIPTOR.UnusedBytes, unused);
  setField(head, HEAP_PAGE_RANGE_DESCRIPTOR.RangeFlags, ALLOCATED | FIRST | kind);
  setField(head, HEAP_PAGE_RANGE_DESCRIPTOR.UnitSize, units);
  for (let i: u32 = 1; i < units; i++) {
    const entry = descriptor(segment, unit + i);
    setField(entry, HEAP_PAGE_RANGE_DESCRIPTOR.RangeFlags, ALLOCATED);
    setField(entry, HEAP_PAGE_RANGE_DESCRIPTOR.UnitOffset, i);
  }
  const address = segment + (u64(unit) << context.unitShift);
  if (pages != 0) mapPages(context, address, pages);
  return address;
}

/** Maps pages of an allocated range, from the front of each unit; those that are mapped already are zeroed. */
export function mapPages(context: SegmentContext, address: u64, pages: u32): void {
  const segment = segmentOf(context, address);
  const perUnit = context.pagesPerUnit;
  let unit = u32((address - segment) >> context.unitShift);
  let fresh: u64 = 0;
  for (let done: u32 = 0; done < pages; done += perUnit, unit++) {
    const entry = descriptor(segment, unit);
    const have = u32(getField(entry, HEAP_PAGE_RANGE_DESCRIPTOR.CommittedPageCount));
    const want = min(perUnit, pages - done);
    const page = address + u64(done) * PAGE_SIZE;
    for (let i: u32 = 0; i < min(have, want); i++)
      memory.fill(hostFor(page + u64(i) * PAGE_SIZE), 0, PAGE_SIZE);
    if (have >= want) continue;
    commit(page + u64(have) * PAGE_SIZE, want - have, KERNEL_DATA);
    setField(entry, HEAP_PAGE_RANGE_DESCRIPTOR.CommittedPageCount, want);
    fresh += want - have;
  }
  context.heap.countPages(0, fresh);
}

/** Takes `units` units for a sub-allocator, and one behind them that is never mapped; maps `pages` from the front. */
export function allocateSubsegment(context: SegmentContext, units: u32, kind: u32, pages: u32): u64 {
  const address = allocateRange(context, units + 1, kind, pages, 0);
  const guard = address + (u64(units) << context.unitShift);
  if (!isUnitMapped(context, guard)) return address;
  unmapPage(attachedRoot(), guard); // an earlier range left its page there
  const segment = segmentOf(context, guard);
  const entry = descriptor(segment, u32((guard - segment) >> context.unitShift));
  setField(entry, HEAP_PAGE_RANGE_DESCRIPTOR.CommittedPageCount, 0);
  context.heap.countPages(0, -1);
  return address;
}

/** Gives back the range that starts at `address`; neighbours that are free become one range with it. */
export function freeRange(context: SegmentContext, address: u64): void {
  const segment = segmentOf(context, address);
  let unit = u32((address - segment) >> context.unitShift);
  let units = u32(getField(descriptor(segment, unit), HEAP_PAGE_RANGE_DESCRIPTOR.UnitSize));
  let mapped = pagesMapped(segment, unit, units);
  for (let i: u32 = 0; i < units; i++) clear(descriptor(segment, unit + i));
  const after = unit + units;
  if (after < SEGMENT_UNITS && (flagsOf(descriptor(segment, after)) & ALLOCATED) == 0) {
    const head = descriptor(segment, after);
    units += u32(getField(head, HEAP_PAGE_RANGE_DESCRIPTOR.UnitSize));
    mapped += takeFree(context, head);
  }
  if (unit > context.firstUnit && (flagsOf(descriptor(segment, unit - 1)) & ALLOCATED) == 0) {
    const last = descriptor(segment, unit - 1);
    // The last unit of a free range is its first when there is no other.
    const back =
      (flagsOf(last) & FIRST) != 0 ? 0 : u32(getField(last, HEAP_PAGE_RANGE_DESCRIPTOR.UnitOffset));
    mapped += takeFree(context, descriptor(segment, unit - 1 - back));
    unit -= back + 1;
    units += back + 1;
  }
  makeFree(context, segment, unit, units, mapped);
}

/** Whether the unit at an address has all its pages mapped. */
export function isUnitMapped(context: SegmentContext, address: u64): bool {
  const segment = segmentOf(context, address);
  const entry = descriptor(segment, u32((address - segment) >> context.unitShift));
  return getField(entry, HEAP_PAGE_RANGE_DESCRIPTOR.CommittedPageCount) == context.pagesPerUnit;
}

/** First address of the allocated range that holds an address. */
export function rangeAt(context: SegmentContext, address: u64): u64 {
  const segment = segmentOf(context, address);
  let unit = u32((address - segment) >> context.unitShift);
  const entry = descriptor(segment, unit);
  if ((flagsOf(entry) & FIRST) == 0) unit -= u32(getField(entry, HEAP_PAGE_RANGE_DESCRIPTOR.UnitOffset));
  return segment + (u64(unit) << context.unitShift);
}

/** What the range that starts at `address` is for. */
export function kindAt(context: SegmentContext, address: u64): u32 {
  const segment = segmentOf(context, address);
  return flagsOf(descriptor(segment, u32((address - segment) >> context.unitShift))) & ~(ALLOCATED | FIRST);
}
