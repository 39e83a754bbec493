// A map of all memory: stretches of frames of one kind. Long ones cost nothing: lists and runs are not looked at
// frame by frame.
import { beginClasses, classOfRun, PageClass } from '../dump/page-class';
import { essentialFrames, heapFrames, hypervisorEnd, secureFrames } from '../hypervisor/region';
import { visitLent } from '../kernel/memory-manager/lent-frames';
import * as ranges from '../memory/ranges';
import { visitGiven } from '../paging/given-frames';
import { nextKeptEntry } from '../paging/pfn-database';
import { Run } from '../paging/pfn-runs';
import { beginReading } from '../paging/pfn-reader';
import { kindInRun, kindOfEntry, kindOfLocation, SECURE_KERNEL } from './frame-kind';

// u32 first, u32 frames, u32 kind
const STRETCH_BYTES: usize = 12;
const FIRST_CAPACITY: u32 = 4096;

let stretches: usize = 0;
let count: u32 = 0;
let capacity: u32 = 0;
// The stretch that is being added to.
let from: u32 = 0;
let end: u32 = 0;
let kind: i32 = -1;

/** Makes the map anew; returns how many stretches it has. */
export function mapFrames(): u32 {
  count = 0;
  from = 0;
  end = 0;
  beginReading();
  beginClasses();
  for (let i = 0; i < ranges.rangeCount(); i++) {
    visitGiven(i, addEntries, addRun);
    add(ranges.rangeFront(i), ranges.rangeListEnd(i), kindOfLocation(ranges.rangeLocation(i)));
    visitLent(i, (first, last, isTable) => {
      if (isTable) addEntries(first, last);
      else add(first, last, <i32>PageClass.Lent);
    });
  }
  add(secureFrames(), essentialFrames(), SECURE_KERNEL);
  add(essentialFrames(), heapFrames(), <i32>PageClass.Hypervisor);
  add(heapFrames(), hypervisorEnd(), <i32>PageClass.HypervisorNonessential);
  write();
  return count;
}

/** Host address of the stretches: u32 first, u32 frames, u32 kind each. What is not Windows' comes last. */
export function mapStretches(): usize {
  return stretches;
}

function addEntries(first: u32, last: u32): void {
  for (let pfn = first; pfn < last; pfn++) add(pfn, pfn + 1, kindOfEntry(pfn));
}

function addRun(run: Run, first: u32, last: u32): void {
  const whole = classOfRun(run);
  for (let pfn = first; pfn < last; pfn++) {
    const kept = nextKeptEntry(pfn, last);
    add(pfn, kept, whole);
    if (kept < last) add(kept, kept + 1, kindInRun(kept, run));
    pfn = kept;
  }
}

function add(first: u32, last: u32, what: i32): void {
  if (first == last) return;
  if (first != end || what != kind) {
    write();
    from = first;
    kind = what;
  }
  end = last;
}

function write(): void {
  if (from == end) return;
  if (count == capacity) {
    const larger = capacity == 0 ? FIRST_CAPACITY : capacity * 2;
    const table = heap.alloc(usize(larger) * STRETCH_BYTES);
    memory.copy(table, stretches, usize(count) * STRETCH_BYTES);
    stretches = table;
    capacity = larger;
  }
  const at = stretches + usize(count++) * STRETCH_BYTES;
  store<u32>(at, from);
  store<u32>(at, end - from, 4);
  store<u32>(at, u32(kind), 8);
  from = end;
}
