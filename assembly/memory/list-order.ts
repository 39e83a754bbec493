// The order of the memory manager's lists. On a machine that has run for a while, neighbours on a list are not
// neighbours in memory. Here the order is a function of the seed: the frames of a list are cut into blocks of 16 MiB,
// and inside a block they are shuffled. What a frame's links are can so be told for any frame without keeping them.
// Zeroed and free frames are on a list for each page color, a frame number's lowest bits.
import { hash } from '../random';
import * as ranges from './ranges';

/** Colors of the zeroed and the free lists: MiState.Hardware.SecondaryColors. */
export const COLORS: u32 = 64;
/** End of a list, in the 40 bits of a link. */
export const NO_FRAME: u64 = 0xffffffffff;

const BLOCK_BITS: u32 = 12;
const BLOCK_FRAMES: u32 = 1 << BLOCK_BITS;
const CACHED: i32 = 32; // a shuffle costs more than a look at each; frames are taken and given back in many blocks
const MULTIPLIER: u64 = 0x5851f42d4c957f2d; // of a linear congruential generator: a shuffle needs only its upper bits
const INCREMENT: u64 = 0x14057b7ef767814f;

/** No frame of the block: the list goes on in another one, or ends. */
export const OUTSIDE: u16 = 0xffff;

/** Links of the frames `from` to `to` - 1 of a range. A frame is told by its place in the 16 MiB, which fits a u16. */
export class Block {
  range: i32 = -1;
  from: u32 = 0;
  to: u32 = 0;
  next: StaticArray<u16> = new StaticArray<u16>(BLOCK_FRAMES);
  previous: StaticArray<u16> = new StaticArray<u16>(BLOCK_FRAMES);
  first: StaticArray<u16> = new StaticArray<u16>(COLORS);
  last: StaticArray<u16> = new StaticArray<u16>(COLORS);
}

const cache = new StaticArray<Block>(CACHED);
const shuffled = new StaticArray<u16>(BLOCK_FRAMES);
let nextVictim: i32 = 0;
let recent: i32 = 0;
let orderSeed: u64 = 0;

export function seedListOrder(seed: u64): void {
  orderSeed = seed;
  for (let i = 0; i < CACHED; i++) unchecked((cache[i] = new Block()));
}

/** First frame of the block of a list that a frame is in. */
export function blockStart(pfn: u32): u32 {
  return pfn & ~(BLOCK_FRAMES - 1);
}

/** Which of its block a frame is: what links tell. */
export function placeInBlock(pfn: u32): u32 {
  return pfn & (BLOCK_FRAMES - 1);
}

/** Lists that frames of a location are spread over by color. */
export function colorsOf(location: u32): u32 {
  return location <= ranges.FREE ? COLORS : 1;
}

/** The block of a range that starts at or before frame `pfn`, shuffled. It is good until another one is asked for. */
export function blockAt(range: i32, pfn: u32): Block {
  const start = pfn & ~(BLOCK_FRAMES - 1);
  const from = max(start, ranges.rangeFront(range));
  const to = min(start + BLOCK_FRAMES, ranges.rangeListEnd(range));
  // Mostly the frame's neighbour was looked at just before.
  const latest = unchecked(cache[recent]);
  if (latest.from == from && latest.to == to && latest.range == range) return latest;
  for (let i = 0; i < CACHED; i++) {
    const block = unchecked(cache[i]);
    if (block.from != from || block.to != to || block.range != range) continue;
    recent = i;
    return block;
  }
  recent = nextVictim;
  const block = unchecked(cache[nextVictim]);
  nextVictim = (nextVictim + 1) % CACHED;
  block.range = range;
  block.from = from;
  block.to = to;
  const colors = colorsOf(ranges.rangeLocation(range));
  for (let color: u32 = 0; color < colors; color++) shuffle(block, color, colors);
  return block;
}

function shuffle(block: Block, color: u32, colors: u32): void {
  let count: u32 = 0;
  const end = block.to - blockStart(block.from);
  const first = (block.from & (BLOCK_FRAMES - 1)) + ((color - block.from) & (colors - 1));
  for (let place = first; place < end; place += colors) unchecked((shuffled[count++] = u16(place)));
  let state = hash(orderSeed, (u64(block.from >> BLOCK_BITS) << 8) | color);
  for (let i = count; i > 1; i--) {
    state = state * MULTIPLIER + INCREMENT;
    const other = u32(((state >> 32) * u64(i)) >> 32);
    const place = unchecked(shuffled[i - 1]);
    unchecked((shuffled[i - 1] = unchecked(shuffled[other])));
    unchecked((shuffled[other] = place));
  }
  let before = OUTSIDE;
  for (let i: u32 = 0; i < count; i++) {
    const place = unchecked(shuffled[i]);
    unchecked((block.previous[place] = before));
    if (before == OUTSIDE) unchecked((block.first[color] = place));
    else unchecked((block.next[before] = place));
    before = place;
  }
  unchecked((block.last[color] = before));
  if (before == OUTSIDE) unchecked((block.first[color] = OUTSIDE));
  else unchecked((block.next[before] = OUTSIDE));
}

