// The low-fragmentation sub-allocator: blocks of one size in each subsegment, handed out in random order. A bucket,
// one for each size in steps of 16 bytes, is put into use once its size has been asked for often enough.
//
//   HEAP_LFH_CONTEXT.Buckets[size / 16] ─▶ HEAP_LFH_BUCKET ─▶ HEAP_LFH_AFFINITY_SLOT ─▶ lists of subsegments
//   HEAP_LFH_SUBSEGMENT │ BlockBitmap, 2 bits a block: bit 0 busy │ block │ block │ … │ guard page, not mapped
//
// Blocks that would cross a page are withheld: busy in the bitmap, and in no count.
import {
  HEAP_LFH_AFFINITY_SLOT,
  HEAP_LFH_BUCKET,
  HEAP_LFH_CONTEXT,
  HEAP_LFH_SUBSEGMENT,
  HEAP_LFH_SUBSEGMENT_ENCODED_OFFSETS,
  HEAP_LFH_SUBSEGMENT_OWNER,
} from '../../generated/types';
import { offsetOf, put } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import {
  addToField,
  at,
  hostFor,
  initialiseList,
  insertTail,
  read64,
  setField,
  write64,
} from '../../memory/virtual';
import { Bucket, Heap } from './heap';
import { lfhKey } from './heap-keys';
import { allocateSubsegment, LFH_SUBSEGMENT } from './page-ranges';
import { GRANULE } from './sizes';

const DEMAND: u32 = 17; // allocations of a size after which its bucket is put into use
const NOT_IN_USE: u64 = 1; // lowest bit of a bucket's pointer; its demand is in the third byte and above
const DEMAND_SHIFT: u64 = 16;
const BLOCKS_PER_WORD: u32 = 32;
const BUSY_BITS: u64 = 0x5555555555555555;
const FIRST_PAGES: u32 = 4; // of a bucket's first subsegments
const PAGES: u32 = 16;
const SMALL_SUBSEGMENTS: u32 = 2;
const MOST_PROCESSORS: u32 = 64;
const ON_AVAILABLE_LIST: u32 = 0;
const ON_FULL_LIST: u32 = 1;

let freeCountAt: u32 = 0;
let blockCountAt: u32 = 0;
let withheldAt: u32 = 0;
let bitmapAt: u32 = 0;
let offsetsAt: u32 = 0;
let draws: u64 = 0;

/** Looks the layouts up and seeds the order of blocks. To be called before the first allocation. */
export function initialiseLowFragmentation(seed: u64): void {
  freeCountAt = offsetOf(HEAP_LFH_SUBSEGMENT.FreeCount);
  blockCountAt = offsetOf(HEAP_LFH_SUBSEGMENT.BlockCount);
  withheldAt = offsetOf(HEAP_LFH_SUBSEGMENT.WitheldBlockCount);
  bitmapAt = offsetOf(HEAP_LFH_SUBSEGMENT.BlockBitmap);
  offsetsAt = offsetOf(HEAP_LFH_SUBSEGMENT.BlockOffsets);
  draws = seed;
}

function draw(limit: u32): u32 {
  draws = draws * 6364136223846793005 + 1442695040888963407;
  return u32(((draws >> 32) * limit) >> 32);
}

function bucketPointer(heap: Heap, size: u32): u64 {
  return at(heap.lfh, HEAP_LFH_CONTEXT.Buckets) + u64(size / GRANULE) * 8;
}

/** Marks every bucket as not in use. */
export function initialiseBuckets(heap: Heap): void {
  const end = offsetOf(HEAP_LFH_CONTEXT.SIZE);
  for (let entry = at(heap.lfh, HEAP_LFH_CONTEXT.Buckets); entry + 8 <= heap.lfh + end; entry += 8)
    write64(entry, NOT_IN_USE);
}

/**
 * A block of `size` bytes, its POOL_HEADER included, zeroed; 0 when the size's bucket is not in use yet. `size` is a
 * multiple of 16, up to the largest block.
 */
