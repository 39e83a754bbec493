// Which ranges of physical memory exist, and what their untouched frames are: zeroed, free, standby or modified.
// Frames are taken from the front of a range, and lent from its end, so that what is left of it stays one run.
import { freedFrames, takeFreedFrame } from '../paging/frame-states';

/** _MMLISTS: PFN PageLocation. */
export const ZEROED: u32 = 0;
export const FREE: u32 = 1;
export const STANDBY: u32 = 2;
export const MODIFIED: u32 = 3;
export const MODIFIED_NO_WRITE: u32 = 4;
export const BAD: u32 = 5;
export const ACTIVE: u32 = 6;
export const TRANSITION: u32 = 7;

/** What a range's frames are given out for. */
export const FOR_NOTHING: u32 = 0;
export const FOR_KERNEL: u32 = 1;
export const FOR_USER: u32 = 2;
export const FOR_LARGE_PAGES: u32 = 3;
export const FOR_SYSTEM_ROOT: u32 = 4; // the one frame for the System process's PML4

const PURPOSES: i32 = 5;
const LARGE_PAGE_FRAMES: u32 = 512;
const MAXIMUM: i32 = 128;
const NONE: i32 = -1;

class Range {
  base: u32 = 0;
  end: u32 = 0;
  location: u32 = 0;
  priority: u32 = 0;
  purpose: u32 = 0;
}

const ranges = new StaticArray<Range>(MAXIMUM);
/** First frame of each range that was not given out; those from its base up to here are in use. */
let fronts = new StaticArray<u32>(MAXIMUM);
/** One more than the last frame of each range that is on its list; those behind are lent. */
let listEnds = new StaticArray<u32>(MAXIMUM);
let frozenListEnds = new StaticArray<u32>(MAXIMUM);
let frozenFronts = new StaticArray<u32>(MAXIMUM);
const cursors = new StaticArray<i32>(PURPOSES); // the range of each purpose that frames are taken from
let count: i32 = 0;
let last: i32 = 0; // where rangeOf found the frame before

/** Adds a range of existing memory, frames `base` to `end` - 1, above all earlier ones. */
export function addRange(base: u32, end: u32, location: u32, priority: u32, purpose: u32): void {
  assert(count < MAXIMUM, 'too many ranges of physical memory');
  const range = new Range();
  range.base = base;
  unchecked((fronts[count] = base));
  unchecked((listEnds[count] = end));
  range.end = end;
  range.location = location;
  range.priority = priority;
  range.purpose = purpose;
  unchecked((ranges[count++] = range));
}

/** Index of the range that holds a frame, or -1 for a hole. */
export function rangeOf(pfn: u32): i32 {
  if (last < count && holds(last, pfn)) return last;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pfn < unchecked(ranges[middle]).end) high = middle;
    else low = middle + 1;
  }
  if (low == count || !holds(low, pfn)) return NONE;
  last = low;
  return low;
}

function holds(index: i32, pfn: u32): bool {
  const range = unchecked(ranges[index]);
  return pfn >= range.base && pfn < range.end;
}

export function rangeCount(): i32 {
  return count;
}

export function rangeBase(index: i32): u32 {
  return unchecked(ranges[index]).base;
}

/** First frame of the range that is still on its list. */
export function rangeFront(index: i32): u32 {
  return unchecked(fronts[index]);
}

export function rangeEnd(index: i32): u32 {
  return unchecked(ranges[index]).end;
}

/** One more than the last frame of the range that is on its list. */
export function rangeListEnd(index: i32): u32 {
  return unchecked(listEnds[index]);
}

/** Lends the frames of a range from `pfn` on, or takes them back. Their entries and links are up to the caller. */
export function setRangeListEnd(index: i32, pfn: u32): void {
  unchecked((listEnds[index] = pfn));
}

