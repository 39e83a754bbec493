// A process's handles, as the kernel tells those who ask: from its handle table, entry by entry, with what the objects'
// headers say.
import {
  EPROCESS,
  HANDLE_TABLE,
  HANDLE_TABLE_ENTRY,
  OBJECT_HEADER,
  OBJECT_TYPE,
  UNICODE_STRING,
} from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { at, getField, readBytes } from '../../memory/virtual';
import { handleEntry } from '../../kernel/objects/handle-table';
import { objectOf } from '../../kernel/objects/handles';
import { EXCLUSIVE, headerOf, PERMANENT, typeIndexOf, typeObject } from '../../kernel/objects/object';
import { readObjectName } from './object-name';

const STEP: u32 = 4;
// Attributes of an object that its handles show beside their own: OBJ_PERMANENT, OBJ_EXCLUSIVE.
const OBJ_PERMANENT: u64 = 0x10;
const OBJ_EXCLUSIVE: u64 = 0x20;
const NUMBERS: usize = 7;

/** The first open handle of a process from the value `from` on, 0 when there is none. */
export function nextHandle(process: u64, from: u32): u32 {
  const table = getField(process, EPROCESS.ObjectTable);
  if (table == 0) return 0;
  const end = u32(getField(table, HANDLE_TABLE.NextHandleNeedingPool));
  for (let handle = max(from, STEP); handle < end; handle += STEP)
    if (getField(handleEntry(table, handle), HANDLE_TABLE_ENTRY.ObjectPointerBits) != 0) return handle;
  return 0;
}

/**
 * Reads an open handle to the exchange buffer: as u64 its attributes, access, the object's counts of handles and of
 * pointers, its address, bytes of its type's name and of its own; then both names in UTF-16.
 */
export function readHandle(process: u64, handle: u32): void {
  const out = exchangeBuffer();
  const entry = handleEntry(getField(process, EPROCESS.ObjectTable), handle);
  const body = objectOf(entry);
  const header = headerOf(body);
  const typeName = at(typeObject(typeIndexOf(body)), OBJECT_TYPE.Name);
  const typeBytes = u32(getField(typeName, UNICODE_STRING.Length));
  const flags = getField(header, OBJECT_HEADER.Flags);
  const permanent = flags & PERMANENT ? OBJ_PERMANENT : 0;
  const exclusive = flags & EXCLUSIVE ? OBJ_EXCLUSIVE : 0;
  store<u64>(out, getField(entry, HANDLE_TABLE_ENTRY.Attributes) | permanent | exclusive);
  store<u64>(out, getField(entry, HANDLE_TABLE_ENTRY.GrantedAccessBits), 8);
  store<u64>(out, getField(header, OBJECT_HEADER.HandleCount), 16);
  store<u64>(out, getField(header, OBJECT_HEADER.PointerCount), 24);
  store<u64>(out, body, 32);
  store<u64>(out, typeBytes, 40);
  readBytes(getField(typeName, UNICODE_STRING.Buffer), out + NUMBERS * 8, typeBytes);
  store<u64>(out, readObjectName(body, out + NUMBERS * 8 + typeBytes), 48);
}
