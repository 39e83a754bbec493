// Which ranges of physical memory exist, and what their untouched frames are: zeroed, free, standby or modified.
// Frames are taken from the front of a range, so that what is left of it stays one run.
import { PAGE_SIZE } from './arena';

/** _MMLISTS: PFN PageLocation. */
export const ZEROED: u32 = 0;
export const FREE: u32 = 1;
export const STANDBY: u32 = 2;
export const MODIFIED: u32 = 3;
export const ACTIVE: u32 = 6;

/** What a range's frames are given out for. */
export const FOR_KERNEL: u32 = 1;
export const FOR_USER: u32 = 2;
export const FOR_LARGE_PAGES: u32 = 3;
export const FOR_SYSTEM_ROOT: u32 = 4; // the one frame for the System process's PML4

const LARGE_PAGE_FRAMES: u32 = 512;
const MAXIMUM: i32 = 64;

class Range {
  base: u32 = 0;
  /** First frame not given out; those from `base` up to here are in use. */
  front: u32 = 0;
  end: u32 = 0;
  location: u32 = 0;
  priority: u32 = 0;
  purpose: u32 = 0;
}

const ranges = new StaticArray<Range>(MAXIMUM);
let count: i32 = 0;

/** Adds a range of existing memory, frames `base` to `end` - 1, above all earlier ones. */
export function addRange(base: u32, end: u32, location: u32, priority: u32, purpose: u32): void {
  assert(count < MAXIMUM, 'too many ranges of physical memory');
  const range = new Range();
  range.base = base;
  range.front = base;
  range.end = end;
  range.location = location;
  range.priority = priority;
  range.purpose = purpose;
  unchecked((ranges[count++] = range));
}

/** Index of the range that holds a frame, or -1 for a hole. */
export function rangeOf(pfn: u32): i32 {
  for (let i = 0; i < count; i++) {
    const range = unchecked(ranges[i]);
    if (pfn < range.end) return pfn >= range.base ? i : -1;
  }
  return -1;
}

export function rangeCount(): i32 {
  return count;
}

export function rangeBase(index: i32): u32 {
  return unchecked(ranges[index]).base;
}

/** First frame of the range that is still on its list. */
export function rangeFront(index: i32): u32 {
  return unchecked(ranges[index]).front;
}

export function rangeEnd(index: i32): u32 {
  return unchecked(ranges[index]).end;
}

export function rangeLocation(index: i32): u32 {
  return unchecked(ranges[index]).location;
}

export function rangePriority(index: i32): u32 {
  return unchecked(ranges[index]).priority;
}

/** Whether two ranges' frames are on the same list. */
export function sameList(a: i32, b: i32): bool {
  return rangeLocation(a) == rangeLocation(b) && rangePriority(a) == rangePriority(b);
}

/** Takes one frame. Traps when the machine has none left for the purpose. */
export function takeFrame(purpose: u32): u32 {
  for (let i = 0; i < count; i++) {
    const range = unchecked(ranges[i]);
    if (range.purpose == purpose && range.front < range.end) return range.front++;
  }
  assert(false, 'the machine is out of physical memory');
  return 0;
}

/** Takes 512 frames that lie together, aligned to 2 MiB. */
export function takeLargePage(): u32 {
  for (let i = 0; i < count; i++) {
    const range = unchecked(ranges[i]);
    if (range.purpose != FOR_LARGE_PAGES) continue;
    const base = (range.front + LARGE_PAGE_FRAMES - 1) & ~(LARGE_PAGE_FRAMES - 1);
    if (base + LARGE_PAGE_FRAMES > range.end) continue;
    range.front = base + LARGE_PAGE_FRAMES;
    return base;
  }
  assert(false, 'the machine is out of physical memory');
  return 0;
}

/** Bytes of memory on lists of one location. */
export function bytesOn(location: u32): u64 {
  let frames: u64 = 0;
  for (let i = 0; i < count; i++) if (rangeLocation(i) == location) frames += rangeEnd(i) - rangeFront(i);
  return frames * u64(PAGE_SIZE);
}
