// The PFN database: one MMPFN for every frame, in emulated memory. Pages whose entries all follow from the ranges of
// physical memory, the order of the lists and runs of frames are rendered when they are read; the first change makes
// them resident.
import { MIPFNBLINK, MMPFN, MMPFNENTRY1, MMPFNENTRY3, MMPTE, MI_PFN_ULONG5 } from '../generated/types';
import { get, offsetOf, put } from '../layout/fields';
import { allocateTable, PAGE_SIZE } from '../memory/arena';
import {
  frameCount,
  isResident,
  PFN_DATABASE,
  readableFrame,
  renderFrame,
  writableFrame,
} from '../memory/frames';
import * as ranges from '../memory/ranges';
import { renderEntry } from './pfn-render';
import { addRun } from './pfn-runs';

const FRAMES_PER_CHUNK: u32 = 512; // frames of one 2 MiB piece of the database
const WRITE_BACK: u64 = 1; // MiCached

let chunks: usize = 0; // u32 for each 2 MiB of the database: its first frame, 0 where it is not mapped
let chunkTotal: u32 = 0;
let entrySize: u32 = 0;

/** Sets the frames aside that the database needs, 2 MiB at a time; piece by piece they are then mapped by {@link chunkFrame}. */
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

/** The frame that holds byte `at` of the database. */
export function databaseFrame(at: u64): u32 {
  const page = u32(at / PAGE_SIZE);
  const base = chunkFrame(page / FRAMES_PER_CHUNK);
  assert(base != 0, 'no PFN entry for this frame');
  return base + (page % FRAMES_PER_CHUNK);
}

/** Host address of one member of a frame's entry for writing. Entries may straddle pages, members never do. */
function member(pfn: u32, field: i32): usize {
  const at = u64(pfn) * entrySize + offsetOf(field);
  return writableFrame(databaseFrame(at)) + usize(at % PAGE_SIZE) - offsetOf(field);
}

/** The same for reading: good until the next call. */
function readable(pfn: u32, field: i32): usize {
  const at = u64(pfn) * entrySize + offsetOf(field);
  return readableFrame(databaseFrame(at)) + usize(at % PAGE_SIZE) - offsetOf(field);
}

/** Writes one member of a frame's entry. */
export function setPfnField(pfn: u32, field: i32, value: u64): void {
  put(member(pfn, field), field, value);
}

/** Reads one member of a frame's entry. */
export function pfnField(pfn: u32, field: i32): u64 {
  return get(readable(pfn, field), field);
}

/** _MMLISTS value of a frame: which list it is on, or active. */
export function pageLocation(pfn: u32): u32 {
  return u32(get(readable(pfn, MMPFN.u3_e1) + offsetOf(MMPFN.u3_e1), MMPFNENTRY1.PageLocation));
}

/** What a frame's PTE is to become when the frame leaves it. */
export function originalPte(pfn: u32): u64 {
  return get(readable(pfn, MMPFN.OriginalPte) + offsetOf(MMPFN.OriginalPte), MMPTE.u_Long);
}

/** Writes what a frame's PTE is to become when the frame leaves it. */
export function setOriginalPte(pfn: u32, entry: u64): void {
  put(member(pfn, MMPFN.OriginalPte) + offsetOf(MMPFN.OriginalPte), MMPTE.u_Long, entry);
}

const built: usize = memory.data(64, 16);

