// The PFN database: one MMPFN for every frame, in emulated memory, mapped with large pages. Pages whose entries all
// follow from the ranges of physical memory are rendered when they are read; the first change makes them resident.
import { MIPFNBLINK, MMPFN, MMPFNENTRY1, MMPFNENTRY3, MMPTE, MI_PFN_ULONG5 } from '../generated/types';
import { offsetOf, put, get } from '../layout/fields';
import { allocateTable, PAGE_SIZE } from '../memory/arena';
import { frameCount, PFN_DATABASE, renderFrame, writableFrame } from '../memory/frames';
import * as ranges from '../memory/ranges';

const FRAMES_PER_CHUNK: u32 = 512; // frames of one 2 MiB piece of the database
const NO_FRAME: u64 = 0xffffffffff; // end of a list: 40 bits set
const WRITE_BACK: u64 = 1; // MiCached

let chunks: usize = 0; // u32 for each 2 MiB of the database: its first frame, 0 where it is not mapped
let chunkTotal: u32 = 0;
let entrySize: u32 = 0;

/** Sets the frames aside that the database needs; `pfn` by `pfn` they are then mapped by {@link chunkFrame}. */
export function createPfnDatabase(): void {
  entrySize = offsetOf(MMPFN.SIZE);
  const bytes = u64(frameCount()) * entrySize;
  chunkTotal = u32((bytes + FRAMES_PER_CHUNK * PAGE_SIZE - 1) / (FRAMES_PER_CHUNK * PAGE_SIZE));
  chunks = allocateTable(usize(chunkTotal) * 4);
  for (let chunk: u32 = 0; chunk < chunkTotal; chunk++) {
    if (!describesMemory(chunk)) continue;
    const base = ranges.takeLargePage();
    store<u32>(chunks + usize(chunk) * 4, base);
    for (let i: u32 = 0; i < FRAMES_PER_CHUNK; i++)
      renderFrame(base + i, PFN_DATABASE, chunk * FRAMES_PER_CHUNK + i);
  }
}

function describesMemory(chunk: u32): bool {
  const first = u32((u64(chunk) * FRAMES_PER_CHUNK * PAGE_SIZE) / entrySize);
  const last = u32(((u64(chunk) + 1) * FRAMES_PER_CHUNK * PAGE_SIZE) / entrySize);
  for (let i = 0; i < ranges.rangeCount(); i++)
    if (ranges.rangeBase(i) <= last && ranges.rangeEnd(i) > first) return true;
  return false;
}

/** Number of 2 MiB pieces of the database. */
export function chunkCount(): u32 {
  return chunkTotal;
}

/** First frame of a 2 MiB piece of the database, 0 if the piece describes no memory. */
export function chunkFrame(chunk: u32): u32 {
  return load<u32>(chunks + usize(chunk) * 4);
}

/** Host address of one member of a frame's entry. Entries may straddle pages, members never do. */
function member(pfn: u32, field: i32): usize {
  const at = u64(pfn) * entrySize + offsetOf(field);
  const page = u32(at / PAGE_SIZE);
  const base = chunkFrame(page / FRAMES_PER_CHUNK);
  assert(base != 0, 'no PFN entry for this frame');
  return writableFrame(base + (page % FRAMES_PER_CHUNK)) + usize(at % PAGE_SIZE) - offsetOf(field);
}

function set(pfn: u32, field: i32, value: u64): void {
  put(member(pfn, field), field, value);
}

/** Reads one member of a frame's entry. */
export function pfnField(pfn: u32, field: i32): u64 {
  return get(member(pfn, field), field);
}

/** _MMLISTS value of a frame: which list it is on, or active. */
export function pageLocation(pfn: u32): u32 {
  return u32(get(member(pfn, MMPFN.u3_e1) + offsetOf(MMPFN.u3_e1), MMPFNENTRY1.PageLocation));
}

/**
 * Records that a frame is active and mapped by the PTE at virtual address `pteAddress`, which lies in frame
 * `pteFrame`. `priority` is the page's memory priority, 0 to 7; `shared` says that the PTE is a
 * prototype PTE; whoever maps the frame then calls {@link share}.
 */
export function activate(
  pfn: u32,
  pteAddress: u64,
  pteFrame: u32,
  priority: u32,
  originalPte: u64,
  shared: bool,
): void {
  set(pfn, MMPFN.u1_Flink, 0);
  set(pfn, MMPFN.PteAddress, pteAddress);
  put(member(pfn, MMPFN.OriginalPte) + offsetOf(MMPFN.OriginalPte), MMPTE.u_Long, originalPte);
  put(member(pfn, MMPFN.u2) + offsetOf(MMPFN.u2), MIPFNBLINK.EntireField, shared ? 0 : 1); // ShareCount: mappings
  set(pfn, MMPFN.u3_ReferenceCount, 1);
  const state = member(pfn, MMPFN.u3_e1) + offsetOf(MMPFN.u3_e1);
  put(state, MMPFNENTRY1.PageLocation, ranges.ACTIVE);
  put(state, MMPFNENTRY1.Modified, 1);
  put(state, MMPFNENTRY1.CacheAttribute, WRITE_BACK);
  put(member(pfn, MMPFN.u3_e3) + offsetOf(MMPFN.u3_e3), MMPFNENTRY3.Priority, priority);
  put(member(pfn, MMPFN.u5) + offsetOf(MMPFN.u5), MI_PFN_ULONG5.EntireField, 0);
  set(pfn, MMPFN.u4_EntireField, 0);
  set(pfn, MMPFN.u4_PteFrame, pteFrame);
  set(pfn, MMPFN.u4_PfnExists, 1);
  set(pfn, MMPFN.u4_ResidentPage, 1);
  set(pfn, MMPFN.u4_PrototypePte, shared ? 1 : 0);
}

