// Entries of the PFN database that follow from ranges, lists and runs, written where somebody looks.
import { MIPFNBLINK, MMPFN, MMPFNENTRY1, MMPFNENTRY3, MMPTE } from '../generated/types';
import { offsetOf, put } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { frameCount } from '../memory/frames';
import { blockAt, blockStart, firstBlockEnd, OUTSIDE, placeInBlock } from '../memory/list-order';
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
let lowestBit: u64 = 0; // of MMPFN.u4.PteFrame in its word
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
  put(model, MMPFN.u4_PteFrame, 1);
  lowestBit = load<u64>(model + offsetOf(MMPFN.u4_PteFrame));
  put(model, MMPFN.u4_PteFrame, 0);
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
  writeEntries(pfn, pfn + 1, entry);
}

/** Writes the entries of the frames `from` to `to` - 1 of the stretch. */
function writeEntries(from: u32, to: u32, entries: usize): void {
  const bytes = offsetOf(MMPFN.SIZE);
  for (let i: u32 = 0; i < to - from; i++) copyModel(entries + usize(i * bytes), bytes);
  if (range < 0) return;
  if (listed && to > linkedFrom) {
    const first = max(from, linkedFrom);
    writeLinks(first, to, entries + usize((first - from) * bytes), bytes);
  }
  const found = run;
  if (found !== null) writePtes(found, from, to, entries, bytes);
}

/** Writes both links of listed frames; the other bits of these words are 0. */
function writeLinks(from: u32, to: u32, entries: usize, bytes: usize): void {
  let next = entries + offsetOf(MMPFN.u1);
  let previous = entries + offsetOf(MMPFN.u2);
  let block = blockAt(range, from);
  for (let pfn = from; pfn < to; pfn++) {
    if (pfn >= block.to) block = blockAt(range, pfn);
    const after = unchecked(block.next[placeInBlock(pfn)]);
    const before = unchecked(block.previous[placeInBlock(pfn)]);
    if (after != OUTSIDE && before != OUTSIDE) {
      store<u64>(next, blockStart(pfn) + u32(after));
      store<u64>(previous, blockStart(pfn) + u32(before));
    } else {
      store<u64>(next, nextOnList(pfn, range));
      store<u64>(previous, previousOnList(pfn, range));
      block = blockAt(range, pfn);
    }
    next += bytes;
    previous += bytes;
  }
}

/** Writes which PTE maps or names each frame, and which frame that PTE lies in. */
function writePtes(found: Run, from: u32, to: u32, entries: usize, bytes: usize): void {
  let address = entries + offsetOf(MMPFN.PteAddress);
  let frame = entries + offsetOf(MMPFN.u4_PteFrame);
  // The model has no frame number, so that one is added in multiples of the bit field's lowest bit.
  const others = load<u64>(model + offsetOf(MMPFN.u4_PteFrame));
  for (let pfn = from; pfn < to; pfn++) {
    store<u64>(address, found.pteAddressOf(pfn));
    store<u64>(frame, others + lowestBit * found.pteFrameOf(pfn));
    address += bytes;
    frame += bytes;
  }
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
    const whole = at < start ? 0 : min(u32((end - at) / entrySize), stretchEnd - pfn);
    if (whole > 0) {
      writeEntries(pfn, pfn + whole, target + usize(at - start));
      pfn += whole;
      at += whole * entrySize;
      continue;
    }
    writeEntries(pfn, pfn + 1, straddling);
    const from = at < start ? start - at : 0;
    const to = at + entrySize > end ? end - at : entrySize;
    memory.copy(target + usize(at + from - start), straddling + usize(from), usize(to - from));
    pfn++;
    at += entrySize;
  }
}
