// All frames in use, in stretches of one class. What is left of a range of memory is on a list and
// is never looked at; what is lent lies behind it.
import { essentialFrames, heapFrames, hypervisorEnd } from '../hypervisor/region';
import * as ranges from '../memory/ranges';
import { beginReading } from '../paging/pfn-reader';
import { visitGiven } from '../paging/given-frames';
import { nextKeptEntry } from '../paging/pfn-database';
import { Run, RUN_LARGE } from '../paging/pfn-runs';
import { beginClasses, classOfFrame, classOfRun, NO_CLASS, PageClass } from './page-class';
import { visitLent } from '../kernel/memory-manager/lent-frames';
import { importantFrames, requiredFrames } from './marks';

let visitor: (from: u32, to: u32, kind: i32) => void = () => {};

/** Calls `visit` for each stretch of frames `from` to `to` - 1 of class `kind`, and then for the hypervisor's. */
export function visitUsedFrames(visit: (from: u32, to: u32, kind: i32) => void): void {
  beginReading();
  beginClasses();
  for (let i = 0; i < ranges.rangeCount(); i++) {
    visitor = visit;
    visitGiven(
      i,
      (from, to) => visitFrames(from, to, visitor),
      (run, from, to) => visitRun(run, from, to, visitor),
    );
    visitLent(i, (from, to, isTable) => {
      if (isTable) visitFrames(from, to, visitor);
      else visitor(from, to, <i32>PageClass.Lent);
    });
  }
  visit(essentialFrames(), heapFrames(), <i32>PageClass.Hypervisor);
  visit(heapFrames(), hypervisorEnd(), <i32>PageClass.HypervisorNonessential);
}

/** Frames that each have an entry of their own. */
function visitFrames(from: u32, to: u32, visit: (from: u32, to: u32, kind: i32) => void): void {
  let start = from;
  let kind = NO_CLASS;
  for (let pfn = from; pfn < to; pfn++) {
    const found = marked(pfn, classOfFrame(pfn));
    if (found == kind) continue;
    if (kind != NO_CLASS) visit(start, pfn, kind);
    start = pfn;
    kind = found;
  }
  if (kind != NO_CLASS && start < to) visit(start, to, kind);
}

function visitRun(run: Run, from: u32, to: u32, visit: (from: u32, to: u32, kind: i32) => void): void {
  if (run.kind == RUN_LARGE) visitLargePages(run, from, to, visit);
  else visitPages(run, from, to, visit);
}

/** A page that has left its process since the run began has an entry that says so. */
function visitPages(run: Run, from: u32, to: u32, visit: (from: u32, to: u32, kind: i32) => void): void {
  const whole = classOfRun(run);
  for (let pfn = from; pfn < to;) {
    const kept = nextKeptEntry(pfn, to);
    if (pfn < kept) visit(pfn, kept, whole);
    let end = kept;
    while (end < to && nextKeptEntry(end, to) == end) end++;
    visitFrames(kept, end, visit);
    pfn = end;
  }
}

/** The kernel's image: some of its pages belong to the required set. */
function visitLargePages(run: Run, from: u32, to: u32, visit: (from: u32, to: u32, kind: i32) => void): void {
  const whole = classOfRun(run);
  let start = from;
  let kind = marked(from, whole);
  for (let pfn = from + 1; pfn < to; pfn++) {
    const found = marked(pfn, whole);
    if (found == kind) continue;
    visit(start, pfn, kind);
    start = pfn;
    kind = found;
  }
  visit(start, to, kind);
}

/** The class of a frame that is in use: the required and the important set come before what the page is. */
function marked(pfn: u32, kind: i32): i32 {
  if (kind == NO_CLASS) return NO_CLASS;
  if (requiredFrames.has(pfn)) return <i32>PageClass.Required;
  return importantFrames.has(pfn) ? <i32>PageClass.Important : kind;
}
