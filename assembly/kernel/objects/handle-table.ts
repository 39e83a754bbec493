// Handle tables: one page of entries, or a page of pointers to such pages. nt!PspCidTable is one of them.
import { NT } from '../../generated/symbols';
import { HANDLE_TABLE, HANDLE_TABLE_ENTRY, HANDLE_TABLE_FREE_LIST } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { commit, Region, reserve } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import {
  addToField,
  at,
  getField,
  initialiseList,
  insertTail,
  read64,
  setField,
  write64,
} from '../../memory/virtual';
import { KERNEL_DATA } from '../../paging/pte';
import { allocatePool, PAGED, tag } from '../pool/pool';
import { addressOf } from '../symbols';

const ENTRIES_PER_PAGE: u32 = 256;
const VALUES_PER_ENTRY: u32 = 4; // handle values step by 4
const LEVEL_MASK: u64 = 3; // low bits of TableCode
const POINTER_SHIFT: u64 = 4; // ObjectPointerBits drops the low bits of the address

function newEntryPage(): u64 {
  const page = reserve(<i32>Region.PagedPool, PAGE_SIZE, PAGE_SIZE);
  commit(page, 1, KERNEL_DATA);
  return page;
}

/** Creates an empty handle table; `process` is 0 for the table of client ids. */
export function createHandleTable(process: u64, pid: u32): u64 {
  const table = allocatePool(offsetOf(HANDLE_TABLE.SIZE), tag(0x4f, 0x62, 0x74, 0x62), PAGED, 0); // 'Obtb'
  setField(table, HANDLE_TABLE.TableCode, newEntryPage());
  setField(table, HANDLE_TABLE.NextHandleNeedingPool, ENTRIES_PER_PAGE * VALUES_PER_ENTRY);
  setField(table, HANDLE_TABLE.ExtraInfoPages, 0);
  setField(table, HANDLE_TABLE.QuotaProcess, process);
  setField(table, HANDLE_TABLE.UniqueProcessId, pid);
  if (process == 0) initialiseList(at(table, HANDLE_TABLE.HandleTableList));
  else insertTail(addressOf(NT.HandleTableListHead), at(table, HANDLE_TABLE.HandleTableList));
  return table;
}

/** Address of the entry of a handle value; grows the table when it has none yet. */
function entryOf(table: u64, handle: u32): u64 {
  const entrySize = u64(offsetOf(HANDLE_TABLE_ENTRY.SIZE));
  const index = handle / VALUES_PER_ENTRY;
  let code = getField(table, HANDLE_TABLE.TableCode);
  if ((code & LEVEL_MASK) == 0) {
    if (index < ENTRIES_PER_PAGE) return code + index * entrySize;
    const directory = newEntryPage();
    write64(directory, code);
    code = directory | 1;
    setField(table, HANDLE_TABLE.TableCode, code);
  }
  const directory = code & ~LEVEL_MASK;
  const page = index / ENTRIES_PER_PAGE;
  assert(page < u32(PAGE_SIZE / 8), 'handle value too large for a two-level table');
  for (let i: u32 = 0; i <= page; i++)
    if (read64(directory + u64(i) * 8) == 0) write64(directory + u64(i) * 8, newEntryPage());
  setField(
    table,
    HANDLE_TABLE.NextHandleNeedingPool,
    max(
      u32(getField(table, HANDLE_TABLE.NextHandleNeedingPool)),
      (page + 1) * ENTRIES_PER_PAGE * VALUES_PER_ENTRY,
    ),
  );
  return read64(directory + u64(page) * 8) + u64(index % ENTRIES_PER_PAGE) * entrySize;
}

/** One more entry in use; debuggers show the count that the free list keeps. */
function countHandle(table: u64): void {
  const list = at(table, HANDLE_TABLE.FreeLists);
  addToField(list, HANDLE_TABLE_FREE_LIST.HandleCount, 1);
  addToField(list, HANDLE_TABLE_FREE_LIST.HighWaterMark, 1);
}

/** Stores a pointer under a handle value. */
export function setHandle(table: u64, handle: u32, object: u64, access: u32): void {
  const entry = entryOf(table, handle);
  if (getField(entry, HANDLE_TABLE_ENTRY.LowValue) == 0) countHandle(table);
  setField(entry, HANDLE_TABLE_ENTRY.ObjectPointerBits, object >> POINTER_SHIFT);
  setField(entry, HANDLE_TABLE_ENTRY.Unlocked, 1);
  setField(entry, HANDLE_TABLE_ENTRY.GrantedAccessBits, access);
}

/** Files a process or thread under its id in nt!PspCidTable, which points at bodies and not at headers. */
export function registerClientId(id: u32, object: u64): void {
  const global = addressOf(NT.PspCidTable);
  if (read64(global) == 0) write64(global, createHandleTable(0, 0));
  setHandle(read64(global), id, object, 0);
}
