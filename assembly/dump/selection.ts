// Which frames a dump holds: the classes that were asked for, as many of them as there is room for.
import { essentialFrames, heapFrames, hypervisorEnd } from '../hypervisor/region';
import { frameCount } from '../memory/frames';
import * as ranges from '../memory/ranges';
import { FrameSet } from './frame-set';
import { markFrames } from './marks';
import { CLASSES, PageClass } from './page-class';
import { visitUsedFrames } from './used-frames';

/** Frames in the dump. */
export const selected: FrameSet = new FrameSet();

const found = new StaticArray<u32>(CLASSES);
const taken = new StaticArray<u32>(CLASSES);
const room = new StaticArray<u32>(CLASSES); // frames of each class that may still be taken
let asked: u32 = 0; // bit of each class

// Stretches of frames in use that are not in the dump: u32 first, u32 frames, u32 class.
const STRETCH_BYTES: usize = 12;
const FIRST_CAPACITY: u32 = 1024;
let stretches: usize = 0;
let stretchCount: u32 = 0;
let capacity: u32 = 0;

/** Frames that sets of frames have room for: all, rounded up. */
export function bitmapFrames(): u32 {
  return (frameCount() + 63) & ~u32(63);
}

/** Number of frames selected. */
export function selectedFrames(): u32 {
  return selected.count;
}

/** Frames of a class on the machine when the selection was made. */
export function framesOfClass(kind: i32): u32 {
  return unchecked(found[kind]);
}

/** Those of them that are in the dump. */
export function selectedOfClass(kind: i32): u32 {
  return unchecked(taken[kind]);
}

/** Selects all of Windows' memory, in use or not, and what `mask` has of the hypervisor's. */
export function selectAllMemory(mask: u32): void {
  begin(mask);
  for (let i = 0; i < ranges.rangeCount(); i++) selected.addStretch(ranges.rangeBase(i), ranges.rangeEnd(i));
  if (isAsked(<i32>PageClass.Hypervisor)) selected.addStretch(essentialFrames(), heapFrames());
  if (isAsked(<i32>PageClass.HypervisorNonessential)) selected.addStretch(heapFrames(), hypervisorEnd());
}

function isAsked(kind: i32): bool {
  return ((asked >> kind) & 1) != 0;
}

function begin(mask: u32): void {
  selected.reset(bitmapFrames());
  stretchCount = 0;
  asked = mask;
  for (let kind = 0; kind < CLASSES; kind++) {
    unchecked((found[kind] = 0));
    unchecked((taken[kind] = 0));
    unchecked((room[kind] = u32.MAX_VALUE));
  }
}

/**
 * Selects anew: frames of the classes in `mask` (bit 0 is the first class), at most `budget` of them. Where that is
 * not enough, classes are taken in their order, and of a class the lowest frames.
 */
export function selectPages(mask: u32, budget: u32): void {
  begin(mask);
  markFrames();
  if (budget != u32.MAX_VALUE) {
    visitUsedFrames(countStretch);
    spend(budget);
  }
  visitUsedFrames(takeStretch);
}

function countStretch(from: u32, to: u32, kind: i32): void {
  unchecked((found[kind] += to - from));
}

/** Deals the budget to the classes, in their order. */
function spend(budget: u32): void {
  let left = budget;
  for (let kind = 0; kind < CLASSES; kind++) {
    const part: u32 = !isAsked(kind) ? 0 : min(left, unchecked(found[kind]));
    unchecked((room[kind] = part));
    left -= part;
    unchecked((found[kind] = 0));
  }
}

function takeStretch(from: u32, to: u32, kind: i32): void {
  unchecked((found[kind] += to - from));
  const most: u32 = !isAsked(kind) ? 0 : unchecked(room[kind]);
  const part = min(most, to - from);
  if (part != 0) {
    selected.addStretch(from, from + part);
    unchecked((taken[kind] += part));
    if (most != u32.MAX_VALUE) unchecked((room[kind] = most - part));
  }
  if (from + part < to) leaveOut(from + part, to, kind);
}

function leaveOut(from: u32, to: u32, kind: i32): void {
  if (stretchCount != 0) {
    const before = stretches + usize(stretchCount - 1) * STRETCH_BYTES;
    if (load<u32>(before) + load<u32>(before, 4) == from && load<u32>(before, 8) == u32(kind)) {
      store<u32>(before, load<u32>(before, 4) + (to - from), 4);
      return;
    }
  }
  if (stretchCount == capacity) {
    const larger = capacity == 0 ? FIRST_CAPACITY : capacity * 2;
    const table = heap.alloc(usize(larger) * STRETCH_BYTES);
    memory.copy(table, stretches, usize(stretchCount) * STRETCH_BYTES);
    stretches = table;
    capacity = larger;
  }
  const at = stretches + usize(stretchCount++) * STRETCH_BYTES;
  store<u32>(at, from);
  store<u32>(at, to - from, 4);
  store<u32>(at, u32(kind), 8);
}

/** Host address of the stretches of frames in use that were left out: u32 first, u32 frames, u32 class each. */
export function leftOut(): usize {
  return stretches;
}

export function leftOutCount(): u32 {
  return stretchCount;
}
