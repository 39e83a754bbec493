// Sparse physical memory. A frame that nobody wrote takes no memory: it is zero, or a function of the machine's
// state or seed that is rendered when somebody looks.
//
//   PFN ─▶ directory[PFN >> 10] ─▶ chunk[PFN & 1023] = 0            never written, zero
//                                                      kind | n << 4  rendered on demand
//                                                      record | kind  resident, packed: few words in it
//                                                      page address   resident
import { allocatePage, allocateTable, freePage, PAGE_SIZE, zeroPage } from './arena';
import { renderEntriesPage } from './entry-pages';
import { dropPacked, pack, packedWord, unpack } from './packed';
import { noteResident } from './packing';
import { renderSeeded } from './seeded';
import { renderRemains } from '../stacks/remains';
import { renderPfnDatabasePage } from '../paging/pfn-render';
import { renderPoolPage } from '../kernel/pool/bulk-pages';
import { isSnapshotOn, keep } from './snapshot';

const CHUNK_FRAMES: u32 = 1024;
const KIND_MASK: u32 = 0xf;
const PACKED: u32 = 15;

/** Kinds of frames that are rendered. */
export const SEEDED: u32 = 1;
export const PFN_DATABASE: u32 = 2;
export const ENTRIES: u32 = 3; // page tables and prototype PTEs of consecutive frames
export const POOL_PAGES: u32 = 4; // large pool allocations
export const STACK: u32 = 5; // kernel stacks: what earlier calls left

let directory: usize = 0;
let frameLimit: u32 = 0;
const rendered: usize = memory.data(4096, 16);

/** Prepares for frames 0 to `limit` - 1. */
export function createFrames(limit: u32): void {
  frameLimit = limit;
  directory = allocateTable(usize((limit + CHUNK_FRAMES - 1) / CHUNK_FRAMES) * 4);
}

/** One more than the highest frame number. */
export function frameCount(): u32 {
  return frameLimit;
}

function slotOf(pfn: u32): usize {
  assert(pfn < frameLimit, 'frame beyond physical memory');
  const entry = directory + usize(pfn / CHUNK_FRAMES) * 4;
  let chunk: usize = load<u32>(entry);
  if (chunk == 0) {
    chunk = allocateTable(usize(CHUNK_FRAMES) * 4);
    store<u32>(entry, u32(chunk));
  }
  return chunk + usize(pfn % CHUNK_FRAMES) * 4;
}

function slotValue(pfn: u32): u32 {
  if (pfn >= frameLimit) return 0;
  const chunk: usize = load<u32>(directory + usize(pfn / CHUNK_FRAMES) * 4);
  return chunk == 0 ? 0 : load<u32>(chunk + usize(pfn % CHUNK_FRAMES) * 4);
}

/** Whether nobody has written to a frame nor said how it is rendered. */
export function isUntouched(pfn: u32): bool {
  return slotValue(pfn) == 0;
}

/** Makes an untouched frame one that is rendered: `kind`, with a number that the renderer understands. */
export function renderFrame(pfn: u32, kind: u32, argument: u32): void {
  if (isSnapshotOn) keep(pfn);
  store<u32>(slotOf(pfn), kind | (argument << 4));
}

/** Which page of the seed's a frame holds: that of its own number, or the one that it was rendered with. */
function seededKey(pfn: u32, slot: u32): u32 {
  return slot >>> 4 == 0 ? pfn : slot >>> 4;
}

function render(pfn: u32, slot: u32, target: usize): void {
  const kind = slot & KIND_MASK;
  if (kind == SEEDED) renderSeeded(seededKey(pfn, slot), target);
  else if (kind == PFN_DATABASE) renderPfnDatabasePage(slot >>> 4, target);
  else if (kind == ENTRIES) renderEntriesPage(slot >>> 4, target);
  else if (kind == POOL_PAGES) renderPoolPage(slot >>> 4, target);
  else if (kind == STACK) renderRemains(pfn, slot >>> 4, target);
  else if (kind == PACKED) unpack(slot & ~KIND_MASK, target);
  else memory.fill(target, 0, PAGE_SIZE);
}

