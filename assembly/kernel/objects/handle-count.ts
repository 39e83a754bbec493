// The handle information of an object whose type keeps count by process: one entry in the header as long as a single
// process has handles, a database in pool from the second on.
import {
  OBJECT_HANDLE_COUNT_DATABASE,
  OBJECT_HANDLE_COUNT_ENTRY,
  OBJECT_HEADER,
  OBJECT_HEADER_HANDLE_INFO,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addToField, at, getField, setField } from '../../memory/virtual';
import { allocatePool, freePool, PAGED, tag } from '../pool/pool';
import { HANDLE_INFO, headerOf, optionalHeader } from './object';

const FIRST_ENTRIES: u32 = 4;

function copyEntry(from: u64, to: u64): void {
  setField(to, OBJECT_HANDLE_COUNT_ENTRY.Process, getField(from, OBJECT_HANDLE_COUNT_ENTRY.Process));
  setField(to, OBJECT_HANDLE_COUNT_ENTRY.HandleCount, getField(from, OBJECT_HANDLE_COUNT_ENTRY.HandleCount));
}

/** A database with room for `count` entries, the first `old` of them those from `entries` on. */
function newDatabase(entries: u64, old: u32, count: u32): u64 {
  const entryBytes = offsetOf(OBJECT_HANDLE_COUNT_ENTRY.SIZE);
  const bytes = offsetOf(OBJECT_HANDLE_COUNT_DATABASE.HandleCountEntries) + count * entryBytes;
  const database = allocatePool(bytes, tag(0x4f, 0x62, 0x48, 0x64), PAGED, 0); // 'ObHd'
  setField(database, OBJECT_HANDLE_COUNT_DATABASE.CountEntries, count);
  const target = at(database, OBJECT_HANDLE_COUNT_DATABASE.HandleCountEntries);
  for (let i: u32 = 0; i < old; i++) copyEntry(entries + i * entryBytes, target + i * entryBytes);
  return database;
}

/** Entry of a process, or else one without a process; 0 when all are taken. */
function findEntry(entries: u64, count: u32, process: u64): u64 {
  let free: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const entry = entries + i * offsetOf(OBJECT_HANDLE_COUNT_ENTRY.SIZE);
    const owner = getField(entry, OBJECT_HANDLE_COUNT_ENTRY.Process);
    if (owner == process) return entry;
    if (owner == 0 && free == 0) free = entry;
  }
  return free;
}

/** The entry that counts a process's handles, made when there is none. */
function entryFor(object: u64, info: u64, process: u64): u64 {
  const header = headerOf(object);
  const single = at(info, OBJECT_HEADER_HANDLE_INFO.SingleEntry);
  if (getField(info, OBJECT_HEADER_HANDLE_INFO.HandleCountDataBase) == 0)
    setField(header, OBJECT_HEADER.SingleHandleEntry, 1);
  if (getField(header, OBJECT_HEADER.SingleHandleEntry)) {
    const entry = findEntry(single, 1, process);
    if (entry != 0) return entry;
    setField(info, OBJECT_HEADER_HANDLE_INFO.HandleCountDataBase, newDatabase(single, 1, FIRST_ENTRIES));
    setField(single, OBJECT_HANDLE_COUNT_ENTRY.HandleCount, 0);
    setField(header, OBJECT_HEADER.SingleHandleEntry, 0);
  }
  const database = getField(info, OBJECT_HEADER_HANDLE_INFO.HandleCountDataBase);
  const count = u32(getField(database, OBJECT_HANDLE_COUNT_DATABASE.CountEntries));
  const entries = at(database, OBJECT_HANDLE_COUNT_DATABASE.HandleCountEntries);
  const entry = findEntry(entries, count, process);
  if (entry != 0) return entry;
  const larger = newDatabase(entries, count, count * 2);
  freePool(database);
  setField(info, OBJECT_HEADER_HANDLE_INFO.HandleCountDataBase, larger);
  return findEntry(at(larger, OBJECT_HANDLE_COUNT_DATABASE.HandleCountEntries), count * 2, process);
}

/** Counts a handle of a process, where the object's type keeps such counts. */
export function countHandleOf(object: u64, process: u64): void {
  const info = optionalHeader(object, HANDLE_INFO);
  if (info == 0) return;
  const entry = entryFor(object, info, process);
  setField(entry, OBJECT_HANDLE_COUNT_ENTRY.Process, process);
  addToField(entry, OBJECT_HANDLE_COUNT_ENTRY.HandleCount, 1);
}

/** One handle of a process less; with the last one the process leaves the database. */
export function uncountHandleOf(object: u64, process: u64): void {
  const info = optionalHeader(object, HANDLE_INFO);
  if (info == 0) return;
  const entry = entryFor(object, info, process);
  addToField(entry, OBJECT_HANDLE_COUNT_ENTRY.HandleCount, u64(-1));
  if (getField(entry, OBJECT_HANDLE_COUNT_ENTRY.HandleCount) == 0)
    setField(entry, OBJECT_HANDLE_COUNT_ENTRY.Process, 0);
}
