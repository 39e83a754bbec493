// The variable-size sub-allocator: chunks side by side in subsegments, each behind an encoded header.
//
//   HEAP_VS_SUBSEGMENT │ chunk │ chunk │ … │ chunk │ guard page, not mapped
//                        └ HEAP_VS_CHUNK_HEADER: sizes of this chunk and of the one before, XORed with key and address
//
// Free chunks are nodes of the heap's FreeChunkTree, sorted by size. Pages are mapped when a chunk first needs them;
// CommitBitmap tells which. Pool blocks do not cross pages, so a chunk may start behind a free one that is left over.
import {
  HEAP_VS_CHUNK_FREE_HEADER,
  HEAP_VS_CHUNK_HEADER,
  HEAP_VS_CHUNK_HEADER_SIZE,
  HEAP_VS_CONTEXT,
  HEAP_VS_SUBSEGMENT,
} from '../../generated/types';
import { offsetOf, put } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import {
  addToField,
  at,
  getField,
  hostFor,
  insertTail,
  read64,
  setField,
  write32,
  write64,
} from '../../memory/virtual';
import { Heap } from './heap';
import { heapKey } from './heap-keys';
import { allocateSubsegment, isUnitMapped, mapPages, rangeAt, VS_SUBSEGMENT } from './page-ranges';
import { firstFrom, insertNode, nextNode, removeNode } from './rb-tree';
import { GRANULE } from './sizes';

const SIGNATURE: u32 = 0x2bed; // XORed with Size
const SIGNATURE_MASK: u32 = 0x7fff;
const PAGE_MASK: u64 = 4095;
const CACHE_LINE: u64 = 64;
const ORDINARY_PAGES: u32 = 16;
const MOST_PAGES: u32 = 64; // bits of CommitBitmap
const TRIES: i32 = 6; // free chunks looked at before one is taken that is surely large enough

/** Where a block comes to lie. */
export const ANYWHERE: u32 = 0;
/** At the start of a page, the chunk's header at the end of the page before. */
export const PAGE_START: u32 = 1;
/** So that offset `placement - IN_LINE` of the block lies on a multiple of 64. */
export const IN_LINE: u32 = 16;

// Values that 1 has in each of the header's parts.
let costUnit: u64 = 0;
let sizeUnit: u64 = 0;
let previousUnit: u64 = 0;
let allocatedUnit: u64 = 0;
let headerBytes: u32 = 0;
let nodeAt: u32 = 0;
let leastChunk: u32 = 0;
let firstChunk: u32 = 0;

const scratch: usize = memory.data(8, 8);

function unitOf(field: i32): u64 {
  store<u64>(scratch, 0);
  put(scratch, field, 1);
  return load<u64>(scratch);
}

/** Looks the layouts up. To be called before the first allocation. */
export function initialiseVariableSize(): void {
  costUnit = unitOf(HEAP_VS_CHUNK_HEADER_SIZE.MemoryCost);
  sizeUnit = unitOf(HEAP_VS_CHUNK_HEADER_SIZE.UnsafeSize);
  previousUnit = unitOf(HEAP_VS_CHUNK_HEADER_SIZE.UnsafePrevSize);
  allocatedUnit = unitOf(HEAP_VS_CHUNK_HEADER_SIZE.Allocated);
  headerBytes = offsetOf(HEAP_VS_CHUNK_HEADER.SIZE);
  nodeAt = offsetOf(HEAP_VS_CHUNK_FREE_HEADER.Node);
  leastChunk = offsetOf(HEAP_VS_CHUNK_FREE_HEADER.SIZE);
  firstChunk = (offsetOf(HEAP_VS_SUBSEGMENT.SIZE) + GRANULE - 1) & ~(GRANULE - 1);
}

function bitsOf(chunk: u64): u64 {
  return read64(chunk) ^ chunk ^ heapKey;
}

function sizeOf(chunk: u64): u32 {
  return u32((bitsOf(chunk) / sizeUnit) & 0xffff) * GRANULE;
}

function previousOf(chunk: u64): u32 {
  return u32((bitsOf(chunk) / previousUnit) & 0xffff) * GRANULE;
}

function isFree(chunk: u64): bool {
  return ((bitsOf(chunk) / allocatedUnit) & 0xff) == 0;
}

function writeSizes(chunk: u64, cost: u32, bytes: u32, previous: u32, allocated: bool): void {
  const bits =
    u64(cost) * costUnit +
    u64(bytes / GRANULE) * sizeUnit +
    u64(previous / GRANULE) * previousUnit +
    (allocated ? allocatedUnit : 0);
  write64(chunk, bits ^ chunk ^ heapKey);
}

/** Free chunks are sorted by size, those of one size by address. */
function chunkKey(node: u64): u64 {
  return keyOfBytes(sizeOf(node - nodeAt)) | ((node >> 4) & 0xffffffff);
}

