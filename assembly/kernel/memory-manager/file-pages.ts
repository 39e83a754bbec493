// Standby pages that leave their files for a while, and come back to them as if they had been read again.
import { CONTROL_AREA, MMPTE_SUBSECTION, MSUBSECTION, SUBSECTION } from '../../generated/types';
import { get } from '../../layout/fields';
import { addToField, getField, write64 } from '../../memory/virtual';
import { describeRun } from '../../paging/pfn-database';
import { cutRuns, Run, runAt, runAtOrAfter, runCount, RUN_FILE } from '../../paging/pfn-runs';
import { entryFor } from '../../paging/pte';
import { READ_WRITE, transitionBits } from '../../paging/software-pte';

const scratch: usize = memory.data(16, 16);
const FIRST_CAPACITY: i32 = 64;
let absent = new StaticArray<Run | null>(FIRST_CAPACITY); // runs that were cut out, with the frames that they had
let count: i32 = 0;

/** The prototype PTEs of the files that standby frames `from` to `to` - 1 belong to say where in the file the page is. */
export function leaveFiles(from: u32, to: u32): void {
  for (let index = runAtOrAfter(from); index < runCount(); index++) {
    const run = runAt(index);
    if (run.base >= to) break;
    assert(run.kind == RUN_FILE && run.end <= to, 'standby frames that are not those of a file');
    const first = max(run.base, from);
    for (let pfn = first; pfn < run.end; pfn++) write64(run.pteAddressOf(pfn), run.originalPte);
    countPages(run.originalPte, i64(first) - i64(run.end));
    remember(run, first);
  }
  cutRuns(from, to);
}

/** The same frames are the files' again. */
export function returnToFiles(from: u32, to: u32): void {
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const run = unchecked(absent[i])!;
    if (run.base >= from && run.end <= to) {
      for (let pfn = run.base; pfn < run.end; pfn++)
        write64(run.pteAddressOf(pfn), entryFor(pfn, transitionBits(READ_WRITE)));
      countPages(run.originalPte, i64(run.end) - i64(run.base));
      describeRun(
        run.base,
        run.end - run.base,
        run.kind,
        run.priority,
        run.pteAddress,
        run.pteFrame,
        run.originalPte,
      );
    } else {
      unchecked((absent[i] = unchecked(absent[kept])));
      unchecked((absent[kept++] = run));
    }
  }
  count = kept;
}

/** Keeps what a run says of its frames from `first` on. */
function remember(run: Run, first: u32): void {
  if (count == absent.length) {
    const larger = new StaticArray<Run | null>(count * 2);
    for (let i = 0; i < count; i++) unchecked((larger[i] = unchecked(absent[i])));
    absent = larger;
  }
  if (unchecked(absent[count]) === null) unchecked((absent[count] = new Run()));
  const copy = unchecked(absent[count++])!;
  copy.copyFrom(run);
  copy.pteAddress = run.pteAddressOf(first);
  copy.pteFrame = run.pteFrameOf(first);
  copy.base = first;
}

/** A section has so many pages more in memory, or fewer. */
function countPages(originalPte: u64, pages: i64): void {
  store<u64>(scratch, originalPte);
  const subsection = u64(i64(get(scratch, MMPTE_SUBSECTION.SubsectionAddress) << 16) >> 16);
  addToField(getField(subsection, SUBSECTION.ControlArea), CONTROL_AREA.NumberOfPfnReferences, pages);
  addToField(subsection, MSUBSECTION.NumberOfPfnReferences, pages);
}