/** Whether a frame's bytes are kept, not rendered or zero. */
export function isResident(pfn: u32): bool {
  const slot = slotValue(pfn);
  const kind = slot & KIND_MASK;
  return slot != 0 && (kind == 0 || kind == PACKED);
}

/** Whether a frame's bytes follow from the seed: nobody wrote to it. */
export function isSeeded(pfn: u32): bool {
  return (slotValue(pfn) & KIND_MASK) == SEEDED;
}

/** The page of the seed's that a frame holds, to render another frame with; 0 when its bytes do not follow from the seed. */
export function seededPage(pfn: u32): u32 {
  return isSeeded(pfn) ? seededKey(pfn, slotValue(pfn)) : 0;
}

/** Forgets what a frame holds: it is zero again. Addresses of its bytes are no longer good. */
export function clearFrame(pfn: u32): void {
  if (isSnapshotOn) keep(pfn);
  const slot = slotValue(pfn);
  if (slot == 0) return;
  if ((slot & KIND_MASK) == 0) freePage(slot);
  else if ((slot & KIND_MASK) == PACKED) dropPacked(slot & ~KIND_MASK);
  store<u32>(slotOf(pfn), 0);
}

/** Host address of a frame's bytes for writing; makes the frame resident. */
export function writableFrame(pfn: u32): usize {
  if (isSnapshotOn) keep(pfn);
  const at = slotOf(pfn);
  const slot = load<u32>(at);
  if (slot > KIND_MASK && (slot & KIND_MASK) == 0) return slot;
  const page = allocatePage();
  if (slot != 0) render(pfn, slot, page);
  if ((slot & KIND_MASK) == PACKED) dropPacked(slot & ~KIND_MASK);
  store<u32>(at, u32(page));
  noteResident(pfn);
  return page;
}

/** Keeps only the words of a resident frame, if those are few. Addresses of its bytes are no longer good. */
export function packFrame(pfn: u32): void {
  const page = residentFrame(pfn);
  if (page == 0) return;
  const record = pack(page);
  if (record == 0) return;
  store<u32>(slotOf(pfn), u32(record) | PACKED);
  freePage(page);
}

/** Host address of a resident frame's bytes, good for as long as nothing is written; 0 when the frame is rendered, packed or zero. */
export function residentFrame(pfn: u32): usize {
  const slot: usize = slotValue(pfn);
  return (slot & KIND_MASK) == 0 ? slot : 0;
}

/** Host address of a frame's bytes for reading; valid until the next call. */
export function readableFrame(pfn: u32): usize {
  const slot = slotValue(pfn);
  if (slot == 0) return zeroPage;
  if ((slot & KIND_MASK) == 0) return slot;
  render(pfn, slot, rendered);
  return rendered;
}

/** The word at `index`, 0 to 511, of a frame. */
export function frameWord(pfn: u32, index: u32): u64 {
  const slot = slotValue(pfn);
  if ((slot & KIND_MASK) == PACKED) return packedWord(slot & ~KIND_MASK, index);
  return load<u64>(readableFrame(pfn) + usize(index) * 8);
}

/** Copies a frame's bytes to `target`. */
export function copyFrame(pfn: u32, target: usize): void {
  copySlot(pfn, slotValue(pfn), target);
}

/**
 * What a frame holds, in a form that stays good when the frame changes: how it is rendered, or the address of a copy.
 * To be given back with {@link dropSlot}.
 */
export function keptSlot(pfn: u32): u32 {
  const slot = slotValue(pfn);
  const kind = slot & KIND_MASK;
  if (slot == 0 || (kind != 0 && kind != PACKED)) return slot;
  const page = allocatePage();
  copySlot(pfn, slot, page);
  return u32(page);
}

/** Gives back what {@link keptSlot} returned. */
export function dropSlot(slot: u32): void {
  if (slot != 0 && (slot & KIND_MASK) == 0) freePage(slot);
}

/** Copies what a slot of a frame says to `target`. */
export function copySlot(pfn: u32, slot: u32, target: usize): void {
  if (slot == 0) memory.fill(target, 0, PAGE_SIZE);
  else if ((slot & KIND_MASK) == 0) memory.copy(target, slot, PAGE_SIZE);
  else render(pfn, slot, target);
}
