// Reading PFN entries one after the other, as the selection of a dump does: a page of the database is rendered or
// unpacked once, not once for each member of each of its entries.
import { MMPFN, MMPFNENTRY1, MMPTE } from '../generated/types';
import { get, offsetOf } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { copyFrame, residentFrame } from '../memory/frames';
import { databaseFrame } from './pfn-database';

const NOTHING: u32 = u32.MAX_VALUE;
const copy: usize = memory.data(4096, 16);
const straddling: usize = memory.data(64, 16);

let frame: u32 = NOTHING; // of the database, that was looked at last
let bytes: usize = 0; // its contents
let entryOf: u32 = NOTHING; // frame whose entry was looked at last
let entry: usize = 0;
let entrySize: u32 = 0;

/** To be called before the first reading after anything was written. */
export function beginReading(): void {
  frame = NOTHING;
  entryOf = NOTHING;
  entrySize = offsetOf(MMPFN.SIZE);
}

function pageBytes(page: u32): usize {
  if (page == frame) return bytes;
  frame = page;
  bytes = residentFrame(page);
  if (bytes == 0) {
    copyFrame(page, copy);
    bytes = copy;
  }
  return bytes;
}

/** Host address of a frame's entry, good until the next one is asked for. */
export function entryAt(pfn: u32): usize {
  if (pfn == entryOf) return entry;
  entryOf = pfn;
  const at = u64(pfn) * entrySize;
  const inPage = u32(at % PAGE_SIZE);
  if (inPage + entrySize <= PAGE_SIZE) {
    entry = pageBytes(databaseFrame(at)) + inPage;
    return entry;
  }
  const first = PAGE_SIZE - inPage;
  memory.copy(straddling, pageBytes(databaseFrame(at)) + inPage, first);
  memory.copy(straddling + first, pageBytes(databaseFrame(at + first)), entrySize - first);
  entry = straddling;
  return entry;
}

/** _MMLISTS value of a frame. */
export function entryLocation(pfn: u32): u32 {
  return u32(get(entryAt(pfn) + offsetOf(MMPFN.u3_e1), MMPFNENTRY1.PageLocation));
}

/** Whether a prototype PTE names the frame. */
export function isEntryShared(pfn: u32): bool {
  return get(entryAt(pfn), MMPFN.u4_PrototypePte) != 0;
}

export function entryPteAddress(pfn: u32): u64 {
  return get(entryAt(pfn), MMPFN.PteAddress);
}

/** Frame that holds the PTE. */
export function entryPteFrame(pfn: u32): u32 {
  return u32(get(entryAt(pfn), MMPFN.u4_PteFrame));
}

/** What the frame's PTE is to become when the frame leaves it. */
export function entryOriginalPte(pfn: u32): u64 {
  return get(entryAt(pfn) + offsetOf(MMPFN.OriginalPte), MMPTE.u_Long);
}
