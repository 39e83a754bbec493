// The regions of a process's address space, as VirtualQuery tells them one after the other: from the tree of VADs and
// the page tables.
import { giveBack } from '../../memory/arena';
import { NT } from '../../generated/symbols';
import { EPROCESS, RTL_BALANCED_NODE } from '../../generated/types';
import { exchangeBuffer, exchangeBytes } from '../../host-buffer';
import { frameWord } from '../../memory/frames';
import { at, getField, read32, read64 } from '../../memory/virtual';
import { indexAt } from '../../paging/tables';
import { addressOf } from '../../kernel/symbols';
import { Backing, isReadable, pageBacking, pageProtection, pageTableOf, View } from './view';

const PAGE: u64 = 4096;
const TABLE_SPAN: u64 = 512 * PAGE; // what one page table maps
const END_OF_USER: u64 = 0x7fffffff0000; // first address that no program can use
const ROW_BYTES: u32 = 48; // u64 base, allocation base, size; u32 allocation protection, state, protection, type, readable, 0

/** MEMORY_BASIC_INFORMATION. */
const MEM_COMMIT: u32 = 0x1000;
const MEM_RESERVE: u32 = 0x2000;
const MEM_FREE: u32 = 0x10000;
const MEM_PRIVATE: u32 = 0x20000;
const MEM_MAPPED: u32 = 0x40000;
const MEM_IMAGE: u32 = 0x1000000;
const PAGE_NOACCESS: u32 = 1;

const view = new View();
let rows: usize = 0;
let count: u32 = 0;
let room: u32 = 0;
let end: u64 = 0; // of what is listed so far

/** Lists the regions of the attached process; returns their number. */
export function openRegions(process: u64): u32 {
  count = 0;
  end = 0;
  walk(read64(at(process, EPROCESS.VadRoot)));
  addFree(END_OF_USER);
  return count;
}

/** Copies regions from number `from` on to the exchange buffer; returns how many. */
export function listRegions(from: u32): u32 {
  const part = min(count - min(from, count), exchangeBytes() / ROW_BYTES);
  memory.copy(exchangeBuffer(), rows + usize(from) * ROW_BYTES, usize(part) * ROW_BYTES);
  return part;
}

/** Number of regions. */
export function regionCount(): u32 {
  return count;
}

/** First address of a region, and its bytes, when the process can read it; 0 bytes when it cannot. */
export function regionStart(index: u32): u64 {
  return load<u64>(rows + usize(index) * ROW_BYTES);
}

export function readableBytes(index: u32): u64 {
  const row = rows + usize(index) * ROW_BYTES;
  return load<u32>(row, 40) != 0 ? load<u64>(row, 16) : 0;
}

/** In order of address. */
function walk(node: u64): void {
  if (node == 0) return;
  walk(getField(node, RTL_BALANCED_NODE.Left));
  const right = getField(node, RTL_BALANCED_NODE.Right);
  view.open(node);
  addFree(view.start);
  addView();
  walk(right);
}

function addFree(to: u64): void {
  if (to > end) add(end, 0, to - end, PAGE_NOACCESS, 0, MEM_FREE, 0, false);
  end = to;
}

/** The value of a protection in MEMORY_BASIC_INFORMATION. */
function win32Protection(protection: u32): u32 {
  return read32(addressOf(NT.MmProtectToValue) + u64(protection) * 4);
}

/** Adds a view's pages, those that are alike and follow each other as one region. */
function addView(): void {
  const type = view.isPrivate ? MEM_PRIVATE : view.isImage ? MEM_IMAGE : MEM_MAPPED;
  const allocated = win32Protection(view.protection);
  let from = view.start;
  let state: u32 = 0;
  let protection: u32 = 0;
  let readable: bool = false;
  let table: u32 = 0;
  let isUniform: bool = false; // no page table, and private: all pages up to its end are alike
  for (let page = view.start; page < view.end;) {
    if (page == view.start || (page & (TABLE_SPAN - 1)) == 0) {
      table = pageTableOf(page);
      isUniform = table == 0 && view.isPrivate;
    }
    view.look(page, table == 0 ? 0 : frameWord(table, indexAt(page, 1)));
    const isCommitted = pageBacking() != Backing.Nothing;
    const pageState = isCommitted ? MEM_COMMIT : MEM_RESERVE;
    const pageProtect = isCommitted ? win32Protection(pageProtection()) : 0;
    if (page != from && (pageState != state || pageProtect != protection)) {
      add(from, view.start, page - from, protection, allocated, state, type, readable);
      from = page;
    }
    state = pageState;
    protection = pageProtect;
    readable = isReadable();
    page = isUniform ? min((page | (TABLE_SPAN - 1)) + 1, view.end) : page + PAGE;
  }
  add(from, view.start, view.end - from, protection, allocated, state, type, readable);
  end = view.end;
}

function add(
  base: u64,
  allocationBase: u64,
  size: u64,
  protection: u32,
  allocationProtection: u32,
  state: u32,
  type: u32,
  readable: bool,
): void {
  if (count == room) {
    const larger = heap.alloc(usize(max(room * 2, 1024)) * ROW_BYTES);
    if (rows != 0) {
      memory.copy(larger, rows, usize(count) * ROW_BYTES);
      giveBack(rows);
    }
    rows = larger;
    room = max(room * 2, 1024);
  }
  const row = rows + usize(count++) * ROW_BYTES;
  store<u64>(row, base);
  store<u64>(row, allocationBase, 8);
  store<u64>(row, size, 16);
  store<u32>(row, allocationProtection, 24);
  store<u32>(row, state, 28);
  store<u32>(row, protection, 32);
  store<u32>(row, type, 36);
  store<u32>(row, u32(readable), 40);
  store<u32>(row, 0, 44);
}
