// What each process was given of its address space, kept beside the machine and not on it: for those who compare it
// with what the machine's memory says.
import { giveBack } from '../../memory/arena';
import { exchangeBuffer, exchangeBytes } from '../../host-buffer';

const ROW_BYTES: u32 = 32; // u64 start, u64 control area, u32 pages, type, protection, committed pages

class Ledger {
  rows: usize = 0;
  count: u32 = 0;
  room: u32 = 0;
}

const ledgers = new Map<u64, Ledger>();

/** Notes a range of `process`; `area` is the control area of what is mapped there, 0 for private memory. */
export function noteRange(
  process: u64,
  start: u64,
  pages: u32,
  area: u64,
  type: u32,
  protection: u32,
  committed: u32,
): void {
  if (!ledgers.has(process)) ledgers.set(process, new Ledger());
  const ledger = ledgers.get(process);
  if (ledger.count == ledger.room) {
    const room = ledger.room == 0 ? 64 : ledger.room * 2;
    const rows = heap.alloc(usize(room) * ROW_BYTES);
    memory.copy(rows, ledger.rows, usize(ledger.count) * ROW_BYTES);
    ledger.rows = rows;
    ledger.room = room;
  }
  const row = ledger.rows + usize(ledger.count++) * ROW_BYTES;
  store<u64>(row, start);
  store<u64>(row, area, 8);
  store<u32>(row, pages, 16);
  store<u32>(row, type, 20);
  store<u32>(row, protection, 24);
  store<u32>(row, committed, 28);
}

/** Forgets the ranges of a process whose address space is no more. */
export function forgetRanges(process: u64): void {
  if (!ledgers.has(process)) return;
  const ledger = ledgers.get(process);
  if (ledger.rows != 0) giveBack(ledger.rows);
  ledgers.delete(process);
}

/** Copies the ranges of a process from number `from` on to the exchange buffer; returns how many. */
export function listRanges(process: u64, from: u32): u32 {
  if (!ledgers.has(process)) return 0;
  const ledger = ledgers.get(process);
  const rows = min(ledger.count - min(from, ledger.count), exchangeBytes() / ROW_BYTES);
  memory.copy(exchangeBuffer(), ledger.rows + usize(from) * ROW_BYTES, usize(rows) * ROW_BYTES);
  return rows;
}
