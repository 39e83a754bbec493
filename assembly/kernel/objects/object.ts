// The object manager: headers in front of bodies, and the counts that an object and its type keep.
//
//   pool block:  quota · handle · name · creator info (as InfoMask says)  |  OBJECT_HEADER  |  body
//
// nt!ObpInfoMaskToOffset holds how many bytes all the optional headers of a mask take, which is how debuggers find one.
import { NT } from '../../generated/symbols';
import {
  OBJECT_HEADER,
  OBJECT_HEADER_CREATOR_INFO,
  OBJECT_HEADER_HANDLE_INFO,
  OBJECT_HEADER_NAME_INFO,
  OBJECT_HEADER_PROCESS_INFO,
  OBJECT_HEADER_QUOTA_INFO,
  OBJECT_TYPE,
} from '../../generated/types';
import { get, offsetOf, put } from '../../layout/fields';
import { Region, reserve } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import {
  addToField,
  at,
  getField,
  hostFor,
  insertTail,
  read32,
  read64,
  setField,
  write32,
  write64,
  write8,
} from '../../memory/virtual';
import { random } from '../../random';
import { allocatePool, NON_PAGED, PAGED } from '../pool/pool';
import { addressOf } from '../symbols';

/** Bits of OBJECT_HEADER.InfoMask. */
export const CREATOR_INFO: u32 = 1;
export const NAME_INFO: u32 = 2;
export const HANDLE_INFO: u32 = 4;
export const QUOTA_INFO: u32 = 8;
export const PROCESS_INFO: u32 = 16;

/** OBJECT_HEADER.Flags. */
export const KERNEL_OBJECT: u32 = 0x02;
export const KERNEL_ONLY: u32 = 0x04;
export const EXCLUSIVE: u32 = 0x08;
export const PERMANENT: u32 = 0x10;

const FAST_REFERENCES: u64 = 15; // that the low bits of the header's pointer keep
const MAXIMUM_TYPES: u32 = 256;
const SECURED_INFO: u32 = 0x40; // beside the bits of InfoMask: objects have a security descriptor even without a name
const CACHE_LINE_INFO: u32 = 0x80; // likewise: the body starts a cache line

/** What each type asks of the headers of its objects, by index. */
const traits = new StaticArray<u32>(MAXIMUM_TYPES);
let security: u64 = 0; // descriptor of new objects
let creator: u64 = 4; // process id that new objects are said to come from

/** Draws the cookie that type indices are encoded with. To be called before the first object. */
export function initialiseObjects(): void {
  write32(addressOf(NT.ObHeaderCookie), u32(random()) & 0xff);
  // Index 1 is taken by an address that is never mapped; readers take the first empty entry for the table's end.
  const badPointer = reserve(<i32>Region.SystemPtes, PAGE_SIZE, PAGE_SIZE);
  write64(addressOf(NT.MmBadPointer), badPointer);
  write64(addressOf(NT.ObTypeIndexTable) + 8, badPointer);
  for (let mask: u32 = 0; mask < 32; mask++)
    write8(addressOf(NT.ObpInfoMaskToOffset) + mask, u8(headerBytes(mask)));
}

/** Bytes that the optional headers of a mask take. */
function headerBytes(mask: u32): u32 {
  let bytes: u32 = 0;
  if (mask & CREATOR_INFO) bytes += offsetOf(OBJECT_HEADER_CREATOR_INFO.SIZE);
  if (mask & NAME_INFO) bytes += offsetOf(OBJECT_HEADER_NAME_INFO.SIZE);
  if (mask & HANDLE_INFO) bytes += offsetOf(OBJECT_HEADER_HANDLE_INFO.SIZE);
  if (mask & QUOTA_INFO) bytes += offsetOf(OBJECT_HEADER_QUOTA_INFO.SIZE);
  if (mask & PROCESS_INFO) bytes += offsetOf(OBJECT_HEADER_PROCESS_INFO.SIZE);
  return bytes;
}

/**
 * Says what headers the objects of a type have, whether their bodies start a cache line, and whether they need a
 * security descriptor.
 */
export function setTypeTraits(index: u32, infoMask: u32, cacheAligned: bool, secured: bool): void {
  const beside = (cacheAligned ? CACHE_LINE_INFO : 0) | (secured ? SECURED_INFO : 0);
  unchecked((traits[index] = infoMask | beside));
}

/** Gives the objects that are created from now on a security descriptor, where they have one: its address. */
export function setObjectSecurity(descriptor: u64): void {
  security = descriptor;
}

/** How many objects there are of a type. */
export function countObjects(index: u32): u32 {
  return u32(getField(typeObject(index), OBJECT_TYPE.TotalNumberOfObjects));
}

/** Says on whose behalf objects are created from now on, for those that keep it. */
export function setCreator(processId: u64): void {
  creator = processId;
}

/** TypeIndex is kept as index ^ cookie ^ second byte of the header's address. */
function encodedIndex(header: u64, index: u32): u32 {
  return (u32(header >> 8) ^ read32(addressOf(NT.ObHeaderCookie)) ^ index) & 0xff;
}

/** Index of the type of the object at `body`, decoded from its header. */
export function typeIndexOf(body: u64): u32 {
  const header = headerOf(body);
  return encodedIndex(header, u32(getField(header, OBJECT_HEADER.TypeIndex)));
}