/** Writes a frame's entry as a whole from 64 bytes at `entry`. */
function writeEntry(pfn: u32, entry: usize): void {
  const at = u64(pfn) * entrySize;
  const inPage = u32(at % PAGE_SIZE);
  const first = min(entrySize, PAGE_SIZE - inPage);
  memory.copy(writableFrame(databaseFrame(at)) + inPage, entry, first);
  if (first < entrySize)
    memory.copy(writableFrame(databaseFrame(at + first)), entry + first, entrySize - first);
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
  original: u64,
  shared: bool,
): void {
  const kind = i32((priority << 1) | u32(shared));
  if (kind != activeKind) {
    activeKind = kind;
    memory.fill(active, 0, 64);
    put(active + offsetOf(MMPFN.u2), MIPFNBLINK.EntireField, shared ? 0 : 1); // ShareCount: mappings
    put(active, MMPFN.u3_ReferenceCount, 1);
    setState(active, ranges.ACTIVE, true, priority);
    put(active, MMPFN.u4_PfnExists, 1);
    put(active, MMPFN.u4_ResidentPage, 1);
    put(active, MMPFN.u4_PrototypePte, shared ? 1 : 0);
  }
  put(active, MMPFN.PteAddress, pteAddress);
  put(active + offsetOf(MMPFN.OriginalPte), MMPTE.u_Long, original);
  put(active, MMPFN.u4_PteFrame, pteFrame);
  writeEntry(pfn, active);
}

// Entry of the frame activated last. Most are of the same kind as the one before, and differ in where they are mapped.
const active: usize = memory.data(64, 16);
let activeKind: i32 = -1;

function setState(entry: usize, location: u32, modified: bool, priority: u32): void {
  const state = entry + offsetOf(MMPFN.u3_e1);
  put(state, MMPFNENTRY1.PageLocation, location);
  put(state, MMPFNENTRY1.Modified, modified ? 1 : 0);
  put(state, MMPFNENTRY1.CacheAttribute, WRITE_BACK);
  put(entry + offsetOf(MMPFN.u3_e3), MMPFNENTRY3.Priority, priority);
}

/** One more PTE maps the frame. */
export function share(pfn: u32): void {
  const at = member(pfn, MMPFN.u2) + offsetOf(MMPFN.u2);
  put(at, MIPFNBLINK.ShareCount, get(at, MIPFNBLINK.ShareCount) + 1);
}

/** One PTE fewer maps the frame; returns how many are left. */
export function unshare(pfn: u32): u64 {
  const at = member(pfn, MMPFN.u2) + offsetOf(MMPFN.u2);
  const count = get(at, MIPFNBLINK.ShareCount) - 1;
  put(at, MIPFNBLINK.ShareCount, count);
  return count;
}

/** PTEs that map an active frame. */
export function shareCount(pfn: u32): u64 {
  return get(readable(pfn, MMPFN.u2) + offsetOf(MMPFN.u2), MIPFNBLINK.ShareCount);
}

/** Writes where a frame is, of _MMLISTS, and whether it was modified since it was last written out. */
export function setLocation(pfn: u32, location: u32, modified: bool): void {
  const state = member(pfn, MMPFN.u3_e1) + offsetOf(MMPFN.u3_e1);
  put(state, MMPFNENTRY1.PageLocation, location);
  put(state, MMPFNENTRY1.Modified, modified ? 1 : 0);
}

/**
 * Writes the entry of a frame that is on its way into memory or, with `isWrite`, out to its file: on no list, held by who
 * moves it. `event` is signalled when it is there; symbols of older builds call that word u1.Event.
 */
export function setInTransfer(pfn: u32, event: u64, isWrite: bool): void {
  setPfnField(pfn, MMPFN.u1_Next, event);
  put(member(pfn, MMPFN.u2) + offsetOf(MMPFN.u2), MIPFNBLINK.EntireField, 0);
  setPfnField(pfn, MMPFN.u3_ReferenceCount, 1);
  setLocation(pfn, ranges.TRANSITION, false);
  const state = member(pfn, MMPFN.u3_e1) + offsetOf(MMPFN.u3_e1);
  put(state, MMPFNENTRY1.ReadInProgress, isWrite ? 0 : 1);
  put(state, MMPFNENTRY1.WriteInProgress, isWrite ? 1 : 0);
}

