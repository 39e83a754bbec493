// Addresses for heaps, given out in steps of 1 MiB, and the two maps in which readers look an address up:
//
//   AllocTracker.AllocTrackerBitmap   2 bits for each MiB: 1 in a small segment, 2 in a big one, 3 a large allocation
//   VaMgr.VaSpace.VaRangeArray        a HEAP_VAMGR_RANGE for each MiB
//
// Both span the kernel's half of the address space and are mapped where something is.
import { NT } from '../../generated/symbols';
import {
  EX_POOL_HEAP_MANAGER_STATE,
  HEAP_VAMGR_ALLOCATOR,
  HEAP_VAMGR_CTX,
  HEAP_VAMGR_RANGE,
  HEAP_VAMGR_VASPACE,
  RTL_CSPARSE_BITMAP,
  RTL_SPARSE_ARRAY,
  RTLP_HP_ALLOC_TRACKER,
  RTLP_HP_HEAP_MANAGER,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { commit, Region, reserve } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { at, attachedRoot, getField, isMapped, read64, setField, write64 } from '../../memory/virtual';
import { unmapPage } from '../../paging/map';
import { KERNEL_DATA } from '../../paging/pte';
import { SYSTEM_RANGE_START } from '../../paging/tables';
import { addressOf } from '../symbols';
import { Heap } from './heap';

/** What an address is part of, as the tracker's bitmap has it. */
export const SMALL_SEGMENT: u32 = 1;
export const BIG_SEGMENT: u32 = 2;
export const LARGE_ALLOCATION: u32 = 3;

const CHUNK_SHIFT: u64 = 20;
const CHUNKS: u64 = u64(1) << (47 - CHUNK_SHIFT);
const BITS_PER_CHUNK: u64 = 2;
const RANGE_SHIFT: u32 = 5; // base-2 logarithm of a HEAP_VAMGR_RANGE's size
const DIRECTORY_SHIFT: u64 = 30; // base-2 logarithm of the bits that one of the commit directory's stands for
const KERNEL_SPACE: u64 = 1; // HeapAddressKernel

let bitmap: u64 = 0;
let bitmapDescription: u64 = 0; // RTL_CSPARSE_BITMAP
let rangeArray: u64 = 0;
let rangeDescription: u64 = 0;
let metadataPages: u64 = 0;

/** Memory of the heaps' own that is nobody's allocation: reserved whole, its first `mapped` bytes mapped and zero. */
export function takeMetadata(bytes: u64, mapped: u64): u64 {
  const address = reserve(<i32>Region.NonPagedPool, bytes, PAGE_SIZE);
  const pages = u32((mapped + PAGE_SIZE - 1) / PAGE_SIZE);
  commit(address, pages, KERNEL_DATA);
  metadataPages += pages;
  return address;
}

/** Unmaps such memory. Its addresses are not given out again. */
export function dropMetadata(address: u64, mapped: u64): void {
  const pages = (mapped + PAGE_SIZE - 1) / PAGE_SIZE;
  for (let i: u64 = 0; i < pages; i++) unmapPage(attachedRoot(), address + i * PAGE_SIZE);
  metadataPages -= pages;
}

/** Pages that such memory takes. */
export function pagesOfMetadata(): u64 {
  return metadataPages;
}

function touch(address: u64): void {
  if (isMapped(address)) return;
  commit(address & ~u64(PAGE_SIZE - 1), 1, KERNEL_DATA);
  metadataPages++;
}

/** Describes a sparse bitmap of `bits` bits: which of its pages are mapped is a bitmap of its own. */
function describeBitmap(description: u64, bits: u64, data: u64): void {
  const pages = ((bits >> 3) + PAGE_SIZE - 1) / PAGE_SIZE;
  const commits = takeMetadata(pages >> 3, 0);
  setField(description, RTL_CSPARSE_BITMAP.CommitBitmap, commits);
  setField(description, RTL_CSPARSE_BITMAP.UserBitmap, data);
  setField(description, RTL_CSPARSE_BITMAP.BitCount, bits);
  setField(description, RTL_CSPARSE_BITMAP.LockType, 1); // HeapLockNonPaged
  setField(description, RTL_CSPARSE_BITMAP.AddressSpace, KERNEL_SPACE);
  setField(description, RTL_CSPARSE_BITMAP.CommitDirectoryMaxSize, 8);
}

/** Fills nt!ExPoolState.HeapManager's maps. To be called before the first heap. */
export function initialiseVaManager(): void {
  const manager = at(addressOf(NT.ExPoolState), EX_POOL_HEAP_MANAGER_STATE.HeapManager);
  setField(manager, RTLP_HP_HEAP_MANAGER.Globals, addressOf(NT.RtlpHpHeapGlobals));
  const tracker = at(manager, RTLP_HP_HEAP_MANAGER.AllocTracker);
  setField(tracker, RTLP_HP_ALLOC_TRACKER.BaseAddress, SYSTEM_RANGE_START);
  bitmap = takeMetadata((CHUNKS * BITS_PER_CHUNK) >> 3, 0);
  bitmapDescription = at(tracker, RTLP_HP_ALLOC_TRACKER.AllocTrackerBitmap);
  describeBitmap(bitmapDescription, CHUNKS * BITS_PER_CHUNK, bitmap);
  const context = at(manager, RTLP_HP_HEAP_MANAGER.VaMgr);
  const space = at(context, HEAP_VAMGR_CTX.VaSpace);
  setField(space, HEAP_VAMGR_VASPACE.AddressSpaceType, KERNEL_SPACE);
  setField(space, HEAP_VAMGR_VASPACE.BaseAddress, SYSTEM_RANGE_START);
  const array = at(space, HEAP_VAMGR_VASPACE.VaRangeArray);
  setField(array, RTL_SPARSE_ARRAY.ElementCount, CHUNKS);
  setField(array, RTL_SPARSE_ARRAY.ElementSizeShift, RANGE_SHIFT);
  assert(offsetOf(HEAP_VAMGR_RANGE.SIZE) == 1 << RANGE_SHIFT, 'ranges of another size than the array says');
  rangeArray = takeMetadata(CHUNKS << RANGE_SHIFT, 0);
  rangeDescription = at(array, RTL_SPARSE_ARRAY.Bitmap);
  describeBitmap(rangeDescription, CHUNKS << (RANGE_SHIFT + 3), rangeArray);
  addAllocators(context, space);
}

/** One allocator for each pool: nonpaged and paged. */
function addAllocators(context: u64, space: u64): void {
  for (let index: u32 = 0; index < 2; index++) {
    const allocator =
      at(context, HEAP_VAMGR_CTX.Allocators) + u64(index) * offsetOf(HEAP_VAMGR_ALLOCATOR.SIZE);
    setField(allocator, HEAP_VAMGR_ALLOCATOR.VaSpace, space);
    setField(allocator, HEAP_VAMGR_ALLOCATOR.RefCount, 1);
    setField(allocator, HEAP_VAMGR_ALLOCATOR.AllocatorIndex, index);
    setField(allocator, HEAP_VAMGR_ALLOCATOR.LockType, 1);
  }
  setField(context, HEAP_VAMGR_CTX.AllocatorCount, 2);
}

/** Marks the page of a map's byte as mapped: in the commit bitmap, and its part of that in the commit directory. */
function noteMapped(description: u64, start: u64, address: u64): void {
  const offset = address - start;
  const page = offset / PAGE_SIZE;
  const word = getField(description, RTL_CSPARSE_BITMAP.CommitBitmap) + (page >> 6) * 8;
  touch(word);
  write64(word, read64(word) | (u64(1) << (page & 63)));
  const directory = at(description, RTL_CSPARSE_BITMAP.CommitDirectory);
  write64(directory, read64(directory) | (u64(1) << ((offset << 3) >> DIRECTORY_SHIFT)));
}

/** Takes addresses of a heap's region, unmapped, and enters them in both maps as `kind`. */
export function takeAddresses(heap: Heap, bytes: u64, alignment: u64, kind: u32): u64 {
  const address = reserve(heap.region, bytes, alignment);
  const first = (address - SYSTEM_RANGE_START) >> CHUNK_SHIFT;
  const count = (bytes + (1 << CHUNK_SHIFT) - 1) >> CHUNK_SHIFT;
  for (let chunk = first; chunk < first + count; chunk++) {
    const bit = chunk * BITS_PER_CHUNK;
    const word = bitmap + (bit >> 6) * 8;
    touch(word);
    noteMapped(bitmapDescription, bitmap, word);
    const shift = bit & 63;
    write64(word, (read64(word) & ~(u64(3) << shift)) | (u64(kind) << shift));
    const range = rangeArray + (chunk << RANGE_SHIFT);
    touch(range);
    noteMapped(rangeDescription, rangeArray, range);
    setField(range, HEAP_VAMGR_RANGE.Allocated, 1);
    setField(range, HEAP_VAMGR_RANGE.AllocatorIndex, heap.region == <i32>Region.PagedPool ? 1 : 0);
    write64(at(range, HEAP_VAMGR_RANGE.OwnerCtx), heap.address);
    setField(range, HEAP_VAMGR_RANGE.ChunkCount, chunk == first ? count : 0);
  }
  return address;
}

/** Address of the SEGMENT_HEAP whose addresses an address is among. */
export function ownerOf(address: u64): u64 {
  const range = rangeArray + (((address - SYSTEM_RANGE_START) >> CHUNK_SHIFT) << RANGE_SHIFT);
  return read64(at(range, HEAP_VAMGR_RANGE.OwnerCtx));
}

/** Takes addresses out of both maps. */
export function dropAddresses(address: u64, bytes: u64): void {
  const first = (address - SYSTEM_RANGE_START) >> CHUNK_SHIFT;
  const count = (bytes + (1 << CHUNK_SHIFT) - 1) >> CHUNK_SHIFT;
  for (let chunk = first; chunk < first + count; chunk++) {
    const bit = chunk * BITS_PER_CHUNK;
    const word = bitmap + (bit >> 6) * 8;
    write64(word, read64(word) & ~(u64(3) << (bit & 63)));
    setField(rangeArray + (chunk << RANGE_SHIFT), HEAP_VAMGR_RANGE.Allocated, 0);
  }
}
