// Closing what a process has open, and its table with it.
import { HANDLE_TABLE, KTHREAD } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { at, getField, read64, removeEntry } from '../../memory/virtual';
import { freePool } from '../pool/pool';
import { PAGED_POOL_QUOTA, returnQuota } from '../processes/quota-block';
import { threadType } from '../processes/thread';
import { forgetTable, nextHandle, objectAt } from './handle-ledger';
import { closeHandle } from './handles';
import { typeIndexOf } from './object';

const LEVEL_MASK: u64 = 3; // low bits of TableCode
const POINTERS_PER_PAGE: u32 = 512;

/** Closes the handles of a table that lead to an object. */
export function closeHandlesTo(table: u64, object: u64): void {
  for (let handle = nextHandle(table, 0); handle != 0; handle = nextHandle(table, handle))
    if (objectAt(table, handle) == object) closeHandle(table, handle);
}

/** Closes the handles of a table that lead to a process or to one of its threads, as the session's subsystem does when it ends. */
export function closeHandlesOfProcess(table: u64, process: u64): void {
  for (let handle = nextHandle(table, 0); handle != 0; handle = nextHandle(table, handle)) {
    const object = objectAt(table, handle);
    if (
      object == process ||
      (typeIndexOf(object) == threadType() && getField(object, KTHREAD.Process) == process)
    )
      closeHandle(table, handle);
  }
}

/** Closes all handles of a table, and gives the table back. */
export function deleteHandleTable(table: u64): void {
  for (let handle = nextHandle(table, 0); handle != 0; handle = nextHandle(table, handle))
    closeHandle(table, handle);
  removeEntry(at(table, HANDLE_TABLE.HandleTableList));
  const code = getField(table, HANDLE_TABLE.TableCode);
  const pages = freePages(code & ~LEVEL_MASK, u32(code & LEVEL_MASK));
  const bytes = u64(pages) * PAGE_SIZE + offsetOf(HANDLE_TABLE.SIZE);
  returnQuota(getField(table, HANDLE_TABLE.QuotaProcess), PAGED_POOL_QUOTA, bytes);
  freePool(table);
  forgetTable(table);
}

/** Gives a page back with those below it; returns how many these are. */
function freePages(page: u64, level: u32): u32 {
  let count: u32 = 1;
  for (let i: u32 = 0; level != 0 && i < POINTERS_PER_PAGE; i++) {
    const below = read64(page + u64(i) * 8);
    if (below == 0) break;
    count += freePages(below, level - 1);
  }
  assert((page & u64(PAGE_SIZE - 1)) == 0, 'a page of a handle table');
  freePool(page);
  return count;
}
