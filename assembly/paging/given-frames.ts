// Frames that a range of memory has given out, in order: those with an entry of their own, and parts of runs.
import * as ranges from '../memory/ranges';
import { Run, runAt, runAtOrAfter, runCount } from './pfn-runs';

/** Calls `own` for each stretch of frames `from` to `to` - 1 that no run describes, and `inRun` for those of a run. */
export function visitGiven(
  range: i32,
  own: (from: u32, to: u32) => void,
  inRun: (run: Run, from: u32, to: u32) => void,
): void {
  const front = ranges.rangeFront(range);
  let pfn = ranges.rangeBase(range);
  for (let next = runAtOrAfter(pfn); pfn < front; next++) {
    const from = next < runCount() ? min(runAt(next).base, front) : front;
    if (pfn < from) own(pfn, from);
    pfn = max(pfn, from);
    if (next == runCount() || pfn >= front) continue;
    const to = min(runAt(next).end, front);
    inRun(runAt(next), pfn, to);
    pfn = to;
  }
}