export function rangePurpose(index: i32): u32 {
  return unchecked(ranges[index]).purpose;
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

/** Whether a range can stand in when those of a purpose have run out: frames on the zeroed and free lists. */
function isSpare(range: Range): bool {
  return range.location <= FREE && range.purpose != FOR_LARGE_PAGES && range.purpose != FOR_SYSTEM_ROOT;
}

/** A range with `frames` frames left for the purpose, or one that stands in. */
function findRange(purpose: u32, frames: u32): i32 {
  for (let i = unchecked(cursors[purpose]); i < count; i++) {
    const range = unchecked(ranges[i]);
    if (range.purpose == purpose && framesListed(i) >= frames) return i;
  }
  if (purpose == FOR_SYSTEM_ROOT) return NONE;
  for (let i = count - 1; i >= 0; i--) {
    const range = unchecked(ranges[i]);
    if (isSpare(range) && framesListed(i) >= frames) return i;
  }
  return NONE;
}

/** Whether a range of the purpose has frames left. */
function hasOwn(purpose: u32): bool {
  for (let i = unchecked(cursors[purpose]); i < count; i++)
    if (unchecked(ranges[i]).purpose == purpose && framesListed(i) != 0) return true;
  return false;
}

/** Frames that are left for what starts now: those of programs, and those that stand in for them. */
export function spareFrames(): u32 {
  let frames: u32 = 0;
  for (let i = 0; i < count; i++) {
    const range = unchecked(ranges[i]);
    if (isSpare(range)) frames += framesListed(i);
  }
  return frames + freedFrames();
}

/** Takes one frame. Traps when the machine has none left. */
export function takeFrame(purpose: u32): u32 {
  const freed = purpose == FOR_USER ? takeFreedFrame() : 0;
  if (freed != 0) return freed;
  const at = unchecked(cursors[purpose]);
  if (unchecked(ranges[at]).purpose == purpose && framesListed(at) != 0) return unchecked(fronts[at]++);
  const given = hasOwn(purpose) ? 0 : takeFreedFrame();
  if (given != 0) return given;
  const found = findRange(purpose, 1);
  assert(found != NONE, 'the machine is out of physical memory');
  if (unchecked(ranges[found]).purpose == purpose) unchecked((cursors[purpose] = found));
  return unchecked(fronts[found]++);
}

/** Takes `frames` frames that lie together; returns the first one, or 0 when nowhere are so many left in one run. */
export function takeRun(purpose: u32, frames: u32): u32 {
  const found = findRange(purpose, frames);
  if (found == NONE) return 0;
  const first = unchecked(fronts[found]);
  unchecked((fronts[found] = first + frames));
  return first;
}

/** Takes 512 frames that lie together, aligned to 2 MiB. */
export function takeLargePage(): u32 {
  for (let i = 0; i < count; i++) {
    const range = unchecked(ranges[i]);
    if (range.purpose != FOR_LARGE_PAGES) continue;
    const front = rangeFront(i);
    const base = (front + LARGE_PAGE_FRAMES - 1) & ~(LARGE_PAGE_FRAMES - 1);
    if (base + LARGE_PAGE_FRAMES > rangeListEnd(i)) continue;
    assert(base == front, 'frames before a large page would be on no list');
    unchecked((fronts[i] = base + LARGE_PAGE_FRAMES));
    return base;
  }
  assert(false, 'the machine is out of physical memory');
  return 0;
}

/** Frames of a range that are on its list. */
export function framesListed(index: i32): u32 {
  return rangeListEnd(index) - rangeFront(index);
}

/** Keeps what is given out and lent now, for a snapshot. */
export function freezeRanges(): void {
  for (let i = 0; i < count; i++) {
    unchecked((frozenFronts[i] = unchecked(fronts[i])));
    unchecked((frozenListEnds[i] = unchecked(listEnds[i])));
  }
}

/** Changes what is given out now for what {@link freezeRanges} kept, or back. */
export function exchangeRanges(): void {
  const nowFronts = fronts;
  const nowListEnds = listEnds;
  fronts = frozenFronts;
  listEnds = frozenListEnds;
  frozenFronts = nowFronts;
  frozenListEnds = nowListEnds;
}