/** Memory priority of a frame, 0 to 7. */
export function pagePriority(pfn: u32): u32 {
  return u32(get(readable(pfn, MMPFN.u3_e3) + offsetOf(MMPFN.u3_e3), MMPFNENTRY3.Priority));
}

/** Writes the links of a frame on a list; NO_FRAME ends it. */
export function setLinks(pfn: u32, next: u64, previous: u64): void {
  put(member(pfn, MMPFN.u1_Flink), MMPFN.u1_Flink, next);
  const at = member(pfn, MMPFN.u2) + offsetOf(MMPFN.u2);
  put(at, MIPFNBLINK.EntireField, 0);
  put(at, MIPFNBLINK.Blink, previous);
}

export function setNext(pfn: u32, next: u64): void {
  put(member(pfn, MMPFN.u1_Flink), MMPFN.u1_Flink, next);
}

export function setPrevious(pfn: u32, previous: u64): void {
  put(member(pfn, MMPFN.u2) + offsetOf(MMPFN.u2), MIPFNBLINK.Blink, previous);
}

export function nextOf(pfn: u32): u64 {
  return pfnField(pfn, MMPFN.u1_Flink);
}

export function previousOf(pfn: u32): u64 {
  return get(readable(pfn, MMPFN.u2) + offsetOf(MMPFN.u2), MIPFNBLINK.Blink);
}

/** Writes an entry that says nothing but that the frame exists and where it is: what had it is gone. */
export function resetEntry(pfn: u32, location: u32): void {
  memory.fill(built, 0, 64);
  setState(built, location, false, 0);
  put(built, MMPFN.u4_PfnExists, 1);
  put(built + offsetOf(MMPFN.u5), MI_PFN_ULONG5.EntireField, 0);
  writeEntry(pfn, built);
}

/** Writes the entries of frames `from` to `to` - 1 again where they are not rendered: what they follow from changed. */
export function refreshEntries(from: u32, to: u32): void {
  let pfn = from;
  while (pfn < to) {
    const at = u64(pfn) * entrySize;
    const last = at + entrySize - 1;
    if (isResident(databaseFrame(at)) || isResident(databaseFrame(last))) {
      renderEntry(pfn, built);
      writeResident(at, built, entrySize);
      pfn++;
    } else {
      const pageEnd = (last & ~u64(PAGE_SIZE - 1)) + PAGE_SIZE;
      pfn = u32(pageEnd / entrySize); // the first entry that reaches beyond the page
      if (u64(pfn) * entrySize == at) pfn++;
    }
  }
}

/** The first frame from `pfn` to `to` - 1 whose entry does not merely follow from ranges and runs; `to` for none. */
export function nextKeptEntry(pfn: u32, to: u32): u32 {
  for (let next = pfn; next < to;) {
    const at = u64(next) * entrySize;
    const last = at + entrySize - 1;
    if (isResident(databaseFrame(at)) || isResident(databaseFrame(last))) return next;
    next = max(next + 1, u32(((last & ~u64(PAGE_SIZE - 1)) + PAGE_SIZE) / entrySize));
  }
  return to;
}

/** Copies an entry to those of its pages that are resident. */
function writeResident(at: u64, entry: usize, bytes: u32): void {
  const inPage = u32(at % PAGE_SIZE);
  const first = min(bytes, PAGE_SIZE - inPage);
  const frame = databaseFrame(at);
  if (isResident(frame)) memory.copy(writableFrame(frame) + inPage, entry, first);
  if (first == bytes) return;
  const second = databaseFrame(at + first);
  if (isResident(second)) memory.copy(writableFrame(second), entry + first, bytes - first);
}

/** Describes frames from `base` on by what maps or names them; see {@link addRun}. */
export function describeRun(
  base: u32,
  frames: u32,
  kind: u32,
  priority: u32,
  pteAddress: u64,
  pteFrame: u32,
  original: u64,
): void {
  addRun(base, frames, kind, priority, pteAddress, pteFrame, original);
  refreshEntries(base, base + frames);
}
