// The object manager: object headers in front of bodies, object types, and the table that numbers them.
import { NT } from '../../generated/symbols';
import {
  OBJECT_HEADER,
  OBJECT_HEADER_CREATOR_INFO,
  OBJECT_HEADER_HANDLE_INFO,
  OBJECT_HEADER_NAME_INFO,
  OBJECT_HEADER_PROCESS_INFO,
  OBJECT_HEADER_QUOTA_INFO,
  OBJECT_TYPE,
  OBJECT_TYPE_INITIALIZER,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { Region, reserve } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import {
  at,
  initialiseList,
  read32,
  read64,
  setField,
  addToField,
  write32,
  write64,
  write8,
} from '../../memory/virtual';
import { random } from '../../random';
import { allocatePool, NON_PAGED, PAGED, tag } from '../pool/pool';
import { newUnicodeString } from '../strings';
import { addressOf } from '../symbols';

/** Index of the type Type; 0 and 1 are not types. */
export const TYPE_INDEX: u32 = 2;

const QUOTA_INFO: u32 = 8; // bit of InfoMask
const OBJECT_NAME_TAG: u32 = 0x6d4e624f; // 'ObNm'
const PERMANENT: u32 = 0x10; // Flags: PermanentObject
const KERNEL_OBJECT: u32 = 0x02;
const POOL_NON_PAGED_NX: u32 = 0x200; // _POOL_TYPE.NonPagedPoolNx

/** Draws the cookie that type indices are encoded with. To be called before the first object. */
export function initialiseObjects(): void {
  write32(addressOf(NT.ObHeaderCookie), u32(random()) & 0xff);
  // Index 1 is taken by an address that is never mapped; readers take the first empty entry for the table's end.
  const badPointer = reserve(<i32>Region.SystemPtes, PAGE_SIZE, PAGE_SIZE);
  write64(addressOf(NT.MmBadPointer), badPointer);
  write64(addressOf(NT.ObTypeIndexTable) + 8, badPointer);
  // Sizes of the optional headers that precede OBJECT_HEADER, by InfoMask: 1 creator, 2 name, 4 handle, 8 quota, 16 process.
  for (let mask: u32 = 0; mask < 32; mask++) {
    let bytes: u32 = 0;
    if (mask & 1) bytes += offsetOf(OBJECT_HEADER_CREATOR_INFO.SIZE);
    if (mask & 2) bytes += offsetOf(OBJECT_HEADER_NAME_INFO.SIZE);
    if (mask & 4) bytes += offsetOf(OBJECT_HEADER_HANDLE_INFO.SIZE);
    if (mask & QUOTA_INFO) bytes += offsetOf(OBJECT_HEADER_QUOTA_INFO.SIZE);
    if (mask & 16) bytes += offsetOf(OBJECT_HEADER_PROCESS_INFO.SIZE);
    write8(addressOf(NT.ObpInfoMaskToOffset) + mask, u8(bytes));
  }
}

/** TypeIndex is kept as index ^ cookie ^ second byte of the header's address. */
function encodedIndex(header: u64, index: u32): u32 {
  return (u32(header >> 8) ^ read32(addressOf(NT.ObHeaderCookie)) ^ index) & 0xff;
}

/** Address of the OBJECT_TYPE with an index. */
export function typeObject(index: u32): u64 {
  return read64(addressOf(NT.ObTypeIndexTable) + u64(index) * 8);
}

/** Fills the OBJECT_HEADER before `body`; the optional quota header is there when `hasQuota` says so. */
function fillHeader(body: u64, index: u32, flags: u32, hasQuota: bool): void {
  const header = body - offsetOf(OBJECT_HEADER.Body);
  setField(header, OBJECT_HEADER.PointerCount, 0x7ffe); // references batched by handle, as Windows counts them
  setField(header, OBJECT_HEADER.HandleCount, 1);
  setField(header, OBJECT_HEADER.TypeIndex, encodedIndex(header, index));
  setField(header, OBJECT_HEADER.InfoMask, hasQuota ? QUOTA_INFO : 0);
  setField(header, OBJECT_HEADER.Flags, flags);
}

/** Creates an object and returns the address of its zeroed body, aligned to 64 bytes. */
export function createObject(index: u32, bodyBytes: u32, poolTag: u32, nonPaged: bool): u64 {
  const quotaBytes = offsetOf(OBJECT_HEADER_QUOTA_INFO.SIZE);
  const before = quotaBytes + offsetOf(OBJECT_HEADER.Body);
  const block = allocatePool(before + bodyBytes, poolTag, nonPaged ? NON_PAGED : PAGED, before);
  setField(block, OBJECT_HEADER_QUOTA_INFO.NonPagedPoolCharge, nonPaged ? bodyBytes : 0);
  setField(block, OBJECT_HEADER_QUOTA_INFO.PagedPoolCharge, nonPaged ? 0 : bodyBytes);
  fillHeader(block + before, index, KERNEL_OBJECT, true);
  const type = typeObject(index);
  if (type != 0) {
    addToField(type, OBJECT_TYPE.TotalNumberOfObjects, 1);
    addToField(type, OBJECT_TYPE.HighWaterNumberOfObjects, 1);
  }
  return block + before;
}

/** Creates the object type with an index; its name is UTF-16 text in host memory. `global`, if not 0, is set to it. */
export function createType(
  index: u32,
  name: usize,
  nameBytes: u32,
  global: u64,
  bodyBytes: u32,
  nonPaged: bool,
): u64 {
  const type = createObject(TYPE_INDEX, offsetOf(OBJECT_TYPE.SIZE), tag(0x4f, 0x62, 0x54, 0x79), true); // 'ObTy'
  fillHeader(type, TYPE_INDEX, KERNEL_OBJECT | PERMANENT, true);
  write64(addressOf(NT.ObTypeIndexTable) + u64(index) * 8, type);
  initialiseList(at(type, OBJECT_TYPE.TypeList));
  initialiseList(at(type, OBJECT_TYPE.CallbackList));
  newUnicodeString(at(type, OBJECT_TYPE.Name), name, nameBytes, OBJECT_NAME_TAG);
  setField(type, OBJECT_TYPE.Index, index);
  setField(type, OBJECT_TYPE.TotalNumberOfObjects, 0);
  const info = at(type, OBJECT_TYPE.TypeInfo);
  setField(info, OBJECT_TYPE_INITIALIZER.Length, offsetOf(OBJECT_TYPE_INITIALIZER.SIZE));
  setField(info, OBJECT_TYPE_INITIALIZER.PoolType, nonPaged ? POOL_NON_PAGED_NX : 1);
  setField(info, OBJECT_TYPE_INITIALIZER.DefaultNonPagedPoolCharge, nonPaged ? bodyBytes : 0);
  setField(info, OBJECT_TYPE_INITIALIZER.DefaultPagedPoolCharge, nonPaged ? 0 : bodyBytes);
  if (global != 0) write64(global, type);
  return type;
}
