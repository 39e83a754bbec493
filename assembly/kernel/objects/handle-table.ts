// Handle tables: pages of 256 entries below up to two levels of pages of pointers. Free entries form a chain.
//
//   TableCode | level ─▶ (512 pointers ─▶)² 256 HANDLE_TABLE_ENTRYs; entry 0 of each page is never a handle
//   FreeLists[0]: First ─▶ entry ─▶ … ─▶ Last, linked by NextFreeHandleEntry; HandleCount, HighWaterMark
import { NT } from '../../generated/symbols';
import { HANDLE_TABLE, HANDLE_TABLE_ENTRY, HANDLE_TABLE_FREE_LIST } from '../../generated/types';
import { get, offsetOf, put } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import {
  at,
  getField,
  hostFor,
  initialiseList,
  insertTail,
  read64,
  setField,
  write64,
} from '../../memory/virtual';
import { allocatePool, PAGED } from '../pool/pool';
import { chargeQuota, PAGED_POOL_QUOTA } from '../processes/quota-block';
import { addressOf } from '../symbols';

const ENTRIES_PER_PAGE: u32 = 256;
const POINTERS_PER_PAGE: u32 = 512;
const VALUES_PER_ENTRY: u32 = 4; // handle values step by 4
const LEVEL_MASK: u64 = 3; // low bits of TableCode
const POINTER_SHIFT: u64 = 4; // ObjectPointerBits drops the low bits of the address
const HIGHEST_LEVEL: u64 = 2;
const SYSTEM_ID: u32 = 4;
const TABLE_TAG: u32 = 0x6274624f; // 'Obtb'

/** A page of a table, which the table's process is charged for. */
function newPage(table: u64): u64 {
  charge(table, u32(PAGE_SIZE));
  return allocatePool(u32(PAGE_SIZE), TABLE_TAG, PAGED, 0);
}

function charge(table: u64, bytes: u32): void {
  const process = getField(table, HANDLE_TABLE.QuotaProcess);
  if (process != 0) chargeQuota(process, PAGED_POOL_QUOTA, bytes);
}

/** Creates an empty handle table; `process` is 0 for the table of client ids. */
export function createHandleTable(process: u64, pid: u32): u64 {
  const table = allocatePool(offsetOf(HANDLE_TABLE.SIZE), TABLE_TAG, PAGED, 0);
  setField(table, HANDLE_TABLE.QuotaProcess, process);
  setField(table, HANDLE_TABLE.UniqueProcessId, pid);
  charge(table, offsetOf(HANDLE_TABLE.SIZE));
  const page = newPage(table);
  setField(table, HANDLE_TABLE.TableCode, page);
  chainFreeEntries(table, page);
  if (process == 0) {
    initialiseList(at(table, HANDLE_TABLE.HandleTableList));
    setField(table, HANDLE_TABLE.StrictFIFO, 1); // ids of what has gone are used again as late as can be
  } else insertTail(addressOf(NT.HandleTableListHead), at(table, HANDLE_TABLE.HandleTableList));
  if (pid == SYSTEM_ID) write64(addressOf(NT.ObpKernelHandleTable), table);
  return table;
}

/** Makes the entries of a fresh page free, behind those that are; the page's first is set aside. */
function chainFreeEntries(table: u64, page: u64): void {
  const entryBytes = u64(offsetOf(HANDLE_TABLE_ENTRY.SIZE));
  const first = page + entryBytes;
  const last = page + (ENTRIES_PER_PAGE - 1) * entryBytes;
  for (let entry = first; entry < last; entry += entryBytes)
    setField(entry, HANDLE_TABLE_ENTRY.NextFreeHandleEntry, entry + entryBytes);
  appendFree(table, first, last);
  const pool = u32(getField(table, HANDLE_TABLE.NextHandleNeedingPool));
  setField(table, HANDLE_TABLE.NextHandleNeedingPool, pool + ENTRIES_PER_PAGE * VALUES_PER_ENTRY);
}

