// Frames that are lent for a while: the buffer that a live dump is copied to, and memory that something keeps the machine
// from using. They come off the ends of the free, zeroed and standby lists, are active and mapped as a driver's locked
// pages are, and go back when they are no longer needed: nothing of a loan is left then. Loans end in the reverse order
// of their start. The page tables that map a loan are among its frames.
import { Region, regionBase } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { fillWithEntries } from '../../memory/entry-pages';
import { clearFrame, isUntouched, writableFrame } from '../../memory/frames';
import { blockStart } from '../../memory/list-order';
import * as ranges from '../../memory/ranges';
import { flush } from '../../memory/virtual';
import { activate, describeRun, refreshEntries } from '../../paging/pfn-database';
import { cutRuns, RUN_PRIVATE } from '../../paging/pfn-runs';
import { entryFor, KERNEL_DATA, KERNEL_TABLE } from '../../paging/pte';
import { entryAddress, indexAt, tableFor } from '../../paging/tables';
import { systemPml4 } from '../processes/process';
import { peakCommitment, setPeakCommitment } from './counters';
import { leaveFiles, returnToFiles } from './file-pages';

const LOANS: i32 = 2;
const STRETCHES: i32 = 128; // of a loan: one for each range of memory
const TABLE_ENTRIES: u32 = 512;
const SLOT_BYTES: u64 = 1 << 39;
/** Where in the slot of the system PTEs a loan is mapped: behind all that is reserved there piece by piece. */
const WINDOWS: u64[] = [64 << 30, 320 << 30];
const DEFAULT_PRIORITY: u32 = 5;
const DEMAND_ZERO_READ_WRITE: u64 = 4 << 5; // as paging/map.ts has it
/** Frames that a range for the kernel or for programs keeps for them: the machine goes on meanwhile. */
const RESERVE: u32 = 256;
/** What is lent first: what nobody waits for, then what files would lose, then what the kernel and programs would get. */
const PASSES: i32 = 3;

class Loan {
  frames: u32 = 0;
  tables: u32 = 0;
  /** Peak of the committed pages before it. */
  peak: u64 = 0;
  stretches: i32 = 0;
  from: StaticArray<u32> = new StaticArray<u32>(STRETCHES);
  to: StaticArray<u32> = new StaticArray<u32>(STRETCHES);

  /** The frame at a place, in the order of the stretches; page tables come first. */
  frameAt(place: u32): u32 {
    let left = place;
    let i = 0;
    for (; left >= unchecked(this.to[i]) - unchecked(this.from[i]); i++)
      left -= unchecked(this.to[i]) - unchecked(this.from[i]);
    return unchecked(this.from[i]) + left;
  }
}

const loans: Loan[] = [new Loan(), new Loan()];

/** Frames of a range that may be lent. */
function lendable(range: i32): u32 {
  if (ranges.rangeLocation(range) > ranges.STANDBY) return 0;
  const listed = ranges.framesListed(range);
  const purpose = ranges.rangePurpose(range);
  if (purpose == ranges.FOR_SYSTEM_ROOT) return 0;
  const kept = purpose == ranges.FOR_KERNEL || purpose == ranges.FOR_USER ? RESERVE : 0;
  return listed - min(listed, kept);
}

/** Frames that {@link lend} can still take, page tables among them. */
export function lendableFrames(): u32 {
  let frames: u32 = 0;
  for (let i = 0; i < ranges.rangeCount(); i++) frames += lendable(i);
  return frames;
}

function tablesFor(frames: u32): u32 {
  return (frames + TABLE_ENTRIES - 1) / TABLE_ENTRIES;
}

/** Frames of page tables and page directories that a loan of so many frames takes besides. */
export function tablesForLoan(frames: u32): u32 {
  return tablesFor(frames) + tablesFor(tablesFor(frames));
}

function windowOf(which: i32): u64 {
  return (regionBase(<i32>Region.SystemPtes) & ~(SLOT_BYTES - 1)) + WINDOWS[which];
}

/** Lends `frames` frames besides those of their page tables; together at most {@link lendableFrames}. */
export function lend(which: i32, frames: u32): void {
  const loan = loans[which];
  assert(loan.frames == 0, 'a loan that has not ended');
  loan.tables = tablesForLoan(frames);
  loan.frames = frames;
  loan.peak = peakCommitment();
  let left = frames + loan.tables;
  for (let pass = 0; pass < PASSES; pass++)
    for (let i = 0; i < ranges.rangeCount() && left != 0; i++) {
      const part = passOf(i) == pass ? min(left, lendable(i)) : 0;
      if (part != 0) takeOff(loan, i, part);
      left -= part;
    }
  assert(left == 0, 'more frames than can be lent');
  linkTables(loan, windowOf(which));
  mapFrames(loan, windowOf(which));
  flush();
}

function passOf(range: i32): i32 {
  if (ranges.rangeLocation(range) == ranges.STANDBY) return 1;
  return ranges.rangePurpose(range) == ranges.FOR_NOTHING ? 0 : 2;
}

