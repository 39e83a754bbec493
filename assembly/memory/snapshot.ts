// Memory as it was at one instant, while the machine goes on: frames of a set are kept the first time that they
// change. What is rendered from the ranges, lists and runs of physical memory is rendered from those of that instant.
//
//   frame of the set ─ unchanged ─▶ the frame itself
//                    ─ changed ───▶ kept[PFN >> 10][PFN & 1023]: a copy, or how it was rendered
import { exchangeLists, freezeLists } from '../paging/page-lists';
import { exchangeRuns, freezeRuns } from '../paging/pfn-runs';
import { allocateTable } from './arena';
import { copyFrame, copySlot, dropSlot, frameCount, keptSlot } from './frames';
import { exchangeRanges, freezeRanges } from './ranges';
import { flush } from './virtual';

const CHUNK_FRAMES: u32 = 1024;
const CHUNK_BYTES: usize = 4096;

/** Whether frames are to be kept when they change. */
export let isSnapshotOn: bool = false;

let unchanged: usize = 0; // a bit for each frame: of the set, and as it was
let bytes: usize = 0;
let directory: usize = 0;
let keptCount: u32 = 0;
let pending: usize = 0; // frames of the set that were kept: u32 each, for the end
let capacity: u32 = 0;

/** Begins: frames whose bit is set at `set` (lowest frame in the lowest bit) are from now on as they are now. */
export function beginSnapshot(set: usize): void {
  bytes = usize((frameCount() + 63) & ~u32(63)) / 8;
  if (unchanged == 0) {
    unchanged = allocateTable(bytes);
    directory = allocateTable(usize((frameCount() + CHUNK_FRAMES - 1) / CHUNK_FRAMES) * 4);
  }
  memory.copy(unchanged, set, bytes);
  freezeRanges();
  freezeLists();
  freezeRuns();
  keptCount = 0;
  isSnapshotOn = true;
  flush(); // whoever writes asks for the frame again
}

/** Ends: what was kept is given back. */
export function endSnapshot(): void {
  if (!isSnapshotOn) return;
  isSnapshotOn = false;
  for (let i: u32 = 0; i < keptCount; i++) drop(load<u32>(pending + usize(i) * 4));
  keptCount = 0;
}

/** Frames that changed since the snapshot began. */
export function keptFrames(): u32 {
  return keptCount;
}

function bitOf(pfn: u32): u8 {
  return u8(u32(1) << (pfn & 7));
}

/** Keeps a frame that is about to change, if it belongs to the set. */
export function keep(pfn: u32): void {
  const byte = unchanged + (pfn >> 3);
  if ((load<u8>(byte) & bitOf(pfn)) == 0) return;
  store<u8>(byte, load<u8>(byte) & ~bitOf(pfn));
  if (keptCount == capacity) {
    const larger = capacity == 0 ? CHUNK_FRAMES : capacity * 2;
    const table = heap.alloc(usize(larger) * 4);
    memory.copy(table, pending, usize(keptCount) * 4);
    pending = table;
    capacity = larger;
  }
  store<u32>(pending + usize(keptCount++) * 4, pfn);
  store<u32>(slotAt(pfn), keptSlot(pfn));
}

function slotAt(pfn: u32): usize {
  const entry = directory + usize(pfn / CHUNK_FRAMES) * 4;
  let chunk: usize = load<u32>(entry);
  if (chunk == 0) {
    chunk = allocateTable(CHUNK_BYTES);
    store<u32>(entry, u32(chunk));
  }
  return chunk + usize(pfn % CHUNK_FRAMES) * 4;
}

function drop(pfn: u32): void {
  const at = slotAt(pfn);
  dropSlot(load<u32>(at));
  store<u32>(at, 0);
}

/** Lets {@link copyFromSnapshot} see ranges, lists and runs as they were; nothing may change meanwhile. To be called again when it is done. */
export function exchangeSnapshot(): void {
  if (!isSnapshotOn) return;
  exchangeRanges();
  exchangeLists();
  exchangeRuns();
}

/** Copies a frame of the set to `target` as it was, between two calls of {@link exchangeSnapshot}. It is not kept any longer. */
export function copyFromSnapshot(pfn: u32, target: usize): void {
  if (!isSnapshotOn) {
    copyFrame(pfn, target);
    return;
  }
  const byte = unchanged + (pfn >> 3);
  const bits = load<u8>(byte);
  if (bits & bitOf(pfn)) {
    store<u8>(byte, bits & ~bitOf(pfn));
    copyFrame(pfn, target);
    return;
  }
  copySlot(pfn, load<u32>(slotAt(pfn)), target);
  drop(pfn);
}
