// What will happen and when: a binary heap by time, first come first served within one instant.
import { allocateTable } from '../../memory/arena';

const EVENT_BYTES: usize = 24; // u64 time, u64 sequence, u64 what
let heap_: usize = 0;
let capacity: u32 = 0;
let count: u32 = 0;
let sequence: u64 = 0;

/** Makes room for `events` events at once. */
export function createHeap(events: u32): void {
  capacity = events;
  heap_ = allocateTable(events * u32(EVENT_BYTES));
}

function at(index: u32): usize {
  return heap_ + usize(index) * EVENT_BYTES;
}

function isBefore(a: usize, b: usize): bool {
  const first = load<u64>(a);
  const second = load<u64>(b);
  return first < second || (first == second && load<u64>(a, 8) < load<u64>(b, 8));
}

function place(target: usize, time: u64, order: u64, what: u64): void {
  store<u64>(target, time);
  store<u64>(target, order, 8);
  store<u64>(target, what, 16);
}

/** Adds an event. */
export function push(time: u64, what: u64): void {
  assert(count < capacity, 'more events than there is room for');
  let hole = count++;
  const order = sequence++;
  while (hole > 0) {
    const parent = (hole - 1) >> 1;
    // Among equal times the new one is the last, so it never rises above them.
    if (load<u64>(at(parent)) <= time) break;
    memory.copy(at(hole), at(parent), EVENT_BYTES);
    hole = parent;
  }
  place(at(hole), time, order, what);
}

/** Time of the first event, or the end of time. */
export function nextTime(): u64 {
  return count == 0 ? u64.MAX_VALUE : load<u64>(heap_);
}

/** Takes the first event. */
export function pop(): u64 {
  const what = load<u64>(heap_, 16);
  const last = at(--count);
  let hole: u32 = 0;
  for (;;) {
    let child: u32 = 2 * hole + 1;
    if (child >= count) break;
    if (child + 1 < count && isBefore(at(child + 1), at(child))) child++;
    if (!isBefore(at(child), last)) break;
    memory.copy(at(hole), at(child), EVENT_BYTES);
    hole = child;
  }
  if (count > 0) memory.copy(at(hole), last, EVENT_BYTES);
  return what;
}
