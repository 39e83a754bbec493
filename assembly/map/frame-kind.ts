// What each frame of memory is: for those in use the class that dumps know it by, for the others where it waits.
// Names are in sim/machine/frame-kinds.json, in the same order.
import { classOfFrame, classOfRun, CLASSES, NO_CLASS, PageClass } from '../dump/page-class';
import { essentialFrames, heapFrames, hypervisorEnd, secureFrames } from '../hypervisor/region';
import * as ranges from '../memory/ranges';
import { entryLocation } from '../paging/pfn-reader';
import { Run, runAt, runAtOrAfter, runCount, RUN_LARGE } from '../paging/pfn-runs';

const FIRST_LOCATION: i32 = CLASSES;
const LOCATIONS: i32 = 8; // _MMLISTS
export const SECURE_KERNEL: i32 = FIRST_LOCATION + LOCATIONS;
/** No memory has this number. */
export const NO_MEMORY: i32 = -1;

/** Kind of what waits at a location, of _MMLISTS. */
export function kindOfLocation(location: u32): i32 {
  return FIRST_LOCATION + i32(location);
}

/** Kind of a frame with an entry of its own. A kernel stack on its way out counts as what the list has it for. */
export function kindOfEntry(pfn: u32): i32 {
  const location = entryLocation(pfn);
  return location == ranges.ACTIVE ? classOfFrame(pfn) : kindOfLocation(location);
}

/** Whether a run describes a frame. */
function isInRun(pfn: u32): bool {
  const next = runAtOrAfter(pfn);
  return next < runCount() && runAt(next).base <= pfn;
}

/** Kind of a frame of a run whose entry is kept: a page that has left its process since waits on a list. */
export function kindInRun(pfn: u32, run: Run): i32 {
  return run.kind == RUN_LARGE ? classOfRun(run) : kindOfEntry(pfn);
}

/** Kind of any frame. */
export function kindOfFrame(pfn: u32): i32 {
  const range = ranges.rangeOf(pfn);
  if (range < 0) return kindBesideWindows(pfn);
  if (isListed(pfn, range)) return kindOfLocation(ranges.rangeLocation(range));
  if (!isInRun(pfn)) return kindOfEntry(pfn);
  if (pfn >= ranges.rangeListEnd(range)) return <i32>PageClass.Lent;
  return kindInRun(pfn, runAt(runAtOrAfter(pfn)));
}

/** Class by which a dump takes a frame, `NO_CLASS` when live dumps leave it: dump/used-frames.ts for one frame. */
export function dumpClassOfFrame(pfn: u32): i32 {
  const kind = kindOfFrame(pfn);
  if (kind >= 0 && kind < CLASSES) return kind;
  const range = ranges.rangeOf(pfn);
  return range < 0 || isListed(pfn, range) ? NO_CLASS : classOfFrame(pfn);
}

function isListed(pfn: u32, range: i32): bool {
  return pfn >= ranges.rangeFront(range) && pfn < ranges.rangeListEnd(range);
}

function kindBesideWindows(pfn: u32): i32 {
  if (pfn < secureFrames() || pfn >= hypervisorEnd()) return NO_MEMORY;
  if (pfn < essentialFrames()) return SECURE_KERNEL;
  return pfn < heapFrames() ? <i32>PageClass.Hypervisor : <i32>PageClass.HypervisorNonessential;
}