/** Address of the OBJECT_TYPE with an index. */
export function typeObject(index: u32): u64 {
  return read64(addressOf(NT.ObTypeIndexTable) + u64(index) * 8);
}

/** Address of the OBJECT_HEADER of the object at `body`. */
export function headerOf(body: u64): u64 {
  return body - offsetOf(OBJECT_HEADER.Body);
}

/** Address of an optional header of an object, 0 when it has none: `bit` is its bit of InfoMask. */
export function optionalHeader(body: u64, bit: u32): u64 {
  const header = headerOf(body);
  const mask = u32(getField(header, OBJECT_HEADER.InfoMask));
  return mask & bit ? header - headerBytes(mask & (bit | (bit - 1))) : 0;
}

/** Bytes of all optional headers of an object: its memory begins so far before its header. */
export function optionalHeaderBytes(body: u64): u32 {
  return headerBytes(u32(getField(headerOf(body), OBJECT_HEADER.InfoMask)));
}

/** Creates an object and returns the address of its zeroed body. It has one reference, its creator's. */
export function createObject(index: u32, bodyBytes: u32, poolTag: u32, nonPaged: bool): u64 {
  return allocateObject(index, QUOTA_INFO, bodyBytes, poolTag, nonPaged, KERNEL_OBJECT);
}

/** Creates an object with the optional headers of `infoMask` and those that its type asks for. */
export function allocateObject(
  index: u32,
  infoMask: u32,
  bodyBytes: u32,
  poolTag: u32,
  nonPaged: bool,
  flags: u32,
): u64 {
  const trait = unchecked(traits[index]);
  const mask = infoMask | (trait & 31);
  const before = headerBytes(mask) + offsetOf(OBJECT_HEADER.Body);
  const aligned = trait & CACHE_LINE_INFO ? before : 0;
  const block = allocatePool(before + bodyBytes, poolTag, nonPaged ? NON_PAGED : PAGED, aligned);
  const body = block + before;
  const header = headerOf(body);
  // What does not fit into a page begins with one, so that all headers are in one page.
  const host = hostFor(block) + usize(header - block);
  put(host, OBJECT_HEADER.PointerCount, 1);
  put(host, OBJECT_HEADER.TypeIndex, encodedIndex(header, index));
  put(host, OBJECT_HEADER.InfoMask, mask);
  put(host, OBJECT_HEADER.Flags, flags);
  if (security != 0 && (mask & NAME_INFO || trait & SECURED_INFO))
    put(host, OBJECT_HEADER.SecurityDescriptor, security | FAST_REFERENCES);
  if (mask & QUOTA_INFO) {
    const quota = host - headerBytes(mask & (QUOTA_INFO | (QUOTA_INFO - 1)));
    put(quota, OBJECT_HEADER_QUOTA_INFO.NonPagedPoolCharge, nonPaged ? bodyBytes : 0);
    put(quota, OBJECT_HEADER_QUOTA_INFO.PagedPoolCharge, nonPaged ? 0 : bodyBytes);
    put(host, OBJECT_HEADER.QuotaBlockCharged, addressOf(NT.PspSystemQuotaBlock));
  }
  const type = typeObject(index);
  if (type == 0) return body; // the type Type itself, whose maker does this
  if (mask & CREATOR_INFO) linkToType(body, type);
  countObject(type);
  return body;
}

/** Puts an object on its type's list of objects, with its creator. */
export function linkToType(body: u64, type: u64): void {
  const info = optionalHeader(body, CREATOR_INFO);
  setField(info, OBJECT_HEADER_CREATOR_INFO.CreatorUniqueProcess, creator);
  const entry = at(info, OBJECT_HEADER_CREATOR_INFO.TypeList);
  insertTail(at(type, OBJECT_TYPE.TypeList), entry);
}

/** One more object of a type. */
export function countObject(type: u64): void {
  const host = hostFor(type); // a pool block, in one page
  const total = get(host, OBJECT_TYPE.TotalNumberOfObjects) + 1;
  put(host, OBJECT_TYPE.TotalNumberOfObjects, total);
  if (total > get(host, OBJECT_TYPE.HighWaterNumberOfObjects))
    put(host, OBJECT_TYPE.HighWaterNumberOfObjects, total);
}

/** Adds references of the kernel's own to an object: those that no handle stands for. `pointers` may be negative. */
export function referenceObject(body: u64, pointers: i32): void {
  addToField(headerOf(body), OBJECT_HEADER.PointerCount, i64(pointers));
}

/** Counts a handle to an object with the references that the handle carries; -1 takes one back. */
export function countHandle(body: u64, handles: i32, pointers: i32): void {
  const header = headerOf(body);
  addToField(header, OBJECT_HEADER.HandleCount, i64(handles));
  addToField(header, OBJECT_HEADER.PointerCount, i64(pointers));
  const type = hostFor(typeObject(typeIndexOf(body))); // a pool block, in one page
  const total = u32(get(type, OBJECT_TYPE.TotalNumberOfHandles)) + handles;
  put(type, OBJECT_TYPE.TotalNumberOfHandles, total);
  if (total > u32(get(type, OBJECT_TYPE.HighWaterNumberOfHandles)))
    put(type, OBJECT_TYPE.HighWaterNumberOfHandles, total);
}
