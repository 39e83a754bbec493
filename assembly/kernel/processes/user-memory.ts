// Memory of user mode's half: where the attached process puts what, and what it has committed and touched of it.
import { PAGE_SIZE } from '../../memory/arena';
import { renderFrame, SEEDED } from '../../memory/frames';
import { FOR_USER, takeFrame, takeRun } from '../../memory/ranges';
import { attachedRoot } from '../../memory/virtual';
import { mapPage, mapRun, storeInvalid } from '../../paging/map';
import { NO_EXECUTE, USER_DATA, USER_READ_ONLY } from '../../paging/pte';
import { randomBelow } from '../../random';
import { chargeWorkingSet } from '../sections/charges';
import { demandZeroPte } from '../sections/control-area';
import { mapSection, sectionPages } from '../sections/data-section';
import {
  PROTECT_EXECUTE_READ_WRITE,
  PROTECT_GUARD,
  PROTECT_READ_ONLY,
  PROTECT_READ_WRITE,
} from '../sections/protection';
import { addPrivateVad, endBelow } from '../sections/vad';

const SHARED_BASE: u64 = 0x7ff400000000;
const HEAPS_BASE: u64 = 0x10000000000;
const GRANULARITY: u64 = 0x10000;

/** Where a range goes: with stacks and environment blocks, with heaps and files, or near the top with shared sections. */
export const enum Arena {
  Stacks = 0,
  Heaps = 1,
  Shared = 2,
}

const LOW_HEAPS: u64 = 0x4000000; // above programs' images
const LOW_STACKS: u64 = 0x50000000;
const LARGE_RANGE: u32 = 1024;
const LARGE_ALIGNMENT: u64 = 0x200000;
const LONGEST_RUN: u32 = 0x8000; // frames of private memory that lie together
const SHORTEST_RUN: u32 = 64;
const ARENAS: i32 = 3;
const next = new StaticArray<u64>(ARENAS); // first address of each that is not taken

/** Chooses where the arenas of the attached process start. */
export function chooseArenas(): void {
  unchecked((next[<i32>Arena.Stacks] = ((randomBelow(0x60) + 0x20) << 32) | (randomBelow(0xfff) << 20)));
  unchecked((next[<i32>Arena.Heaps] = HEAPS_BASE + (randomBelow(0x100) << 32) + (randomBelow(0xffff) << 16)));
  unchecked((next[<i32>Arena.Shared] = SHARED_BASE + (randomBelow(0xfff) << 20)));
}

/** Chooses where the arenas of a process of 32-bit code start: below 4 GiB, as its code can see no more. */
export function chooseLowArenas(): void {
  unchecked((next[<i32>Arena.Stacks] = LOW_STACKS + (randomBelow(0x40) << 16)));
  unchecked((next[<i32>Arena.Heaps] = LOW_HEAPS + (randomBelow(0x40) << 16)));
  unchecked((next[<i32>Arena.Shared] = SHARED_BASE + (randomBelow(0xfff) << 20)));
}

/** Goes on where the ranges of a process that was finished before end. */
export function reopenArenas(): void {
  unchecked((next[<i32>Arena.Stacks] = after(endBelow(HEAPS_BASE))));
  unchecked((next[<i32>Arena.Heaps] = after(endBelow(SHARED_BASE))));
}

/** The first address that a new range may have, with a gap to the one that ends at `end`. */
function after(end: u64): u64 {
  return (end + 2 * GRANULARITY - 1) & ~(GRANULARITY - 1);
}

/** Takes addresses of an arena, aligned as Windows gives them out; nothing is reserved yet. */
export function takeAddresses(arena: i32, pages: u32): u64 {
  // Large ranges start where a page table does, so that whole tables of theirs can follow from their frames.
  const alignment = pages >= LARGE_RANGE ? LARGE_ALIGNMENT : GRANULARITY;
  const address = (unchecked(next[arena]) + alignment - 1) & ~(alignment - 1);
  const bytes = (u64(pages) * PAGE_SIZE + GRANULARITY - 1) & ~(GRANULARITY - 1);
  // Programs let go of ranges again, which leaves gaps.
  unchecked((next[arena] = address + bytes + (randomBelow(8) == 0 ? GRANULARITY : 0)));
  return address;
}

function bitsOf(protection: u32): u64 {
  if (protection == PROTECT_READ_ONLY) return USER_READ_ONLY;
  return protection == PROTECT_EXECUTE_READ_WRITE ? USER_DATA & ~NO_EXECUTE : USER_DATA;
}

/** Gives `pages` committed pages zeroed frames, as if the process had touched them. */
export function touchZeroed(address: u64, pages: u32): void {
  for (let i: u32 = 0; i < pages; i++)
    mapPage(attachedRoot(), address + u64(i) * PAGE_SIZE, takeFrame(FOR_USER), USER_DATA);
  chargeWorkingSet(pages, 0);
}

/** Says in the PTEs of pages that they are committed: zero when they are touched. */
export function commitUntouched(address: u64, pages: u32, protection: u32): void {
  for (let i: u32 = 0; i < pages; i++)
    storeInvalid(attachedRoot(), address + u64(i) * PAGE_SIZE, demandZeroPte(protection));
}

/** Commits the page below a stack's pages that makes it grow when it is touched. */
export function commitGuardPage(address: u64): void {
  commitUntouched(address, 1, PROTECT_READ_WRITE | PROTECT_GUARD);
}

/**
 * Reserves `pages` pages of private memory, commits the first `committed` of them, and fills the first `touched` with
 * what follows from the seed. `protection` is an index into nt!MmProtectToValue. Returns the address.
 */
export function createPrivateMemory(
  arena: i32,
  pages: u32,
  committed: u32,
  touched: u32,
  protection: u32,
): u64 {
  const address = takeAddresses(arena, pages);
  const isWhole = committed == pages;
  addPrivateVad(address, pages, committed, isWhole, protection);
  fill(address, touched, bitsOf(protection));
  chargeWorkingSet(touched, 0);
  // The descriptor of a range that was committed as it was reserved says so for all of its pages.
  if (!isWhole) commitUntouched(address + u64(touched) * PAGE_SIZE, committed - touched, protection);
  return address;
}

/** Maps frames whose contents follow from the seed, as far as possible in runs that lie together. */
function fill(address: u64, pages: u32, bits: u64): void {
  let done: u32 = 0;
  while (done < pages) {
    let count = min(pages - done, LONGEST_RUN);
    let first = count < SHORTEST_RUN ? 0 : takeRun(FOR_USER, count);
    if (first == 0) {
      count = 1;
      first = takeFrame(FOR_USER);
    }
    for (let i: u32 = 0; i < count; i++) renderFrame(first + i, SEEDED, 0);
    mapRun(attachedRoot(), address + u64(done) * PAGE_SIZE, first, count, bits);
    done += count;
  }
}

/** Maps a section of data into the attached process, of which it touched `touched` pages; returns the address. */
export function createView(section: i32, arena: i32, touched: u32, isWritable: bool): u64 {
  const address = takeAddresses(arena, sectionPages(section));
  mapSection(section, address, touched, isWritable);
  return address;
}
