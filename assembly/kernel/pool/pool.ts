// Paged and nonpaged pool. Which heap and which part of it serves an allocation follows from its type and size:
//
//   up to 0xfe0 bytes   a POOL_HEADER before it, in a low-fragmentation block (up to 0x200) or a variable-size chunk
//   above               page-aligned, its tag in nt!PoolBigPageTable: a chunk, a page range or a region of its own
import { NT } from '../../generated/symbols';
import {
  EX_HEAP_POOL_NODE,
  EX_POOL_HEAP_MANAGER_STATE,
  POOL_HEADER,
  POOL_TRACKER_BIG_PAGES,
} from '../../generated/types';
import { offsetOf, put } from '../../layout/fields';
import { isIn, Region } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { nodeCount, physicalFrames } from '../../memory/physical-layout';
import { at, getField, hostFor, setField, write64 } from '../../memory/virtual';
import { random } from '../../random';
import { addressOf } from '../symbols';
import { createBigPageTable, dropBigPages, enterBigPages, findBigPages } from './big-pages';
import { Heap } from './heap';
import { drawHeapKeys } from './heap-keys';
import { allocateLarge, freeLarge } from './large';
import { createLedger } from './ledger';
import {
  allocateLowFragmentation,
  freeLowFragmentation,
  initialiseBuckets,
  initialiseLowFragmentation,
} from './low-fragmentation';
import { allocateRange, DIRECT, freeRange, kindAt, LFH_SUBSEGMENT, rangeAt } from './page-ranges';
import { initialiseTrees } from './rb-tree';
import {
  GRANULE,
  isChunkOfPages,
  LARGEST_BIG_RANGE,
  LARGEST_BLOCK,
  LARGEST_LFH_BLOCK,
  LARGEST_SMALL_RANGE,
} from './sizes';
import { createTagTables, trackAllocation, trackFree } from './tag-tables';
import { initialiseVaManager, ownerOf, pagesOfMetadata, takeMetadata } from './va-manager';
import {
  allocateVariable,
  ANYWHERE,
  freeVariable,
  IN_LINE,
  initialiseVariableSize,
  PAGE_START,
} from './variable-size';

/** POOL_HEADER.PoolType of an allocated block: POOL_TYPE with the in-use bit as Windows has it. */
export const NON_PAGED: u32 = 2;
export const PAGED: u32 = 3;

const PAGED_BIT: u32 = 1;
const PAGE_MASK: u64 = 4095;
const CACHE_LINE: u32 = 64;
const PROTOTYPE_TAG: u32 = 0x74536d4d; // 'MmSt': prototype PTEs have a heap of their own
const HEAP_BYTES: u32 = 0x40000; // reserved for a heap's own structures
const SMALL_MACHINE: u32 = 0x8000; // frames: 128 MiB

/** Heaps of a pool node, by their index in EX_HEAP_POOL_NODE.Heaps; 0 is executable pool, which nobody takes. */
const NON_PAGED_NX: i32 = 1;
const PAGED_HEAP: i32 = 2;
const PROTOTYPES: i32 = 3;
const HEAPS: i32 = 4; // of a node
const MOST_NODES: i32 = 2;

/** Heaps of all pool nodes, one node after the other. */
const heaps = new StaticArray<Heap | null>(HEAPS * MOST_NODES);
let nodes: i32 = 1;
let turn: i32 = 0;

/** A pool tag from its four characters, first one lowest. */
export function tag(a: i32, b: i32, c: i32, d: i32): u32 {
  return u32(a | (b << 8) | (c << 16) | (d << 24));
}

/** Creates the heaps and the tables of tags and large allocations. To be called once the kernel's image is loaded. */
export function initialisePool(processors: u32): void {
  drawHeapKeys();
  initialiseTrees();
  initialiseVariableSize();
  initialiseLowFragmentation(random());
  createLedger();
  initialiseVaManager();
  const isSmall = physicalFrames() < SMALL_MACHINE;
  createTagTables(processors, isSmall ? 1024 : 4096);
  createBigPageTable(isSmall ? 512 : 4096);
  createHeaps();
}

/** Creates the heaps of a pool node for each NUMA node. */
function createHeaps(): void {
  const state = addressOf(NT.ExPoolState);
  nodes = min(i32(nodeCount()), MOST_NODES);
  setField(state, EX_POOL_HEAP_MANAGER_STATE.NumberOfPools, nodes);
  for (let i = 0; i < nodes * HEAPS; i++) {
    const index = i % HEAPS;
    const region = index <= NON_PAGED_NX ? <i32>Region.NonPagedPool : <i32>Region.PagedPool;
    const heap = new Heap(takeMetadata(HEAP_BYTES, 0), region, HEAP_BYTES);
    initialiseBuckets(heap);
    unchecked((heaps[i] = heap));
    const node =
      at(state, EX_POOL_HEAP_MANAGER_STATE.PoolNode) + u64(i / HEAPS) * offsetOf(EX_HEAP_POOL_NODE.SIZE);
    write64(at(node, EX_HEAP_POOL_NODE.Heaps) + u64(index) * 8, heap.address);
  }
}

/** The heap that an allocation comes from: the nodes take turns, as processors of all of them allocate. */
function heapFor(type: u32, poolTag: u32): Heap {
  turn = turn + 1 == nodes ? 0 : turn + 1;
  const first = turn * HEAPS;
  if ((type & PAGED_BIT) == 0) return unchecked(heaps[first + NON_PAGED_NX])!;
  return unchecked(heaps[first + (poolTag == PROTOTYPE_TAG ? PROTOTYPES : PAGED_HEAP)])!;
}

