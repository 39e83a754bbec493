// Lists of frames as they are: what the ranges of physical memory list, in the order that follows from the seed, and
// after it the frames that were put on a list since, linked in their own PFN entries.
import { PAGE_SIZE } from '../memory/arena';
import { COLORS, following, lastListed, NO_FRAME, preceding } from '../memory/list-order';
import * as order from '../memory/list-order';
import * as ranges from '../memory/ranges';

/** Which of the modified lists a frame is on, told where others have a priority: private pages, pages of files. */
export const PRIVATE_MODIFIED: u32 = 0;
export const SHARED_MODIFIED: u32 = 5;

const LOCATIONS: u32 = 6; // the locations that have lists
const PRIORITIES: u32 = 8;
const LISTS: u32 = LOCATIONS * PRIORITIES * COLORS;

// Frames put on each list since: the first and the last one, and how many.
let firsts = new StaticArray<u32>(LISTS);
let totals = new StaticArray<u32>(LISTS);
const lasts = new StaticArray<u32>(LISTS);
// The same as they were when a snapshot began. What is rendered does not depend on the last ones.
let frozenFirsts = new StaticArray<u32>(LISTS);
let frozenTotals = new StaticArray<u32>(LISTS);

/** Index of the list that a frame is on at a location and priority. */
export function listIndex(location: u32, priority: u32, pfn: u32): u32 {
  const color = pfn & (order.colorsOf(location) - 1);
  return (location * PRIORITIES + priority) * COLORS + color;
}

function indexOf(pfn: u32, range: i32): u32 {
  return listIndex(ranges.rangeLocation(range), ranges.rangePriority(range), pfn);
}

/** The frame after one that a range lists. */
export function nextOnList(pfn: u32, range: i32): u64 {
  const next = following(pfn, range);
  if (next != NO_FRAME) return next;
  const index = indexOf(pfn, range);
  return unchecked(totals[index]) == 0 ? NO_FRAME : u64(unchecked(firsts[index]));
}

/** The frame before one that a range lists. */
export function previousOnList(pfn: u32, range: i32): u64 {
  return preceding(pfn, range);
}

/** First frame put on a list since, meaningless when {@link addedFrames} is 0. */
export function firstAdded(index: u32): u32 {
  return unchecked(firsts[index]);
}

export function lastAdded(index: u32): u32 {
  return unchecked(lasts[index]);
}

/** Frames put on a list since the ranges were laid out. */
export function addedFrames(index: u32): u32 {
  return unchecked(totals[index]);
}

export function setAdded(index: u32, first: u32, last: u32, frames: u32): void {
  unchecked((firsts[index] = first));
  unchecked((lasts[index] = last));
  unchecked((totals[index] = frames));
}

/** First frame of a list, or NO_FRAME. */
export function listHead(location: u32, priority: u32, color: u32): u64 {
  const first = order.firstListed(location, priority, color);
  if (first != NO_FRAME) return first;
  const index = listIndex(location, priority, color);
  return unchecked(totals[index]) == 0 ? NO_FRAME : u64(unchecked(firsts[index]));
}

/** Last frame of a list, or NO_FRAME. */
export function listTail(location: u32, priority: u32, color: u32): u64 {
  const index = listIndex(location, priority, color);
  if (unchecked(totals[index]) != 0) return u64(unchecked(lasts[index]));
  return lastListed(location, priority, color);
}

/** Frames on a list of one color. */
export function listTotal(location: u32, priority: u32, color: u32): u64 {
  return (
    order.listedFrames(location, priority, color) + unchecked(totals[listIndex(location, priority, color)])
  );
}

/** Bytes of memory on all lists of a location. */
export function bytesOn(location: u32): u64 {
  return framesOn(location) * u64(PAGE_SIZE);
}

/** Frames put on the lists of a location since the ranges were laid out. */
export function addedOn(location: u32): u64 {
  let frames: u64 = 0;
  for (let index = location * PRIORITIES * COLORS; index < (location + 1) * PRIORITIES * COLORS; index++)
    frames += unchecked(totals[index]);
  return frames;
}

/** Frames on all lists of a location. */
export function framesOn(location: u32): u64 {
  let frames: u64 = 0;
  for (let priority: u32 = 0; priority < PRIORITIES; priority++)
    for (let color: u32 = 0; color < order.colorsOf(location); color++)
      frames += listTotal(location, priority, color);
  return frames;
}

/** Keeps the lists as they are now, for a snapshot. */
export function freezeLists(): void {
  for (let i: u32 = 0; i < LISTS; i++) {
    unchecked((frozenFirsts[i] = unchecked(firsts[i])));
    unchecked((frozenTotals[i] = unchecked(totals[i])));
  }
}

/** Changes the lists of now for those that {@link freezeLists} kept, or back. */
export function exchangeLists(): void {
  const nowFirsts = firsts;
  const nowTotals = totals;
  firsts = frozenFirsts;
  totals = frozenTotals;
  frozenFirsts = nowFirsts;
  frozenTotals = nowTotals;
}