export function allocateLowFragmentation(heap: Heap, size: u32): u64 {
  const bucket = unchecked(heap.buckets[size / GRANULE]);
  if (bucket.slot == 0) {
    if (++bucket.demand < DEMAND) {
      write64(bucketPointer(heap, size), NOT_IN_USE | (u64(bucket.demand) << DEMAND_SHIFT));
      return 0;
    }
    putIntoUse(heap, bucket, size);
  }
  if (bucket.active == 0) chooseActive(heap, bucket, size);
  const subsegment = bucket.active;
  const host = hostFor(subsegment); // header and bitmap lie in the first page
  const free = load<u16>(host + freeCountAt) - 1;
  store<u16>(host + freeCountAt, free);
  const blocks = u32(load<u16>(host + blockCountAt)) + load<u8>(host + withheldAt);
  const words = (blocks + BLOCKS_PER_WORD - 1) / BLOCKS_PER_WORD;
  let word = draw(words);
  while ((~load<u64>(host + bitmapAt + word * 8) & BUSY_BITS) == 0) word = word + 1 == words ? 0 : word + 1;
  const bits = load<u64>(host + bitmapAt + word * 8);
  const turn = u64(draw(BLOCKS_PER_WORD)) * 2;
  const bit = (ctz(rotr<u64>(~bits & BUSY_BITS, turn)) + turn) & 63;
  store<u64>(host + bitmapAt + word * 8, bits | (u64(1) << bit));
  const index = word * BLOCKS_PER_WORD + u32(bit >> 1);
  const block = subsegment + firstOffset(host, subsegment) + u64(index) * size;
  if (free == 0) {
    moveTo(bucket, subsegment, ON_FULL_LIST);
    bucket.active = 0;
  }
  memory.fill(hostFor(block), 0, size);
  return block;
}

/** Frees the block at `block` of the subsegment at `subsegment`. */
export function freeLowFragmentation(heap: Heap, subsegment: u64, block: u64): void {
  const host = hostFor(subsegment);
  const size = blockSize(host, subsegment);
  const index = u32(block - subsegment - firstOffset(host, subsegment)) / size;
  const word = host + bitmapAt + (index / BLOCKS_PER_WORD) * 8;
  store<u64>(word, load<u64>(word) & ~(u64(3) << ((index % BLOCKS_PER_WORD) * 2)));
  const free = load<u16>(host + freeCountAt);
  store<u16>(host + freeCountAt, free + 1);
  if (free == 0) moveTo(unchecked(heap.buckets[size / GRANULE]), subsegment, ON_AVAILABLE_LIST);
}

/** BlockOffsets are XORed with the key and the subsegment's page number. */
function decodedOffsets(host: usize, subsegment: u64): u32 {
  return load<u32>(host + offsetsAt) ^ u32(lfhKey) ^ u32(subsegment >> 12);
}

function blockSize(host: usize, subsegment: u64): u32 {
  return decodedOffsets(host, subsegment) & 0xffff;
}

function firstOffset(host: usize, subsegment: u64): u32 {
  return decodedOffsets(host, subsegment) >>> 16;
}

function putIntoUse(heap: Heap, bucket: Bucket, size: u32): void {
  bucket.address = heap.extend(offsetOf(HEAP_LFH_BUCKET.SIZE));
  bucket.slot = heap.extend(offsetOf(HEAP_LFH_AFFINITY_SLOT.SIZE));
  const slots = heap.extend(8);
  const map = heap.extend(MOST_PROCESSORS); // each processor uses slot 0
  write64(slots, bucket.slot);
  setField(bucket.address, HEAP_LFH_BUCKET.AffinitySlots, slots);
  setField(bucket.address, HEAP_LFH_BUCKET.ProcAffinityMapping, map);
  setField(bucket.address, HEAP_LFH_BUCKET.ReciprocalBlockSize, u32((u64(1) << 32) / size));
  fillOwner(at(bucket.address, HEAP_LFH_BUCKET.State), size, true);
  fillOwner(at(bucket.slot, HEAP_LFH_AFFINITY_SLOT.State), size, false);
  write64(bucketPointer(heap, size), bucket.address);
}

function fillOwner(owner: u64, size: u32, isBucket: bool): void {
  setField(owner, HEAP_LFH_SUBSEGMENT_OWNER.IsBucket, isBucket ? 1 : 0);
  setField(owner, HEAP_LFH_SUBSEGMENT_OWNER.BucketIndex, size / GRANULE);
  setField(owner, HEAP_LFH_SUBSEGMENT_OWNER.SlotCount, isBucket ? 1 : 0);
  initialiseList(at(owner, HEAP_LFH_SUBSEGMENT_OWNER.AvailableSubsegmentList));
  initialiseList(at(owner, HEAP_LFH_SUBSEGMENT_OWNER.FullSubsegmentList));
}

