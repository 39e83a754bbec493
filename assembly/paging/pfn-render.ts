// Entries of the PFN database that follow from ranges, lists and runs, written where somebody looks.
import { MIPFNBLINK, MMPFN, MMPFNENTRY1, MMPFNENTRY3, MMPTE } from '../generated/types';
import { offsetOf, put } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { frameCount } from '../memory/frames';
import { firstBlockEnd } from '../memory/list-order';
import * as ranges from '../memory/ranges';
import { nextOnList, previousOnList } from './page-lists';
import { Run, runAt, runAtOrAfter, runCount, RUN_FILE } from './pfn-runs';

const WRITE_BACK: u64 = 1; // MiCached

// Entries of a stretch of frames differ in links and PTEs only; the rest is this model.
const model: usize = memory.data(64, 16);
const straddling: usize = memory.data(64, 16);
let range: i32 = -1;
let run: Run | null = null;
let listed: bool = false;
let stretchEnd: u32 = 0;

let areLinksDue: bool = false;
let linkedFrom: u32 = 0; // first frame of the stretch whose links are written

/**
 * From now on links are written at the fronts of the lists too. Until the lists are first put in order, giving out frames
 * moves their fronts all the time, and what is written there is written again then.
 */
export function beginLinks(): void {
  areLinksDue = true;
}

/** Makes the model for the stretch of frames that starts at `pfn`. */
function beginStretch(pfn: u32): void {
  range = pfn < frameCount() ? ranges.rangeOf(pfn) : -1;
  run = null;
  memory.fill(model, 0, 64);
  if (range < 0) {
    stretchEnd = pfn + 1;
    return;
  }
  const front = ranges.rangeFront(range);
  const listEnd = ranges.rangeListEnd(range);
  listed = pfn >= front && pfn < listEnd;
  stretchEnd = pfn < front ? front : listed ? listEnd : ranges.rangeEnd(range);
  const index = runAtOrAfter(pfn);
  if (index < runCount()) {
    const found = runAt(index);
    if (found.base > pfn) stretchEnd = min(stretchEnd, found.base);
    else {
      run = found;
      stretchEnd = min(stretchEnd, found.end);
    }
  }
  linkedFrom = listed && !areLinksDue ? firstBlockEnd(range) : 0;
  const location = listed ? ranges.rangeLocation(range) : ranges.ACTIVE;
  const state = model + offsetOf(MMPFN.u3_e1);
  put(model, MMPFN.u4_PfnExists, 1);
  put(state, MMPFNENTRY1.CacheAttribute, WRITE_BACK);
  put(state, MMPFNENTRY1.PageLocation, location);
  const priority = model + offsetOf(MMPFN.u3_e3);
  if (listed) put(priority, MMPFNENTRY3.Priority, ranges.rangePriority(range));
  const found = run;
  if (found === null) {
    if (!listed) put(state, MMPFNENTRY1.PageLocation, ranges.ZEROED); // whoever took the frame writes its entry
    return;
  }
  put(model + offsetOf(MMPFN.OriginalPte), MMPTE.u_Long, found.originalPte);
  put(model, MMPFN.u4_PrototypePte, found.kind == RUN_FILE ? 1 : 0);
  const isModified = listed
    ? location == ranges.MODIFIED || location == ranges.MODIFIED_NO_WRITE
    : found.kind != RUN_FILE;
  put(state, MMPFNENTRY1.Modified, isModified ? 1 : 0);
  if (listed) return;
  put(priority, MMPFNENTRY3.Priority, found.priority);
  put(model, MMPFN.u3_ReferenceCount, 1);
  put(model, MMPFN.u4_ResidentPage, 1);
  put(model + offsetOf(MMPFN.u2), MIPFNBLINK.ShareCount, 1);
}

function copyModel(entry: usize, bytes: usize): void {
  if (bytes != 48) {
    memory.copy(entry, model, bytes);
    return;
  }
  v128.store(entry, v128.load(model));
  v128.store(entry, v128.load(model, 16), 16);
  v128.store(entry, v128.load(model, 32), 32);
}

/** Writes the entry of a frame as ranges, lists and runs have it. */
export function renderEntry(pfn: u32, entry: usize): void {
  beginStretch(pfn);
  writeEntry(pfn, entry, offsetOf(MMPFN.SIZE));
}

function writeEntry(pfn: u32, entry: usize, bytes: usize): void {
  copyModel(entry, bytes);
  if (range < 0) return;
  if (listed && pfn >= linkedFrom) {
    // The other bits of both words are 0 for a listed frame.
    store<u64>(entry + offsetOf(MMPFN.u1), nextOnList(pfn, range));
    store<u64>(entry + offsetOf(MMPFN.u2), previousOnList(pfn, range));
  }
  const found = run;
  if (found === null) return;
  store<u64>(entry + offsetOf(MMPFN.PteAddress), found.pteAddressOf(pfn));
  put(entry, MMPFN.u4_PteFrame, found.pteFrameOf(pfn));
}

/** Fills `target` with one page of the database. */
export function renderPfnDatabasePage(page: u32, target: usize): void {
  const entrySize = offsetOf(MMPFN.SIZE);
  const start = u64(page) * PAGE_SIZE;
  const end = start + PAGE_SIZE;
  let pfn = u32(start / entrySize);
  stretchEnd = 0;
  let at = u64(pfn) * entrySize;
  while (at < end) {
    if (pfn >= stretchEnd) beginStretch(pfn);
    if (at >= start && at + entrySize <= end) writeEntry(pfn, target + usize(at - start), entrySize);
    else {
      writeEntry(pfn, straddling, entrySize);
      const from = at < start ? start - at : 0;
      const to = at + entrySize > end ? end - at : entrySize;
      memory.copy(target + usize(at + from - start), straddling + usize(from), usize(to - from));
    }
    pfn++;
    at += entrySize;
  }
}