/** One more PTE maps the frame. */
export function share(pfn: u32): void {
  const at = member(pfn, MMPFN.u2) + offsetOf(MMPFN.u2);
  put(at, MIPFNBLINK.ShareCount, get(at, MIPFNBLINK.ShareCount) + 1);
}

/**
 * Writes the links again of the frames at the ends of each range's list, where giving out frames has moved them.
 * To be called before anyone reads the lists.
 */
export function relinkLists(): void {
  for (let i = 0; i < ranges.rangeCount(); i++) {
    const front = ranges.rangeFront(i);
    const end = ranges.rangeEnd(i);
    if (front == end) continue;
    link(front, i);
    if (end - 1 != front) link(end - 1, i);
  }
}

function link(pfn: u32, range: i32): void {
  set(pfn, MMPFN.u1_Flink, following(pfn, range));
  put(member(pfn, MMPFN.u2) + offsetOf(MMPFN.u2), MIPFNBLINK.Blink, preceding(pfn, range));
}

function following(pfn: u32, range: i32): u64 {
  if (pfn + 1 < ranges.rangeEnd(range)) return pfn + 1;
  for (let i = range + 1; i < ranges.rangeCount(); i++)
    if (ranges.sameList(range, i) && ranges.rangeFront(i) < ranges.rangeEnd(i)) return ranges.rangeFront(i);
  return NO_FRAME;
}

function preceding(pfn: u32, range: i32): u64 {
  if (pfn > ranges.rangeFront(range)) return pfn - 1;
  for (let i = range - 1; i >= 0; i--)
    if (ranges.sameList(range, i) && ranges.rangeFront(i) < ranges.rangeEnd(i)) return ranges.rangeEnd(i) - 1;
  return NO_FRAME;
}

// A listed frame's entry differs from its neighbours' only in its two links.
const model: usize = memory.data(64, 16);
let modelRange: i32 = -1;

function modelFor(range: i32): void {
  memory.fill(model, 0, 64);
  put(model + offsetOf(MMPFN.u3_e1), MMPFNENTRY1.PageLocation, ranges.rangeLocation(range));
  put(model + offsetOf(MMPFN.u3_e1), MMPFNENTRY1.CacheAttribute, WRITE_BACK);
  put(model + offsetOf(MMPFN.u3_e3), MMPFNENTRY3.Priority, ranges.rangePriority(range));
  put(model, MMPFN.u4_PfnExists, 1);
  modelRange = range;
}

const straddling: usize = memory.data(64, 16);

/** Fills `target` with one page of the database as the ranges of physical memory have it. */
export function renderPfnDatabasePage(page: u32, target: usize): void {
  const start = u64(page) * PAGE_SIZE;
  const end = start + PAGE_SIZE;
  let pfn = u32(start / entrySize);
  let range = -1;
  modelRange = -1;
  while (u64(pfn) * entrySize < end) {
    const at = u64(pfn) * entrySize;
    if (range < 0 || pfn >= ranges.rangeEnd(range)) range = pfn < frameCount() ? ranges.rangeOf(pfn) : -1;
    const whole = at >= start && at + entrySize <= end;
    const entry = whole ? target + usize(at - start) : straddling;
    if (range < 0) memory.fill(entry, 0, entrySize);
    else renderEntry(pfn, range, entry);
    if (!whole) {
      const from = at < start ? start - at : 0;
      const to = at + entrySize > end ? end - at : entrySize;
      memory.copy(target + usize(at + from - start), straddling + usize(from), usize(to - from));
    }
    pfn++;
  }
}

/** Most of a full dump is this copy; entries are 48 bytes in every build so far. */
function copyModel(entry: usize): void {
  if (entrySize != 48) {
    memory.copy(entry, model, entrySize);
    return;
  }
  v128.store(entry, v128.load(model));
  v128.store(entry, v128.load(model, 16), 16);
  v128.store(entry, v128.load(model, 32), 32);
}

function renderEntry(pfn: u32, range: i32, entry: usize): void {
  if (range != modelRange) modelFor(range);
  copyModel(entry);
  if (pfn < ranges.rangeFront(range)) return; // in use: whoever took it writes the entry
  const inside = pfn > ranges.rangeFront(range) && pfn + 1 < ranges.rangeEnd(range);
  const next = inside ? u64(pfn + 1) : following(pfn, range);
  const previous = inside ? u64(pfn - 1) : preceding(pfn, range);
  // The other bits of both words are 0 for a listed frame.
  store<u64>(entry + offsetOf(MMPFN.u1), next);
  store<u64>(entry + offsetOf(MMPFN.u2), previous);
}
