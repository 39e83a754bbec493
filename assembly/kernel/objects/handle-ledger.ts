// What is open in each handle table, kept beside the machine and not on it: what was asked for, for those who compare
// it with what the machine's memory says.
import { giveBack } from '../../memory/arena';
import { EPROCESS } from '../../generated/types';
import { exchangeBuffer, exchangeBytes } from '../../host-buffer';
import { getField } from '../../memory/virtual';
import { typeIndexOf } from './object';

const VALUES_PER_ENTRY: u32 = 4;
const ENTRIES_PER_PAGE: u32 = 256;
const ENTRY_BYTES: u32 = 16; // u64 object, u32 access, u8 attributes, u8 type
const ROW_BYTES: u32 = 24; // what the host gets: u64 object, u32 handle, access, attributes, type

class Ledger {
  pages: Array<usize> = [];
  count: u32 = 0;

  /** Where a handle is noted; makes room for it. */
  place(handle: u32): usize {
    const index = handle / VALUES_PER_ENTRY;
    while (u32(this.pages.length) <= index / ENTRIES_PER_PAGE) {
      const page = heap.alloc(ENTRIES_PER_PAGE * ENTRY_BYTES);
      memory.fill(page, 0, ENTRIES_PER_PAGE * ENTRY_BYTES);
      this.pages.push(page);
    }
    return this.pages[index / ENTRIES_PER_PAGE] + (index % ENTRIES_PER_PAGE) * ENTRY_BYTES;
  }
}

const ledgers = new Map<u64, Ledger>();
let lastTable: u64 = 0;
let lastLedger = new Ledger();

function ledgerOf(table: u64): Ledger {
  if (table == lastTable) return lastLedger;
  if (!ledgers.has(table)) ledgers.set(table, new Ledger());
  lastTable = table;
  lastLedger = ledgers.get(table);
  return lastLedger;
}

export function noteHandle(table: u64, handle: u32, object: u64, access: u32, attributes: u32): void {
  const ledger = ledgerOf(table);
  const place = ledger.place(handle);
  store<u64>(place, object);
  store<u32>(place, access, 8);
  store<u8>(place, u8(attributes), 12);
  store<u8>(place, u8(typeIndexOf(object)), 13);
  ledger.count++;
}

export function forgetHandle(table: u64, handle: u32): void {
  const ledger = ledgerOf(table);
  memory.fill(ledger.place(handle), 0, ENTRY_BYTES);
  ledger.count--;
}

/** The first handle after `after` in a table to an object of a type; 0 when there is none. */
export function nextHandleOfType(table: u64, after: u32, type: u32): u32 {
  const ledger = ledgerOf(table);
  const end = u32(ledger.pages.length) * ENTRIES_PER_PAGE * VALUES_PER_ENTRY;
  for (let handle = after + VALUES_PER_ENTRY; handle < end; handle += VALUES_PER_ENTRY) {
    const place = ledger.place(handle);
    if (load<u64>(place) != 0 && u32(load<u8>(place, 13)) == type) return handle;
  }
  return 0;
}

/** The first handle after `after` that is open in a table; 0 when there is none. */
export function nextHandle(table: u64, after: u32): u32 {
  const ledger = ledgerOf(table);
  const end = u32(ledger.pages.length) * ENTRIES_PER_PAGE * VALUES_PER_ENTRY;
  for (let handle = after + VALUES_PER_ENTRY; handle < end; handle += VALUES_PER_ENTRY)
    if (load<u64>(ledger.place(handle)) != 0) return handle;
  return 0;
}

/** Forgets a table that is no more. */
export function forgetTable(table: u64): void {
  const pages = ledgerOf(table).pages;
  for (let i = 0; i < pages.length; i++) giveBack(pages[i]);
  ledgers.delete(table);
  lastTable = 0;
}

/** The object that a handle which is open in a table leads to. */
export function objectAt(table: u64, handle: u32): u64 {
  return load<u64>(ledgerOf(table).place(handle));
}

/** How many handles are open in a table. */
export function handlesOpen(table: u64): u32 {
  return ledgerOf(table).count;
}

/** Address of a process's HANDLE_TABLE. */
export function handleTableOf(process: u64): u64 {
  return getField(process, EPROCESS.ObjectTable);
}

/**
 * Lists open handles from the value `from` on in the exchange buffer, in rows of u64 object, u32 handle value, access,
 * attributes and type index. Returns how many there are; fewer than fit means that there are no more.
 */
export function listHandles(table: u64, from: u32): u32 {
  const ledger = ledgerOf(table);
  const end = u32(ledger.pages.length) * ENTRIES_PER_PAGE * VALUES_PER_ENTRY;
  const most = exchangeBytes() / ROW_BYTES;
  let rows: u32 = 0;
  for (let handle = from; handle < end && rows < most; handle += VALUES_PER_ENTRY) {
    const place = ledger.place(handle);
    if (load<u64>(place) == 0) continue;
    const row = exchangeBuffer() + rows * ROW_BYTES;
    store<u64>(row, load<u64>(place));
    store<u32>(row, handle, 8);
    store<u32>(row, load<u32>(place, 8), 12);
    store<u32>(row, load<u8>(place, 12), 16);
    store<u32>(row, load<u8>(place, 13), 20);
    rows++;
  }
  return rows;
}
