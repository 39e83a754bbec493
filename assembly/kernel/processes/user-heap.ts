// The process heap: an NT heap of one segment, all of it committed, in which the loader and the start of the process
// have allocated. Each block has a header, encoded with the heap's key, that gives its size and that of the one before.
import { HEAP, HEAP_COUNTERS, HEAP_ENTRY, HEAP_SEGMENT, PEB } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import {
  at,
  getField,
  initialiseList,
  insertTail,
  setField,
  write64,
  writeBytes,
} from '../../memory/virtual';
import { random, randomBelow } from '../../random';
import { PROTECT_READ_WRITE } from '../sections/protection';
import { addPrivateVad } from '../sections/vad';
import { setUnicodeString } from '../strings';
import { Arena, takeAddresses, touchZeroed } from './user-memory';

const GRANULE: u32 = 16; // sizes count in units of a header
const BUSY: u64 = 1; // HEAP_ENTRY.Flags
const LAST: u64 = 0x10;
const SEGMENT_SIGNATURE: u32 = 0xffeeffee;
const HEAP_SIGNATURE: u32 = 0xeeffeeff;
const GROWABLE: u32 = 2;
const ENCODE: u32 = 0x100000;
const KEY_MASK: u64 = 0x0000ffffffffffff; // of size, flags, checksum and previous size; the rest stays readable

let base: u64 = 0;
let end: u64 = 0;
let next: u64 = 0; // header of the block that is allocated next
let previous: u64 = 0; // units of the block before
let key: u64 = 0;

/** Creates the heap in the attached process with `pages` pages; returns its address. */
export function createHeap(pages: u32): u64 {
  base = takeAddresses(<i32>Arena.Heaps, pages);
  end = base + u64(pages) * PAGE_SIZE;
  addPrivateVad(base, pages, pages, true, PROTECT_READ_WRITE);
  touchZeroed(base, pages);
  key = random() & KEY_MASK;
  next = base;
  previous = 0;
  header(offsetOf(HEAP.SIZE) / GRANULE, BUSY, 0);
  fill(pages);
  return base;
}

function fill(pages: u32): void {
  setField(base, HEAP.SegmentSignature, SEGMENT_SIGNATURE);
  setField(base, HEAP.Heap, base);
  setField(base, HEAP.BaseAddress, base);
  setField(base, HEAP.NumberOfPages, pages);
  setField(base, HEAP.FirstEntry, next);
  setField(base, HEAP.LastValidEntry, end);
  setField(base, HEAP.Flags, GROWABLE);
  setField(base, HEAP.EncodeFlagMask, ENCODE);
  setField(at(base, HEAP.Encoding), HEAP_ENTRY.CompactHeader, key);
  setField(base, HEAP.Signature, HEAP_SIGNATURE);
  setField(base, HEAP.VirtualMemoryThreshold, 0x7f00);
  setField(base, HEAP.SegmentReserve, 0x100000);
  setField(base, HEAP.SegmentCommit, 0x2000);
  setField(base, HEAP.DeCommitFreeBlockThreshold, 0x100);
  setField(base, HEAP.DeCommitTotalFreeThreshold, 0x1000);
  setField(base, HEAP.MaximumAllocationSize, 0x7ffffffdefff);
  setField(base, HEAP.ProcessHeapsListIndex, 1);
  setField(base, HEAP.HeaderValidateLength, offsetOf(HEAP.SIZE));
  setField(base, HEAP.AlignRound, 0x1f);
  setField(base, HEAP.AlignMask, ~u64(15));
  initialiseList(at(base, HEAP.UCRSegmentList));
  initialiseList(at(base, HEAP.UCRList));
  initialiseList(at(base, HEAP.VirtualAllocdBlocks));
  initialiseList(at(base, HEAP.FreeLists));
  initialiseList(at(base, HEAP.SegmentList));
  insertTail(at(base, HEAP.SegmentList), at(base, HEAP_SEGMENT.SegmentListEntry));
  const counters = at(base, HEAP.Counters);
  setField(counters, HEAP_COUNTERS.TotalMemoryReserved, u64(pages) * PAGE_SIZE);
  setField(counters, HEAP_COUNTERS.TotalMemoryCommitted, u64(pages) * PAGE_SIZE);
  setField(counters, HEAP_COUNTERS.TotalSegments, 1);
}

/** Writes the header of the next block of `units` units; `unused` bytes of it nobody asked for. */
function header(units: u32, flags: u64, unused: u32): u64 {
  const block = next;
  const check = u64((units & 0xff) ^ (units >> 8)) ^ flags;
  const word = u64(units) | (flags << 16) | (check << 24) | (previous << 32) | (u64(unused) << 56);
  setField(block, HEAP_ENTRY.CompactHeader, word ^ key);
  previous = units;
  next += u64(units) * GRANULE;
  return block;
}

/** Allocates zeroed memory of the heap. */
export function allocate(bytes: u32): u64 {
  const headerBytes = offsetOf(HEAP_ENTRY.SIZE);
  const units = (bytes + headerBytes + GRANULE - 1) / GRANULE;
  assert(
    next + u64(units + 2) * GRANULE <= end,
    'the process heap is too small for what the loader allocates',
  );
  return header(units, BUSY, units * GRANULE - bytes) + headerBytes;
}

/** Allocates a copy of host UTF-16 text with a zero after it and points the UNICODE_STRING at `target` to it. */
export function allocateString(target: u64, text: usize, bytes: u32): void {
  const buffer = allocate(bytes + 2);
  writeBytes(buffer, text, bytes);
  setUnicodeString(target, buffer, bytes);
}

/** Makes the rest of the heap its one free block. */
export function closeHeap(): void {
  const units = u32((end - next) / GRANULE);
  const free = header(units, LAST, 0);
  const links = free + offsetOf(HEAP_ENTRY.SIZE);
  insertTail(at(base, HEAP.FreeLists), links);
  setField(base, HEAP.TotalFreeSize, units);
  setField(base, HEAP.NonDedicatedListLength, 1);
}

/** Creates another heap of the attached process and enters it in the PEB's list, with `blocks` blocks in use. */
export function createFurtherHeap(peb: u64, pages: u32, blocks: u32): u64 {
  const heap = createHeap(pages);
  setField(heap, HEAP.ProcessHeapsListIndex, addHeap(peb, heap));
  for (let i: u32 = 0; i < blocks; i++) allocate(GRANULE + u32(randomBelow(0x100)));
  closeHeap();
  return heap;
}

/** Enters a heap in the PEB's list; returns how many there are now. */
function addHeap(peb: u64, heap: u64): u32 {
  const number = u32(getField(peb, PEB.NumberOfHeaps));
  assert(number < u32(getField(peb, PEB.MaximumNumberOfHeaps)), 'too many heaps for the list of the process');
  write64(getField(peb, PEB.ProcessHeaps) + u64(number) * 8, heap);
  setField(peb, PEB.NumberOfHeaps, number + 1);
  return number + 1;
}