/** The frame after `pfn`, which the range `range` lists, or NO_FRAME at the end. */
export function following(pfn: u32, range: i32): u64 {
  const block = blockAt(range, pfn);
  const next = unchecked(block.next[placeInBlock(pfn)]);
  if (next != OUTSIDE) return blockStart(pfn) + u32(next);
  return firstFrom(range, block.to, color(pfn, range));
}

/** The frame before `pfn`, which the range `range` lists, or NO_FRAME at the front. */
export function preceding(pfn: u32, range: i32): u64 {
  const block = blockAt(range, pfn);
  const previous = unchecked(block.previous[placeInBlock(pfn)]);
  if (previous != OUTSIDE) return blockStart(pfn) + u32(previous);
  return lastBefore(range, block.from, color(pfn, range));
}

function color(pfn: u32, range: i32): u32 {
  return pfn & (colorsOf(ranges.rangeLocation(range)) - 1);
}

/** First frame of a list at or after frame `from` of a range. */
function firstFrom(range: i32, from: u32, color: u32): u64 {
  let at = from;
  for (let i = range; i < ranges.rangeCount(); i++) {
    if (i != range) at = ranges.rangeFront(i);
    if (!ranges.sameList(range, i)) continue;
    while (at < ranges.rangeListEnd(i)) {
      const block = blockAt(i, at);
      const found = unchecked(block.first[color]);
      if (found != OUTSIDE) return blockStart(at) + u32(found);
      at = block.to;
    }
  }
  return NO_FRAME;
}

/** Last frame of a list before frame `to` of a range. */
function lastBefore(range: i32, to: u32, color: u32): u64 {
  let at = to;
  for (let i = range; i >= 0; i--) {
    if (i != range) at = ranges.rangeListEnd(i);
    if (!ranges.sameList(range, i)) continue;
    while (at > ranges.rangeFront(i)) {
      const block = blockAt(i, at - 1);
      const found = unchecked(block.last[color]);
      if (found != OUTSIDE) return blockStart(at - 1) + u32(found);
      at = block.from;
    }
  }
  return NO_FRAME;
}

/** First frame that ranges list at a location, priority and color, or NO_FRAME. */
export function firstListed(location: u32, priority: u32, color: u32): u64 {
  for (let i = 0; i < ranges.rangeCount(); i++)
    if (ranges.rangeLocation(i) == location && ranges.rangePriority(i) == priority)
      return firstFrom(i, ranges.rangeFront(i), color);
  return NO_FRAME;
}

/** Last frame that ranges list at a location, priority and color, or NO_FRAME. */
export function lastListed(location: u32, priority: u32, color: u32): u64 {
  for (let i = ranges.rangeCount() - 1; i >= 0; i--)
    if (ranges.rangeLocation(i) == location && ranges.rangePriority(i) == priority)
      return lastBefore(i, ranges.rangeListEnd(i), color);
  return NO_FRAME;
}

/** Frames that ranges list at a location, priority and color. */
export function listedFrames(location: u32, priority: u32, color: u32): u64 {
  const colors = colorsOf(location);
  let frames: u64 = 0;
  for (let i = 0; i < ranges.rangeCount(); i++) {
    if (ranges.rangeLocation(i) != location || ranges.rangePriority(i) != priority) continue;
    const first = ranges.rangeFront(i) + ((color - ranges.rangeFront(i)) & (colors - 1));
    if (first < ranges.rangeListEnd(i)) frames += (ranges.rangeListEnd(i) - first + colors - 1) / colors;
  }
  return frames;
}

/** Frames of the first and the last block of a range's list: their links change when frames are taken. */
export function firstBlockEnd(range: i32): u32 {
  const end = (ranges.rangeFront(range) & ~(BLOCK_FRAMES - 1)) + BLOCK_FRAMES;
  return min(end, ranges.rangeListEnd(range));
}

export function lastBlockStart(range: i32): u32 {
  const start = (ranges.rangeListEnd(range) - 1) & ~(BLOCK_FRAMES - 1);
  return max(start, ranges.rangeFront(range));
}