/** The heap that holds an address: whose it is stands in the map of ranges. */
function heapOf(address: u64): Heap {
  const owner = ownerOf(address);
  for (let i = 0; i < nodes * HEAPS; i++) {
    const heap = unchecked(heaps[i])!;
    if (heap.address == owner) return heap;
  }
  assert(false, 'an address that is in no heap');
  return unchecked(heaps[0])!;
}

/**
 * Allocates zeroed pool; returns the address after the header. `aligned` is an offset into the block that must
 * come to lie on a multiple of 64 (where the body of a process or thread will be), or 0 when any place will do; blocks
 * that are small enough for the low-fragmentation heap lie on multiples of 16 only.
 */
export function allocatePool(bytes: u32, poolTag: u32, type: u32, aligned: u32): u64 {
  const address = allocateUncounted(bytes, poolTag, type, aligned);
  trackAllocation(poolTag, (type & PAGED_BIT) != 0, address, sizeInPool(bytes));
  return address;
}

/** Bytes that an allocation of `bytes` bytes takes, its header included. */
export function sizeInPool(bytes: u32): u32 {
  const all = bytes > LARGEST_BLOCK ? bytes : max(bytes, 1) + offsetOf(POOL_HEADER.SIZE);
  return (all + GRANULE - 1) & ~(GRANULE - 1);
}

/** The same as {@link allocatePool}, of an allocation that the caller enters in the tables of tags. */
export function allocateUncounted(bytes: u32, poolTag: u32, type: u32, aligned: u32): u64 {
  const heap = heapFor(type, poolTag);
  if (bytes > LARGEST_BLOCK) return allocatePages(heap, bytes, poolTag, type);
  const headerBytes = offsetOf(POOL_HEADER.SIZE);
  const size = sizeInPool(bytes);
  let block: u64 = 0;
  if (size <= u32(LARGEST_LFH_BLOCK)) block = allocateLowFragmentation(heap, size);
  if (block == 0) {
    const inLine = aligned != 0 && size + CACHE_LINE <= PAGE_SIZE;
    block = allocateVariable(heap, size, inLine ? IN_LINE + headerBytes + aligned : ANYWHERE);
  }
  const host = hostFor(block);
  put(host, POOL_HEADER.BlockSize, size / GRANULE);
  put(host, POOL_HEADER.PoolType, type);
  put(host, POOL_HEADER.PoolTag, poolTag);
  return block + headerBytes;
}

function allocatePages(heap: Heap, bytes: u32, poolTag: u32, type: u32): u64 {
  const size = sizeInPool(bytes);
  const pages = u32((u64(size) + PAGE_SIZE - 1) / PAGE_SIZE);
  const unused = pages * PAGE_SIZE - size;
  let address: u64;
  if (isChunkOfPages(size)) address = allocateVariable(heap, size, PAGE_START);
  else if (size <= LARGEST_SMALL_RANGE) address = allocateRange(heap.small, pages, DIRECT, pages, unused);
  else if (size <= LARGEST_BIG_RANGE) {
    const perUnit = heap.big.pagesPerUnit;
    address = allocateRange(heap.big, (pages + perUnit - 1) / perUnit, DIRECT, pages, unused);
  } else address = allocateLarge(heap, size);
  enterBigPages(address, poolTag, (type & PAGED_BIT) != 0, size);
  return address;
}

/** Frees what {@link allocatePool} returned. Traps when nothing is allocated there. */
export function freePool(address: u64): void {
  if ((address & PAGE_MASK) == 0) {
    freePages(address);
    return;
  }
  const block = address - offsetOf(POOL_HEADER.SIZE);
  const poolTag = u32(getField(block, POOL_HEADER.PoolTag));
  const size = getField(block, POOL_HEADER.BlockSize) * GRANULE;
  const paged = (getField(block, POOL_HEADER.PoolType) & PAGED_BIT) != 0;
  const heap = heapOf(block);
  const range = rangeAt(heap.small, block);
  if (kindAt(heap.small, range) == LFH_SUBSEGMENT) freeLowFragmentation(heap, range, block);
  else freeVariable(heap, block);
  trackFree(poolTag, paged, address, size);
}

function freePages(address: u64): void {
  const entry = findBigPages(address);
  const size = getField(entry, POOL_TRACKER_BIG_PAGES.NumberOfBytes);
  const poolTag = u32(getField(entry, POOL_TRACKER_BIG_PAGES.Key));
  const paged = isIn(<i32>Region.PagedPool, address);
  const isSmall = size <= LARGEST_SMALL_RANGE;
  const heap = heapOf(address);
  if (size > LARGEST_BIG_RANGE) freeLarge(heap, address);
  else if (isChunkOfPages(u32(size))) freeVariable(heap, address);
  else freeRange(isSmall ? heap.small : heap.big, address);
  dropBigPages(entry);
  trackFree(poolTag, paged, address, size);
}

/** Pages that a pool takes, mapped ones: `type` is NON_PAGED or PAGED. What nonpaged pool is managed with counts too. */
export function pagesInPool(type: u32): u64 {
  let pages: u64 = (type & PAGED_BIT) == 0 ? pagesOfMetadata() : 0;
  for (let i = 0; i < nodes * HEAPS; i++) {
    const heap = unchecked(heaps[i])!;
    if ((heap.region == <i32>Region.PagedPool) == ((type & PAGED_BIT) != 0))
      pages += heap.committedPages + heap.largePages;
    if ((type & PAGED_BIT) == 0) pages += heap.ownPages;
  }
  return pages;
}