function keyOfBytes(bytes: u32): u64 {
  return u64(bytes / GRANULE) << 32;
}

function treeOf(heap: Heap): u64 {
  return at(heap.vs, HEAP_VS_CONTEXT.FreeChunkTree);
}

function endOf(subsegment: u64): u64 {
  return subsegment + firstChunk + getField(subsegment, HEAP_VS_SUBSEGMENT.Size) * GRANULE;
}

/** Bits of CommitBitmap of the pages that lie in `from` to `to` - 1. */
function pageBits(subsegment: u64, from: u64, to: u64): u64 {
  const first = (from - subsegment) / PAGE_SIZE;
  const last = (to - 1 - subsegment) / PAGE_SIZE;
  return (u64.MAX_VALUE << first) & (u64.MAX_VALUE >> (63 - last));
}

/** Maps the pages in `from` to `to` - 1 that are not. */
function mapFor(heap: Heap, subsegment: u64, from: u64, to: u64): void {
  const mapped = getField(subsegment, HEAP_VS_SUBSEGMENT.CommitBitmap);
  let missing = pageBits(subsegment, from, to) & ~mapped;
  if (missing == 0) return;
  setField(subsegment, HEAP_VS_SUBSEGMENT.CommitBitmap, mapped | missing);
  addToField(heap.vs, HEAP_VS_CONTEXT.TotalCommittedUnits, popcnt(missing));
  for (; missing != 0; missing &= missing - 1) mapPages(heap.small, subsegment + ctz(missing) * PAGE_SIZE, 1);
}

/** Mapped pages that lie in a chunk whole. */
function wholePages(subsegment: u64, chunk: u64, bytes: u32): u64 {
  const from = (chunk + PAGE_MASK) & ~PAGE_MASK;
  const to = (chunk + bytes) & ~PAGE_MASK;
  if (from >= to) return 0;
  return popcnt(pageBits(subsegment, from, to) & getField(subsegment, HEAP_VS_SUBSEGMENT.CommitBitmap));
}

function removeFree(heap: Heap, subsegment: u64, chunk: u64): void {
  removeNode(treeOf(heap), chunk + nodeAt);
  addToField(heap.vs, HEAP_VS_CONTEXT.FreeCommittedUnits, -wholePages(subsegment, chunk, sizeOf(chunk)));
}

function insertFree(heap: Heap, subsegment: u64, chunk: u64, bytes: u32, previous: u32): void {
  const bits = pageBits(subsegment, chunk, chunk + bytes);
  const unmapped = popcnt(bits & ~getField(subsegment, HEAP_VS_SUBSEGMENT.CommitBitmap));
  writeSizes(chunk, u32(unmapped), bytes, previous, false);
  insertNode(treeOf(heap), chunk + nodeAt, chunkKey);
  addToField(heap.vs, HEAP_VS_CONTEXT.FreeCommittedUnits, wholePages(subsegment, chunk, bytes));
}

/** Tells the chunk at `chunk`, if the subsegment goes on there, the size of the one before it. */
function tellNext(subsegment: u64, chunk: u64, previous: u32): void {
  if (chunk >= endOf(subsegment)) return;
  const bits = bitsOf(chunk);
  const cost = u32((bits / costUnit) & 0xffff);
  writeSizes(chunk, cost, sizeOf(chunk), previous, !isFree(chunk));
}

function addSubsegment(heap: Heap, bytes: u32): u64 {
  let pages = ORDINARY_PAGES;
  while (pages < MOST_PAGES && pages * PAGE_SIZE < bytes + firstChunk + 2 * PAGE_SIZE)
    pages += ORDINARY_PAGES;
  const subsegment = allocateSubsegment(heap.small, pages, VS_SUBSEGMENT, 1);
  let mapped: u64 = 1;
  for (let i: u32 = 1; i < pages; i++)
    if (isUnitMapped(heap.small, subsegment + u64(i) * PAGE_SIZE)) mapped |= u64(1) << i;
  const size = (pages * PAGE_SIZE - firstChunk) / GRANULE;
  setField(subsegment, HEAP_VS_SUBSEGMENT.CommitBitmap, mapped);
  setField(subsegment, HEAP_VS_SUBSEGMENT.Size, size);
  setField(subsegment, HEAP_VS_SUBSEGMENT.Signature, (size ^ SIGNATURE) & SIGNATURE_MASK);
  insertTail(at(heap.vs, HEAP_VS_CONTEXT.SubsegmentList), at(subsegment, HEAP_VS_SUBSEGMENT.ListEntry));
  addToField(heap.vs, HEAP_VS_CONTEXT.TotalCommittedUnits, popcnt(mapped));
  insertFree(heap, subsegment, subsegment + firstChunk, size * GRANULE, 0);
  return subsegment + firstChunk + nodeAt;
}