/** Takes frames off the end of a range's list; files lose theirs. */
function takeOff(loan: Loan, range: i32, frames: u32): void {
  const to = ranges.rangeListEnd(range);
  const from = to - frames;
  if (ranges.rangeLocation(range) == ranges.STANDBY) leaveFiles(from, to);
  ranges.setRangeListEnd(range, from);
  refreshEntries(max(ranges.rangeFront(range), blockStart(from)), from);
  unchecked((loan.from[loan.stretches] = from));
  unchecked((loan.to[loan.stretches++] = to));
}

/** Puts the loan's page directories and page tables where its window is. */
function linkTables(loan: Loan, window: u64): void {
  const tables = tablesFor(loan.frames);
  const directories = loan.tables - tables;
  for (let i: u32 = 0; i < directories; i++)
    link(loan.frameAt(i), window + u64(i) * TABLE_ENTRIES * TABLE_ENTRIES * PAGE_SIZE, 3);
  for (let i: u32 = 0; i < tables; i++)
    link(loan.frameAt(directories + i), window + u64(i) * TABLE_ENTRIES * PAGE_SIZE, 2);
}

/** Makes a frame the table that the entry at `level` leads to. */
function link(pfn: u32, address: u64, level: i32): void {
  const parent = tableFor(systemPml4(), address, level);
  store<u64>(writableFrame(parent) + indexAt(address, level) * 8, entryFor(pfn, KERNEL_TABLE));
  activate(pfn, entryAddress(address, level), parent, DEFAULT_PRIORITY, 0, false);
}

function mapFrames(loan: Loan, window: u64): void {
  let page: u32 = 0;
  let skip = loan.tables;
  for (let i = 0; i < loan.stretches; i++) {
    const to = unchecked(loan.to[i]);
    const part = min(skip, to - unchecked(loan.from[i]));
    skip -= part;
    for (let pfn = unchecked(loan.from[i]) + part; pfn < to;) {
      const count = mapPart(window + u64(page) * PAGE_SIZE, pfn, to - pfn);
      pfn += count;
      page += count;
    }
  }
}

/** Maps frames from `pfn` on to the end of the page table, at most `most`; returns how many. */
function mapPart(address: u64, pfn: u32, most: u32): u32 {
  const index = indexAt(address, 1);
  const count = min(TABLE_ENTRIES - index, most);
  const table = tableFor(systemPml4(), address, 1);
  if (isUntouched(table)) fillWithEntries(table, pfn, index, index + count, KERNEL_DATA);
  else
    for (let i: u32 = 0; i < count; i++)
      store<u64>(writableFrame(table) + (index + i) * 8, entryFor(pfn + i, KERNEL_DATA));
  const pte = entryAddress(address, 1);
  describeRun(pfn, count, RUN_PRIVATE, DEFAULT_PRIORITY, pte, table, DEMAND_ZERO_READ_WRITE);
  return count;
}

/** Ends a loan: its frames go back to the ends of their lists. Does nothing when there is none. */
export function endLoan(which: i32): void {
  const loan = loans[which];
  if (loan.frames == 0) return;
  const directories = loan.tables - tablesFor(loan.frames);
  const pointers = tableFor(systemPml4(), windowOf(which), 3);
  const first = indexAt(windowOf(which), 3);
  for (let i: u32 = 0; i < directories; i++) store<u64>(writableFrame(pointers) + (first + i) * 8, 0);
  for (let i: u32 = 0; i < loan.tables; i++) clearFrame(loan.frameAt(i));
  for (let i = loan.stretches - 1; i >= 0; i--) {
    const from = unchecked(loan.from[i]);
    const to = unchecked(loan.to[i]);
    const range = ranges.rangeOf(from);
    cutRuns(from, to);
    ranges.setRangeListEnd(range, to);
    if (ranges.rangeLocation(range) == ranges.STANDBY) returnToFiles(from, to);
    refreshEntries(max(ranges.rangeFront(range), blockStart(from)), to);
  }
  loan.stretches = 0;
  loan.frames = 0;
  loan.tables = 0;
  setPeakCommitment(loan.peak);
  flush();
}

/** Frames of a loan besides its page tables. */
export function framesLent(which: i32): u32 {
  return loans[which].frames;
}

/** Calls `visit` for each stretch of a range's lent frames, in order of frames: page tables, and what they map. */
export function visitLent(range: i32, visit: (from: u32, to: u32, isTable: bool) => void): void {
  for (let which = LOANS - 1; which >= 0; which--) {
    const loan = loans[which];
    let left = loan.tables;
    for (let i = 0; i < loan.stretches; i++) {
      const from = unchecked(loan.from[i]);
      const to = unchecked(loan.to[i]);
      const part = min(left, to - from);
      left -= part;
      if (from < ranges.rangeBase(range) || from >= ranges.rangeEnd(range)) continue;
      if (part != 0) visit(from, from + part, true);
      if (from + part != to) visit(from + part, to, false);
    }
  }
}