/** Takes a subsegment with free blocks from the list, or makes one. */
function chooseActive(heap: Heap, bucket: Bucket, size: u32): void {
  const owner = at(bucket.slot, HEAP_LFH_AFFINITY_SLOT.State);
  const list = at(owner, HEAP_LFH_SUBSEGMENT_OWNER.AvailableSubsegmentList);
  if (read64(list) == list) addSubsegment(heap, bucket, owner, size);
  bucket.active = read64(list) - offsetOf(HEAP_LFH_SUBSEGMENT.ListEntry);
}

function addSubsegment(heap: Heap, bucket: Bucket, owner: u64, size: u32): void {
  const pages = bucket.subsegments < SMALL_SUBSEGMENTS ? FIRST_PAGES : PAGES;
  bucket.subsegments++;
  const subsegment = allocateSubsegment(heap.small, pages, LFH_SUBSEGMENT, pages);
  const bytes = pages * PAGE_SIZE;
  const words = (bytes / size + BLOCKS_PER_WORD - 1) / BLOCKS_PER_WORD;
  const first = (bitmapAt + words * 8 + GRANULE - 1) & ~(GRANULE - 1);
  const total = (bytes - first) / size;
  let withheld: u32 = 0;
  const host = hostFor(subsegment);
  for (let i: u32 = 0; i < words * BLOCKS_PER_WORD; i++) {
    const start = first + i * size;
    const crosses = start / PAGE_SIZE != (start + size - 1) / PAGE_SIZE;
    if (i < total && !crosses) continue;
    if (i < total) withheld++;
    const word = host + bitmapAt + (i / BLOCKS_PER_WORD) * 8;
    store<u64>(word, load<u64>(word) | (u64(1) << ((i % BLOCKS_PER_WORD) * 2)));
  }
  store<u16>(host + blockCountAt, u16(total - withheld));
  store<u16>(host + freeCountAt, u16(total - withheld));
  store<u8>(host + withheldAt, u8(withheld));
  const offsets = host + offsetsAt;
  put(offsets, HEAP_LFH_SUBSEGMENT_ENCODED_OFFSETS.BlockSize, size);
  put(offsets, HEAP_LFH_SUBSEGMENT_ENCODED_OFFSETS.FirstBlockOffset, first);
  store<u32>(offsets, load<u32>(offsets) ^ u32(lfhKey) ^ u32(subsegment >> 12));
  setField(subsegment, HEAP_LFH_SUBSEGMENT.Owner, owner);
  setField(subsegment, HEAP_LFH_SUBSEGMENT.CommitUnitShift, 12);
  setField(subsegment, HEAP_LFH_SUBSEGMENT.CommitUnitCount, pages);
  setField(subsegment, HEAP_LFH_SUBSEGMENT.Location, ON_AVAILABLE_LIST);
  insertTail(
    at(owner, HEAP_LFH_SUBSEGMENT_OWNER.AvailableSubsegmentList),
    at(subsegment, HEAP_LFH_SUBSEGMENT.ListEntry),
  );
  addToField(owner, HEAP_LFH_SUBSEGMENT_OWNER.AvailableSubsegmentCount, 1);
  addToField(bucket.address, HEAP_LFH_BUCKET.TotalSubsegmentCount, 1);
  addToField(bucket.address, HEAP_LFH_BUCKET.TotalBlockCount, total - withheld);
}

function moveTo(bucket: Bucket, subsegment: u64, location: u32): void {
  const owner = at(bucket.slot, HEAP_LFH_AFFINITY_SLOT.State);
  const entry = at(subsegment, HEAP_LFH_SUBSEGMENT.ListEntry);
  const next = read64(entry);
  const before = read64(entry + 8);
  write64(before, next);
  write64(next + 8, before);
  const full = location == ON_FULL_LIST;
  const list = full
    ? at(owner, HEAP_LFH_SUBSEGMENT_OWNER.FullSubsegmentList)
    : at(owner, HEAP_LFH_SUBSEGMENT_OWNER.AvailableSubsegmentList);
  insertTail(list, entry);
  setField(subsegment, HEAP_LFH_SUBSEGMENT.Location, location);
  addToField(owner, HEAP_LFH_SUBSEGMENT_OWNER.AvailableSubsegmentCount, full ? u64(-1) : 1);
}