/** Where in the free chunk at `chunk` a block of `bytes` bytes goes, or 0 when it does not fit. */
function place(chunk: u64, length: u32, bytes: u32, placement: u32): u64 {
  const earliest = chunk + headerBytes;
  const end = chunk + length;
  let block = earliest;
  while (true) {
    if (placement == PAGE_START) block = (block + PAGE_MASK) & ~PAGE_MASK;
    else {
      if (placement >= IN_LINE)
        block += (CACHE_LINE - ((block + placement - IN_LINE) % CACHE_LINE)) % CACHE_LINE;
      if ((block & PAGE_MASK) + bytes > PAGE_SIZE) {
        block = (block + PAGE_MASK) & ~PAGE_MASK;
        if (placement >= IN_LINE) continue;
      }
    }
    if (block + bytes > end) return 0;
    const before = u32(block - earliest);
    if (before == 0 || before >= leastChunk) return block;
    block += placement >= IN_LINE ? CACHE_LINE : GRANULE; // too little is left over for a free chunk
  }
}

/**
 * Allocates a zeroed block of `bytes` bytes, a multiple of 16. Blocks of a page or less lie in one page.
 * Returns its address, right behind its chunk header.
 */
export function allocateVariable(heap: Heap, bytes: u32, placement: u32): u64 {
  const tree = treeOf(heap);
  let node = firstFrom(tree, keyOfBytes(bytes + headerBytes), chunkKey);
  let block: u64 = 0;
  for (let i = 0; i < TRIES && node != 0; i++) {
    block = place(node - nodeAt, sizeOf(node - nodeAt), bytes, placement);
    if (block != 0) break;
    node = nextNode(node);
  }
  if (block == 0) {
    const ample = bytes + headerBytes + min(bytes, PAGE_SIZE) + u32(PAGE_SIZE) / 8;
    const certain = placement == ANYWHERE ? ample : ample + PAGE_SIZE;
    node = firstFrom(tree, keyOfBytes(certain), chunkKey);
    if (node == 0) node = addSubsegment(heap, certain);
    block = place(node - nodeAt, sizeOf(node - nodeAt), bytes, placement);
    assert(block != 0, 'a free chunk has no room for the block it was chosen for');
  }
  return cut(heap, node - nodeAt, block, bytes);
}

/** Cuts a block out of a free chunk; what is left on either side stays free. */
function cut(heap: Heap, free: u64, block: u64, bytes: u32): u64 {
  const subsegment = rangeAt(heap.small, free);
  removeFree(heap, subsegment, free);
  const length = sizeOf(free);
  const chunk = block - headerBytes;
  let previous = previousOf(free);
  const before = u32(chunk - free);
  let size = bytes + headerBytes;
  const after = length - before - size;
  if (after < leastChunk) size += after;
  mapFor(heap, subsegment, chunk, chunk + size + (after < leastChunk ? 0 : leastChunk));
  if (before != 0) {
    insertFree(heap, subsegment, free, before, previous);
    previous = before;
  }
  writeSizes(chunk, 0, size, previous, true);
  const page = u32((chunk - subsegment) / PAGE_SIZE);
  write32(at(chunk, HEAP_VS_CHUNK_HEADER.AllocatedChunkBits), 0);
  setField(chunk, HEAP_VS_CHUNK_HEADER.EncodedSegmentPageOffset, page ^ (u32(chunk ^ heapKey) & 0xff));
  if (after >= leastChunk) insertFree(heap, subsegment, chunk + size, after, size);
  tellNext(subsegment, free + length, after >= leastChunk ? after : size);
  zero(block, size - headerBytes);
  return block;
}

function zero(block: u64, bytes: u32): void {
  let done: u32 = 0;
  while (done < bytes) {
    const to = block + done;
    const part = min(bytes - done, u32(PAGE_SIZE - (to & PAGE_MASK)));
    memory.fill(hostFor(to), 0, part);
    done += part;
  }
}

/** Frees a block; free neighbours become one chunk with it. */
export function freeVariable(heap: Heap, block: u64): void {
  let chunk = block - headerBytes;
  const subsegment = rangeAt(heap.small, chunk);
  let size = sizeOf(chunk);
  let previous = previousOf(chunk);
  const next = chunk + size;
  if (next < endOf(subsegment) && isFree(next)) {
    removeFree(heap, subsegment, next);
    size += sizeOf(next);
  }
  if (previous != 0 && isFree(chunk - previous)) {
    chunk -= previous;
    removeFree(heap, subsegment, chunk);
    size += sizeOf(chunk);
    previous = previousOf(chunk);
  }
  insertFree(heap, subsegment, chunk, size, previous);
  tellNext(subsegment, chunk + size, size);
}
