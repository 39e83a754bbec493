// Runs of frames whose PFN entries follow from one another: consecutive PTEs map or name consecutive frames. What a
// run says is rendered with the rest of the PFN database, so that gigabytes of mapped memory need no entry each.
import { PAGE_SIZE } from '../memory/arena';

/** What maps or names the frames of a run. */
export const RUN_PRIVATE: u32 = 1; // a PTE for each frame
export const RUN_LARGE: u32 = 2; // a PDE for 512 frames
export const RUN_FILE: u32 = 3; // a prototype PTE for each frame

const PTE_BYTES: u64 = 8;
const FIRST_CAPACITY: i32 = 1024;

export class Run {
  base: u32 = 0;
  end: u32 = 0;
  kind: u32 = 0;
  priority: u32 = 0;
  /** Frames for each PTE. */
  step: u32 = 1;
  /** The PTE of the first frame, in the self-map or in paged pool. */
  pteAddress: u64 = 0;
  /** The frame that holds this PTE; those of the run's other PTEs follow it. */
  pteFrame: u32 = 0;
  originalPte: u64 = 0;

  copyFrom(other: Run): void {
    this.base = other.base;
    this.end = other.end;
    this.kind = other.kind;
    this.priority = other.priority;
    this.step = other.step;
    this.pteAddress = other.pteAddress;
    this.pteFrame = other.pteFrame;
    this.originalPte = other.originalPte;
  }

  /** Which of the run's PTEs maps or names a frame. */
  indexOf(pfn: u32): u64 {
    const frames = pfn - this.base;
    return u64(this.step == 1 ? frames : frames / this.step);
  }

  pteAddressOf(pfn: u32): u64 {
    return this.pteAddress + this.indexOf(pfn) * PTE_BYTES;
  }

  pteFrameOf(pfn: u32): u32 {
    const offset = (this.pteAddress & u64(PAGE_SIZE - 1)) + this.indexOf(pfn) * PTE_BYTES;
    return this.pteFrame + u32(offset / PAGE_SIZE);
  }
}

let runs = new StaticArray<Run | null>(FIRST_CAPACITY); // in order of their frames
let count: i32 = 0;
let frozen = new StaticArray<Run | null>(0); // as they were when a snapshot began
let frozenCount: i32 = 0;

/** Index of the first run that ends above a frame: the one that holds it, or the next one. */
export function runAtOrAfter(pfn: u32): i32 {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pfn < runAt(middle).end) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function runCount(): i32 {
  return count;
}

export function runAt(index: i32): Run {
  return unchecked(runs[index])!;
}

/** Adds a run; joins it to the one before where that says the same. */
export function addRun(
  base: u32,
  frames: u32,
  kind: u32,
  priority: u32,
  pteAddress: u64,
  pteFrame: u32,
  originalPte: u64,
): void {
  const at = runAtOrAfter(base);
  assert(at == count || runAt(at).base >= base + frames, 'two runs for one frame');
  const step: u32 = kind == RUN_LARGE ? 512 : 1;
  if (at > 0) {
    const before = runAt(at - 1);
    if (
      before.end == base &&
      before.kind == kind &&
      before.priority == priority &&
      before.originalPte == originalPte &&
      (before.end - before.base) % step == 0 &&
      before.pteAddressOf(base) == pteAddress &&
      before.pteFrameOf(base) == pteFrame
    ) {
      before.end += frames;
      return;
    }
  }
  const run = new Run();
  run.base = base;
  run.end = base + frames;
  run.kind = kind;
  run.priority = priority;
  run.step = step;
  run.pteAddress = pteAddress;
  run.pteFrame = pteFrame;
  run.originalPte = originalPte;
  insert(at, run);
}

function insert(at: i32, run: Run): void {
  if (count == runs.length) {
    const larger = new StaticArray<Run | null>(count * 2);
    for (let i = 0; i < count; i++) unchecked((larger[i] = unchecked(runs[i])));
    runs = larger;
  }
  for (let i = count; i > at; i--) unchecked((runs[i] = unchecked(runs[i - 1])));
  unchecked((runs[at] = run));
  count++;
}

/** Takes frames `from` to `to` - 1 out of the runs. None of those reaches beyond `to`. */
export function cutRuns(from: u32, to: u32): void {
  let at = runAtOrAfter(from);
  if (at < count && runAt(at).base < from) {
    assert(runAt(at).end <= to, 'a run that goes on behind what is cut out of it');
    runAt(at++).end = from;
  }
  let after = at;
  while (after < count && runAt(after).base < to) {
    assert(runAt(after).end <= to, 'a run that goes on behind what is cut out of it');
    after++;
  }
  for (let i = after; i < count; i++) unchecked((runs[at + i - after] = unchecked(runs[i])));
  count -= after - at;
}

/** Keeps the runs as they are now, for a snapshot. Those that an earlier one kept are used again. */
export function freezeRuns(): void {
  if (frozen.length < count) {
    const larger = new StaticArray<Run | null>(runs.length);
    for (let i = 0; i < frozen.length; i++) unchecked((larger[i] = unchecked(frozen[i])));
    for (let i = frozen.length; i < larger.length; i++) unchecked((larger[i] = new Run()));
    frozen = larger;
  }
  for (let i = 0; i < count; i++) unchecked(frozen[i])!.copyFrom(runAt(i));
  frozenCount = count;
}

/** Changes the runs of now for those that {@link freezeRuns} kept, or back. */
export function exchangeRuns(): void {
  const now = runs;
  const nowCount = count;
  runs = frozen;
  count = frozenCount;
  frozen = now;
  frozenCount = nowCount;
}
