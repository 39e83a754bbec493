// Handles: opened and closed with all that is counted of them, and a ledger of what is open for those who check.
import { HANDLE_TABLE, HANDLE_TABLE_ENTRY, OBJECT_HEADER } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { getField } from '../../memory/virtual';
import { countHandleOf, uncountHandleOf } from './handle-count';
import { fillEntry, freeEntry, handleEntry, takeEntry, valueOf } from './handle-table';
import { forgetHandle, noteHandle } from './handle-ledger';
import { countHandle, headerOf } from './object';
import { afterClose } from './object-end';

/** References that a handle takes from its object at once when it is first used, so that each use need not. */
const CACHED_REFERENCES: u32 = 0x7fff;
const POINTER_SHIFT: u64 = 4; // ObjectPointerBits drops the low bits of the address,
const KERNEL_HALF: u64 = 0xffff000000000000; // and the high ones
const USES_MASK: u32 = 0x3f;

/**
 * Opens a handle to an object with the next free value of a table; returns the value. `attributes` are the handle's:
 * 1 protected from close, 2 inherited, 4 audited. The object gets the handle's own reference and those it keeps ready.
 */
export function openHandle(table: u64, object: u64, access: u32, attributes: u32): u32 {
  const entry = takeEntry(table);
  const handle = valueOf(table, entry);
  const references = cachedReferences(object, handle);
  fillEntry(entry, headerOf(object), references, access, attributes);
  countHandle(object, 1, i32(references) + 1);
  countHandleOf(object, getField(table, HANDLE_TABLE.QuotaProcess));
  noteHandle(table, handle, object, access, attributes);
  return handle;
}

/** How many references a handle still keeps: none before its first use, else one fewer with each use. */
function cachedReferences(object: u64, handle: u32): u32 {
  const dice = (u32(object >> 4) ^ (handle >> 2)) * 2654435761;
  return dice >> 29 == 0 ? 0 : CACHED_REFERENCES - ((dice >> 16) & USES_MASK);
}

/** Closes a handle: its entry is free again, and its object loses the references that it carried, and with the last its life. */
export function closeHandle(table: u64, handle: u32): void {
  const entry = handleEntry(table, handle);
  const references = i32(getField(entry, HANDLE_TABLE_ENTRY.RefCnt));
  const object = objectOf(entry);
  freeEntry(table, entry);
  countHandle(object, -1, -references - 1);
  uncountHandleOf(object, getField(table, HANDLE_TABLE.QuotaProcess));
  forgetHandle(table, handle);
  afterClose(object);
}

/** Body of the object that an entry in use leads to. */
export function objectOf(entry: u64): u64 {
  const header = (getField(entry, HANDLE_TABLE_ENTRY.ObjectPointerBits) << POINTER_SHIFT) | KERNEL_HALF;
  return header + offsetOf(OBJECT_HEADER.Body);
}
