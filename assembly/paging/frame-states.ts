// Frames that move: onto a list, off it, and back to nothing. Those that ranges list stay as they are; what is put on
// a list later is linked after them.
import { NO_FRAME, colorsOf, firstBlockEnd, lastBlockStart, lastListed } from '../memory/list-order';
import { clearFrame } from '../memory/frames';
import * as ranges from '../memory/ranges';
import { addedFrames, firstAdded, lastAdded, listIndex, setAdded } from './page-lists';
import {
  nextOf,
  previousOf,
  refreshEntries,
  resetEntry,
  setLinks,
  setLocation,
  setNext,
  setPrevious,
} from './pfn-database';
import { beginLinks } from './pfn-render';

const LOCATIONS: u32 = 6;
const PRIORITIES: u32 = 8;
let freed: u64 = 0; // frames that freeFrame put on the free list

/** Puts an active frame that no PTE maps any more at the end of a list. */
export function putOnList(pfn: u32, location: u32, priority: u32): void {
  const index = listIndex(location, priority, pfn);
  const total = addedFrames(index);
  setLocation(pfn, location, location == ranges.MODIFIED || location == ranges.MODIFIED_NO_WRITE);
  if (total == 0) {
    setLinks(pfn, NO_FRAME, lastListed(location, priority, pfn & (colorsOf(location) - 1)));
    setAdded(index, pfn, pfn, 1);
    return;
  }
  const before = lastAdded(index);
  setNext(before, pfn);
  setLinks(pfn, NO_FRAME, before);
  setAdded(index, firstAdded(index), pfn, total + 1);
}

/** Takes a frame off the list that {@link putOnList} put it on. */
export function takeOffList(pfn: u32, location: u32, priority: u32): void {
  const index = listIndex(location, priority, pfn);
  const next = nextOf(pfn);
  const previous = previousOf(pfn);
  let first = firstAdded(index);
  let last = lastAdded(index);
  if (next != NO_FRAME) setPrevious(u32(next), previous);
  if (first == pfn) first = u32(next);
  else setNext(u32(previous), next);
  if (last == pfn) last = u32(previous);
  setAdded(index, first, last, addedFrames(index) - 1);
}

/** Gives back a frame that nothing maps or names any more. */
export function freeFrame(pfn: u32): void {
  clearFrame(pfn);
  resetEntry(pfn, ranges.FREE);
  putOnList(pfn, ranges.FREE, 0);
  freed++;
}

/** Frames that were given back and not taken since. */
export function freedFrames(): u32 {
  return u32(freed);
}

/** Takes a frame that was given back, or returns 0 when there is none. */
export function takeFreedFrame(): u32 {
  if (freed == 0) return 0;
  for (let color: u32 = 0; color < colorsOf(ranges.FREE); color++) {
    const index = listIndex(ranges.FREE, 0, color);
    if (addedFrames(index) == 0) continue;
    const pfn = firstAdded(index);
    takeOffList(pfn, ranges.FREE, 0);
    freed--;
    return pfn;
  }
  return 0;
}

/**
 * Writes the links again of the frames at the ends of each range's list, where giving out frames has moved them.
 * To be called before anyone reads the lists.
 */
export function relinkLists(): void {
  beginLinks();
  for (let i = 0; i < ranges.rangeCount(); i++) {
    if (ranges.framesListed(i) == 0) continue;
    refreshEntries(ranges.rangeFront(i), firstBlockEnd(i));
    refreshEntries(lastBlockStart(i), ranges.rangeListEnd(i));
  }
  for (let location: u32 = 0; location < LOCATIONS; location++)
    for (let priority: u32 = 0; priority < PRIORITIES; priority++)
      for (let color: u32 = 0; color < colorsOf(location); color++) {
        const index = listIndex(location, priority, color);
        if (addedFrames(index) != 0) setPrevious(firstAdded(index), lastListed(location, priority, color));
      }
}
