// The system cache: views of files in the kernel's half, 256 KiB each, which VACBs describe. A live dump leaves the
// mapped pages out, not the structures that describe them.
import { NT } from '../../generated/symbols';
import {
  DISPATCHER_HEADER,
  EX_FAST_REF,
  FILE_OBJECT,
  PRIVATE_CACHE_MAP,
  SECTION_OBJECT_POINTERS,
  SHARED_CACHE_MAP,
  VACB,
  VACB_ARRAY_HEADER,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { Region, reserve } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import {
  addToField,
  at,
  attachedRoot,
  getField,
  initialiseList,
  insertTail,
  read32,
  read64,
  removeEntry,
  setField,
  write32,
  write64,
} from '../../memory/virtual';
import { mapPages } from '../../paging/map';
import { KERNEL_DATA } from '../../paging/pte';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { EVENT_SYNCHRONIZATION, initialiseHeader } from '../scheduler/dispatcher';
import { addressOf } from '../symbols';

/** Pages of a view: VACB_MAPPING_GRANULARITY is 256 KiB. */
export const VIEW_PAGES: u32 = 64;

const VIEW_BYTES: u64 = u64(VIEW_PAGES) * PAGE_SIZE;
const NODE_SHARED_CACHE_MAP: u32 = 0x2ff; // CACHE_NTC_SHARED_CACHE_MAP
const NODE_PRIVATE_CACHE_MAP: u32 = 0x2fe; // CACHE_NTC_PRIVATE_CACHE_MAP
const CACHED_REFERENCES: u64 = 15; // EX_FAST_REF keeps this many references in its low bits
const INITIAL_VACBS: u32 = 4;
const VACBS_OF_ARRAY: u32 = 1024;
const ARRAYS: u32 = 64;
const READ_AHEAD_MASK: u32 = 0xffff;

let arrays: u64 = 0; // nt!CcVacbArrays: pointers to arrays
let arrayCount: u32 = 0;

function addArray(): void {
  assert(arrayCount < ARRAYS, 'too many views of the system cache');
  const bytes = offsetOf(VACB_ARRAY_HEADER.SIZE) + VACBS_OF_ARRAY * offsetOf(VACB.SIZE);
  const array = allocatePool(bytes, tag(0x43, 0x63, 0x56, 0x61), NON_PAGED, 0); // 'CcVa'
  if (arrays == 0) {
    arrays = allocatePool(ARRAYS * 8, tag(0x43, 0x63, 0x56, 0x70), NON_PAGED, 0); // 'CcVp'
    write64(addressOf(NT.CcVacbArrays), arrays);
    initialiseList(addressOf(NT.CcVacbFreeList));
  }
  setField(array, VACB_ARRAY_HEADER.VacbArrayIndex, arrayCount);
  write64(arrays + u64(arrayCount) * 8, array);
  write32(addressOf(NT.CcVacbArraysHighestUsedIndex), arrayCount);
  for (let i: u32 = 0; i < VACBS_OF_ARRAY; i++) {
    const vacb = array + offsetOf(VACB_ARRAY_HEADER.SIZE) + u64(i) * offsetOf(VACB.SIZE);
    setField(vacb, VACB.ArrayHead, array);
    insertTail(addressOf(NT.CcVacbFreeList), at(vacb, VACB.Overlay_Links));
  }
  write32(addressOf(NT.CcNumberOfFreeVacbs), read32(addressOf(NT.CcNumberOfFreeVacbs)) + VACBS_OF_ARRAY);
  arrayCount++;
}

/** Takes the first free VACB. */
function takeVacb(): u64 {
  const free = addressOf(NT.CcNumberOfFreeVacbs);
  if (read32(free) == 0) addArray();
  const links = read64(addressOf(NT.CcVacbFreeList));
  removeEntry(links);
  write32(free, read32(free) - 1);
  const vacb = links - offsetOf(VACB.Overlay);
  const array = getField(vacb, VACB.ArrayHead);
  addToField(array, VACB_ARRAY_HEADER.MappingCount, 1);
  const index = u32((vacb - array - offsetOf(VACB_ARRAY_HEADER.SIZE)) / offsetOf(VACB.SIZE));
  if (index > u32(getField(array, VACB_ARRAY_HEADER.HighestMappedIndex)))
    setField(array, VACB_ARRAY_HEADER.HighestMappedIndex, index);
  return vacb;
}

/**
 * Caches an open file of `bytes` bytes and maps its first `views` views, whose pages lie in the frames from `frames`
 * on. Returns its SHARED_CACHE_MAP.
 */
export function cacheFile(file: u64, bytes: u64, frames: u32, views: u32): u64 {
  const map = allocatePool(offsetOf(SHARED_CACHE_MAP.SIZE), tag(0x43, 0x63, 0x53, 0x63), NON_PAGED, 0); // 'CcSc'
  setField(map, SHARED_CACHE_MAP.NodeTypeCode, NODE_SHARED_CACHE_MAP);
  setField(map, SHARED_CACHE_MAP.NodeByteSize, offsetOf(SHARED_CACHE_MAP.SIZE));
  setField(map, SHARED_CACHE_MAP.OpenCount, 1);
  write64(at(map, SHARED_CACHE_MAP.FileSize), bytes);
  write64(at(map, SHARED_CACHE_MAP.SectionSize), (bytes + VIEW_BYTES - 1) & ~(VIEW_BYTES - 1));
  write64(at(map, SHARED_CACHE_MAP.ValidDataLength), bytes);
  write64(at(map, SHARED_CACHE_MAP.ValidDataGoal), bytes);
  setField(at(map, SHARED_CACHE_MAP.FileObjectFastRef), EX_FAST_REF.Value, file | CACHED_REFERENCES);
  setField(map, SHARED_CACHE_MAP.NumMappedVacb, views);
  initialiseList(at(map, SHARED_CACHE_MAP.BcbList));
  initialiseList(at(map, SHARED_CACHE_MAP.PrivateList));
  initialiseList(at(map, SHARED_CACHE_MAP.LoggedStreamLinks));
  initialiseList(at(map, SHARED_CACHE_MAP.VolSharedCacheMapLinks));
  initialiseHeader(
    at(map, SHARED_CACHE_MAP.Event),
    EVENT_SYNCHRONIZATION,
    offsetOf(DISPATCHER_HEADER.SIZE),
    0,
  );
  insertTail(addressOf(NT.CcCleanSharedCacheMapList), at(map, SHARED_CACHE_MAP.SharedCacheMapLinks));
  addPrivateMap(map, file);
  const slots = vacbSlots(map, bytes);
  for (let view: u32 = 0; view < views; view++)
    write64(slots + u64(view) * 8, mapView(map, view, frames + view * VIEW_PAGES));
  return map;
}

/** Where the system cache maps a page of a file, which lies in one of its views. */
export function cachedAddress(file: u64, page: u32): u64 {
  const pointers = getField(file, FILE_OBJECT.SectionObjectPointer);
  const map = getField(pointers, SECTION_OBJECT_POINTERS.SharedCacheMap);
  const vacb = read64(getField(map, SHARED_CACHE_MAP.Vacbs) + u64(page / VIEW_PAGES) * 8);
  return getField(vacb, VACB.BaseAddress) + u64(page % VIEW_PAGES) * PAGE_SIZE;
}

/** The reader's part, kept in the shared map as it is for a file's first reader. */
function addPrivateMap(map: u64, file: u64): void {
  const own = at(map, SHARED_CACHE_MAP.PrivateCacheMap);
  setField(own, PRIVATE_CACHE_MAP.NodeTypeCode, NODE_PRIVATE_CACHE_MAP);
  setField(own, PRIVATE_CACHE_MAP.ReadAheadMask, READ_AHEAD_MASK);
  setField(own, PRIVATE_CACHE_MAP.FileObject, file);
  insertTail(at(map, SHARED_CACHE_MAP.PrivateList), at(own, PRIVATE_CACHE_MAP.PrivateLinks));
  setField(file, FILE_OBJECT.PrivateCacheMap, own);
}

/** Where a file's VACBs are entered: inside its map for up to 1 MiB, else an array of its own. */
function vacbSlots(map: u64, bytes: u64): u64 {
  const count = u32((bytes + VIEW_BYTES - 1) / VIEW_BYTES);
  const slots =
    count <= INITIAL_VACBS
      ? at(map, SHARED_CACHE_MAP.InitialVacbs)
      : allocatePool(count * 8, tag(0x43, 0x63, 0x56, 0x70), NON_PAGED, 0); // 'CcVp'
  setField(map, SHARED_CACHE_MAP.Vacbs, slots);
  return slots;
}

/** Maps one view; returns its VACB. */
function mapView(map: u64, view: u32, frames: u32): u64 {
  const address = reserve(<i32>Region.SystemCache, VIEW_BYTES, VIEW_BYTES);
  mapPages(attachedRoot(), address, frames, VIEW_PAGES, KERNEL_DATA);
  const vacb = takeVacb();
  setField(vacb, VACB.BaseAddress, address);
  setField(vacb, VACB.SharedCacheMap, map);
  write64(at(vacb, VACB.Overlay_FileOffset), u64(view) * VIEW_BYTES);
  write64(at(vacb, VACB.Overlay_FileOffset) + 8, 0); // what was its place in the list of free ones
  return vacb;
}