/** Puts a chain of free entries at the end of the free list. */
function appendFree(table: u64, first: u64, last: u64): void {
  const list = at(table, HANDLE_TABLE.FreeLists);
  const end = getField(list, HANDLE_TABLE_FREE_LIST.LastFreeHandleEntry);
  if (end == 0) setField(list, HANDLE_TABLE_FREE_LIST.FirstFreeHandleEntry, first);
  else setField(end, HANDLE_TABLE_ENTRY.NextFreeHandleEntry, first);
  setField(list, HANDLE_TABLE_FREE_LIST.LastFreeHandleEntry, last);
}

/** Adds a page of entries, and levels of pointers above it where the table is full to its level. */
function grow(table: u64): void {
  const pages =
    u32(getField(table, HANDLE_TABLE.NextHandleNeedingPool)) / (ENTRIES_PER_PAGE * VALUES_PER_ENTRY);
  let code = getField(table, HANDLE_TABLE.TableCode);
  const level = code & LEVEL_MASK;
  const full = level == 0 ? 1 : level == 1 ? POINTERS_PER_PAGE : POINTERS_PER_PAGE * POINTERS_PER_PAGE;
  if (pages == full) {
    assert(level < HIGHEST_LEVEL, 'a handle table has three levels at most');
    const top = newPage(table);
    write64(top, code & ~LEVEL_MASK);
    code = top | (level + 1);
    setField(table, HANDLE_TABLE.TableCode, code);
  }
  let directory = code & ~LEVEL_MASK;
  if ((code & LEVEL_MASK) == HIGHEST_LEVEL) {
    const slot = directory + u64(pages / POINTERS_PER_PAGE) * 8;
    if (read64(slot) == 0) write64(slot, newPage(table));
    directory = read64(slot);
  }
  const page = newPage(table);
  write64(directory + u64(pages % POINTERS_PER_PAGE) * 8, page);
  chainFreeEntries(table, page);
}

/** Address of the entry of a handle value that the table has room for. */
export function handleEntry(table: u64, handle: u32): u64 {
  const index = handle / VALUES_PER_ENTRY;
  const code = getField(table, HANDLE_TABLE.TableCode);
  let page = code & ~LEVEL_MASK;
  const leaf = index / ENTRIES_PER_PAGE;
  if ((code & LEVEL_MASK) == HIGHEST_LEVEL) page = read64(page + u64(leaf / POINTERS_PER_PAGE) * 8);
  if ((code & LEVEL_MASK) != 0) page = read64(page + u64(leaf % POINTERS_PER_PAGE) * 8);
  return page + u64(index % ENTRIES_PER_PAGE) * u64(offsetOf(HANDLE_TABLE_ENTRY.SIZE));
}

/** Handle value of an entry, found by the page that it lies in. */
export function valueOf(table: u64, entry: u64): u32 {
  const pages =
    u32(getField(table, HANDLE_TABLE.NextHandleNeedingPool)) / (ENTRIES_PER_PAGE * VALUES_PER_ENTRY);
  const page = entry & ~u64(PAGE_SIZE - 1);
  const within = u32(entry - page) / offsetOf(HANDLE_TABLE_ENTRY.SIZE);
  // Handles are taken from the newest page most often.
  for (let leaf = i32(pages) - 1; leaf >= 0; leaf--) {
    const first = u32(leaf) * ENTRIES_PER_PAGE;
    if (handleEntry(table, first * VALUES_PER_ENTRY) == page) return (first + within) * VALUES_PER_ENTRY;
  }
  assert(false, 'a free entry lies outside of its table');
  return 0;
}

/** Takes the next free entry for an object; returns its address. */
export function takeEntry(table: u64): u64 {
  const list = at(table, HANDLE_TABLE.FreeLists);
  if (getField(list, HANDLE_TABLE_FREE_LIST.FirstFreeHandleEntry) == 0) grow(table);
  const entry = getField(list, HANDLE_TABLE_FREE_LIST.FirstFreeHandleEntry);
  unchain(table, entry, 0);
  return entry;
}

