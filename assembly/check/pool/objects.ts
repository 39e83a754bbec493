// Objects, found by their pool blocks as scanners find them, and counted by type.
import { NT } from '../../generated/symbols';
import { Rule, Visited } from '../../generated/rules';
import {
  OBJECT_HEADER,
  OBJECT_HEADER_CREATOR_INFO,
  OBJECT_HEADER_HANDLE_INFO,
  OBJECT_HEADER_NAME_INFO,
  OBJECT_HEADER_PROCESS_INFO,
  OBJECT_HEADER_QUOTA_INFO,
  OBJECT_TYPE,
  POOL_HEADER,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addressOf } from '../../kernel/symbols';
import { AddressTable } from '../address-table';
import { expect } from '../expect';
import { handlesTo } from '../handles';
import { peek64, peek8, value } from '../memory';
import { broken, visit } from '../report';

const FIRST_INDEX: u32 = 2; // 0 and 1 of nt!ObTypeIndexTable are not types
const TYPES: u32 = 256;
const GRANULE: i32 = 16;
const MOST_POINTERS: u64 = 0x100000000; // each handle holds some 32,000 in reserve
const LONGEST: u32 = 0xb0; // all optional headers together

const keys = new AddressTable(); // pool tags of object types
const totals = new StaticArray<u32>(256);
let cookie: u32 = 0;

/** Forgets what was counted, and learns the tags of object types. */
export function beginObjects(): void {
  keys.clear();
  cookie = peek8(addressOf(NT.ObHeaderCookie));
  for (let index: u32 = 0; index < TYPES; index++) {
    unchecked((totals[index] = 0));
    if (index < FIRST_INDEX) continue;
    const type = peek64(addressOf(NT.ObTypeIndexTable) + u64(index) * 8);
    if (type == 0) return;
    keys.set(keyOf(u32(value(type, OBJECT_TYPE.Key))), index);
  }
}

function keyOf(tag: u32): u64 {
  return (u64(tag) << 4) | 1;
}

/** Bytes that the optional headers of a mask take. */
export function optionalBytes(mask: u32): u32 {
  let bytes: u32 = 0;
  if (mask & 1) bytes += offsetOf(OBJECT_HEADER_CREATOR_INFO.SIZE);
  if (mask & 2) bytes += offsetOf(OBJECT_HEADER_NAME_INFO.SIZE);
  if (mask & 4) bytes += offsetOf(OBJECT_HEADER_HANDLE_INFO.SIZE);
  if (mask & 8) bytes += offsetOf(OBJECT_HEADER_QUOTA_INFO.SIZE);
  if (mask & 16) bytes += offsetOf(OBJECT_HEADER_PROCESS_INFO.SIZE);
  return bytes;
}

/** If the block holds an object of the type that has its tag, counts it. */
export function countObjectIn(block: u64, bytes: u32, tag: u32): void {
  if (!keys.has(keyOf(tag))) return;
  const start = block + offsetOf(POOL_HEADER.SIZE);
  // From the longest on: what precedes a header is often zero, and would pass for a header without others before it.
  for (let before = i32(LONGEST); before >= 0; before -= GRANULE) {
    if (u32(before) + offsetOf(OBJECT_HEADER.SIZE) > bytes) continue;
    const header = start + u64(before);
    const mask = u32(value(header, OBJECT_HEADER.InfoMask));
    if (mask > 31 || optionalBytes(mask) != u32(before) || !isPlausible(header)) continue;
    const index = (u32(value(header, OBJECT_HEADER.TypeIndex)) ^ cookie ^ u32(header >> 8)) & 0xff;
    const type = peek64(addressOf(NT.ObTypeIndexTable) + u64(index) * 8);
    if (index < FIRST_INDEX || type == 0 || value(type, OBJECT_TYPE.Key) != tag) continue;
    unchecked(totals[index]++);
    expect(Rule.HandlesOfObjectsAreCounted, header, OBJECT_HEADER.HandleCount, handlesTo(header));
    visit(Visited.Objects);
    return;
  }
}

/** Whether the counts before a body can be an object's: another's pool may have the tag of a type. */
function isPlausible(header: u64): bool {
  const pointers = value(header, OBJECT_HEADER.PointerCount);
  const handles = value(header, OBJECT_HEADER.HandleCount);
  return pointers - 1 < MOST_POINTERS && handles <= pointers && value(header, OBJECT_HEADER.Reserved) == 0;
}

/** Every type counts the objects that there are of it. To be called when all of pool was seen. */
export function checkObjectTotals(): void {
  for (let index = FIRST_INDEX; index < TYPES && !broken(); index++) {
    const type = peek64(addressOf(NT.ObTypeIndexTable) + u64(index) * 8);
    if (type == 0) return;
    expect(Rule.ObjectsAreCounted, type, OBJECT_TYPE.TotalNumberOfObjects, unchecked(totals[index]));
  }
}
