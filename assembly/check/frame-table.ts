// What the page tables say of each frame: how many entries map it, the first of them, and the table that it is in.
import { allocateTable } from '../memory/arena';

const CHUNK_FRAMES: u32 = 1024;
const ENTRY_BYTES: u32 = 16; // u64 address of the entry in the self-map, u32 frame of its table, u32 number of entries

let directory: usize = 0;
let chunks: u32 = 0;
let limit: u32 = 0;

/** Forgets everything; frames 0 to `frames` - 1 exist. */
export function clearFrameTable(frames: u32): void {
  const wanted = (frames + CHUNK_FRAMES - 1) / CHUNK_FRAMES;
  if (wanted > chunks) {
    directory = allocateTable(usize(wanted) * 4);
    chunks = wanted;
  }
  limit = frames;
  for (let i: u32 = 0; i < chunks; i++) {
    const chunk: usize = load<u32>(directory + usize(i) * 4);
    if (chunk != 0) memory.fill(chunk, 0, CHUNK_FRAMES * ENTRY_BYTES);
  }
}

/** One more than the highest frame. */
export function frameLimit(): u32 {
  return limit;
}

/** Notes an entry that maps a frame below the limit. */
export function noteMapping(pfn: u32, pte: u64, table: u32): void {
  const slot = directory + usize(pfn / CHUNK_FRAMES) * 4;
  let chunk: usize = load<u32>(slot);
  if (chunk == 0) {
    chunk = allocateTable(CHUNK_FRAMES * ENTRY_BYTES);
    store<u32>(slot, u32(chunk));
  }
  const entry = chunk + usize(pfn % CHUNK_FRAMES) * ENTRY_BYTES;
  const count = load<u32>(entry, 12);
  if (count == 0) {
    store<u64>(entry, pte);
    store<u32>(entry, table, 8);
  }
  store<u32>(entry, count + 1, 12);
}

function entryOf(pfn: u32): usize {
  const chunk: usize = load<u32>(directory + usize(pfn / CHUNK_FRAMES) * 4);
  return chunk == 0 ? 0 : chunk + usize(pfn % CHUNK_FRAMES) * ENTRY_BYTES;
}

/** Number of entries that map a frame. */
export function mappingsOf(pfn: u32): u32 {
  const entry = entryOf(pfn);
  return entry == 0 ? 0 : load<u32>(entry, 12);
}

/** Address in the self-map of the first entry that maps a frame. */
export function firstEntryOf(pfn: u32): u64 {
  const entry = entryOf(pfn);
  return entry == 0 ? 0 : load<u64>(entry);
}

/** Frame of the table in which that entry is. */
export function firstTableOf(pfn: u32): u32 {
  const entry = entryOf(pfn);
  return entry == 0 ? 0 : load<u32>(entry, 8);
}