/** Takes an entry out of the chain of free ones; `before` is the one that leads to it, 0 when it is the first. */
function unchain(table: u64, entry: u64, before: u64): void {
  const list = hostFor(table) + offsetOf(HANDLE_TABLE.FreeLists); // the table is a pool block, in one page
  const host = hostFor(entry);
  const next = get(host, HANDLE_TABLE_ENTRY.NextFreeHandleEntry);
  if (before == 0) put(list, HANDLE_TABLE_FREE_LIST.FirstFreeHandleEntry, next);
  else setField(before, HANDLE_TABLE_ENTRY.NextFreeHandleEntry, next);
  if (next == 0) put(list, HANDLE_TABLE_FREE_LIST.LastFreeHandleEntry, before);
  put(host, HANDLE_TABLE_ENTRY.NextFreeHandleEntry, 0);
  const count = get(list, HANDLE_TABLE_FREE_LIST.HandleCount) + 1;
  put(list, HANDLE_TABLE_FREE_LIST.HandleCount, count);
  if (count > get(list, HANDLE_TABLE_FREE_LIST.HighWaterMark))
    put(list, HANDLE_TABLE_FREE_LIST.HighWaterMark, count);
}

/** Fills a taken entry: a pointer, the references that the handle carries, access and attributes. */
export function fillEntry(entry: u64, object: u64, references: u32, access: u32, attributes: u32): void {
  const host = hostFor(entry);
  put(host, HANDLE_TABLE_ENTRY.ObjectPointerBits, object >> POINTER_SHIFT);
  put(host, HANDLE_TABLE_ENTRY.RefCnt, references);
  put(host, HANDLE_TABLE_ENTRY.Attributes, attributes);
  put(host, HANDLE_TABLE_ENTRY.GrantedAccessBits, access);
  put(host, HANDLE_TABLE_ENTRY.Unlocked, 1);
}

/** Frees an entry: to the front of the chain, or to its end where ids must not be used again soon. */
export function freeEntry(table: u64, entry: u64): void {
  setField(entry, HANDLE_TABLE_ENTRY.LowValue, 0);
  setField(entry, HANDLE_TABLE_ENTRY.HighValue, 0);
  const list = at(table, HANDLE_TABLE.FreeLists);
  const count = getField(list, HANDLE_TABLE_FREE_LIST.HandleCount);
  setField(list, HANDLE_TABLE_FREE_LIST.HandleCount, count - 1);
  const first = getField(list, HANDLE_TABLE_FREE_LIST.FirstFreeHandleEntry);
  if (first == 0 || getField(table, HANDLE_TABLE.StrictFIFO)) return appendFree(table, entry, entry);
  setField(entry, HANDLE_TABLE_ENTRY.NextFreeHandleEntry, first);
  setField(list, HANDLE_TABLE_FREE_LIST.FirstFreeHandleEntry, entry);
}

// The free entry that leads to the last id taken: ids ascend, so the search for the next one starts there.
let beforeLastId: u64 = 0;
let lastId: u32 = 0;

/** Files a process or thread under its id in nt!PspCidTable, which points at bodies and not at headers. */
export function registerClientId(id: u32, object: u64): void {
  const global = addressOf(NT.PspCidTable);
  if (read64(global) == 0) {
    write64(global, createHandleTable(0, 0));
    beforeLastId = 0;
    lastId = 0;
  }
  const table = read64(global);
  while (u32(getField(table, HANDLE_TABLE.NextHandleNeedingPool)) <= id) grow(table);
  const entry = handleEntry(table, id);
  assert(getField(entry, HANDLE_TABLE_ENTRY.LowValue) == 0, 'two processes or threads with the same id');
  let before: u64 = id > lastId ? beforeLastId : 0;
  let free = before
    ? getField(before, HANDLE_TABLE_ENTRY.NextFreeHandleEntry)
    : getField(at(table, HANDLE_TABLE.FreeLists), HANDLE_TABLE_FREE_LIST.FirstFreeHandleEntry);
  while (free != entry) {
    assert(free != 0, 'an id that is neither taken nor free');
    before = free;
    free = getField(free, HANDLE_TABLE_ENTRY.NextFreeHandleEntry);
  }
  unchain(table, entry, before);
  fillEntry(entry, object, 0, 0, 0);
  beforeLastId = before;
  lastId = id;
}

/** Gives the id of a process or thread that has gone back. */
export function releaseClientId(id: u32): void {
  const table = read64(addressOf(NT.PspCidTable));
  freeEntry(table, handleEntry(table, id));
  lastId = u32.MAX_VALUE; // the chain has changed: search from its start next time
}
