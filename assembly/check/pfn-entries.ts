// Entries of the PFN database, read where nt!MmPfnDatabase says, a page at a time: most of its pages are rendered.
import { NT } from '../generated/symbols';
import { MIPFNBLINK, MMPFN, MMPFNENTRY1 } from '../generated/types';
import { get, offsetOf } from '../layout/fields';
import { allocateTable, PAGE_SIZE } from '../memory/arena';
import { copyFrame } from '../memory/frames';
import { NOT_MAPPED } from '../paging/walk';
import { addressOf } from '../kernel/symbols';
import { peek64, physicalOf } from './memory';

const CACHED_PAGES: u32 = 64;
/** Link of the last frame of a list: 40 bits set. */
export const END_OF_LIST: u64 = 0xffffffffff;
/** _MMLISTS.ActiveAndValid. */
export const ACTIVE: u32 = 6;
/** _MMLISTS.TransitionPage: on no list, and moved by a request. */
export const ON_ITS_WAY: u32 = 7;

let base: u64 = 0;
let entryBytes: u32 = 0;
let pages: usize = 0;
const cached = new StaticArray<u64>(CACHED_PAGES); // page number + 1
const straddling: usize = memory.data(64, 16);

/** Finds the database. */
export function beginPfnEntries(): void {
  base = peek64(addressOf(NT.MmPfnDatabase));
  entryBytes = offsetOf(MMPFN.SIZE);
  if (pages == 0) pages = allocateTable(CACHED_PAGES * PAGE_SIZE);
  for (let i: u32 = 0; i < CACHED_PAGES; i++) unchecked((cached[i] = 0));
}

/** Address of a frame's MMPFN. */
export function pfnAddress(pfn: u32): u64 {
  return base + u64(pfn) * entryBytes;
}

function page(address: u64): usize {
  const number = address >> 12;
  const slot = u32(number) % CACHED_PAGES;
  const host = pages + usize(slot) * PAGE_SIZE;
  if (unchecked(cached[slot]) == number + 1) return host;
  const physical = physicalOf(address);
  if (physical == NOT_MAPPED) return 0;
  copyFrame(u32(physical >> 12), host);
  unchecked((cached[slot] = number + 1));
  return host;
}

/** Host address of a copy of a frame's MMPFN, good until the next call; 0 when it is not mapped. */
export function pfnEntry(pfn: u32): usize {
  const address = pfnAddress(pfn);
  const offset = u32(address) & (PAGE_SIZE - 1);
  const host = page(address);
  if (host == 0 || offset + entryBytes <= PAGE_SIZE) return host == 0 ? 0 : host + offset;
  const first = PAGE_SIZE - offset;
  memory.copy(straddling, host + offset, first);
  const rest = page(address + first);
  if (rest == 0) return 0;
  memory.copy(straddling + first, rest, entryBytes - first);
  return straddling;
}

/** _MMLISTS value of an entry. */
export function locationIn(entry: usize): u32 {
  return u32(get(entry + offsetOf(MMPFN.u3_e1), MMPFNENTRY1.PageLocation));
}

/** Whether an entry says that its frame is read into or written out. */
export function isOnItsWay(entry: usize): bool {
  const state = entry + offsetOf(MMPFN.u3_e1);
  return (get(state, MMPFNENTRY1.ReadInProgress) | get(state, MMPFNENTRY1.WriteInProgress)) != 0;
}

export function shareCountIn(entry: usize): u64 {
  return get(entry + offsetOf(MMPFN.u2), MIPFNBLINK.ShareCount);
}

export function blinkIn(entry: usize): u64 {
  return get(entry + offsetOf(MMPFN.u2), MIPFNBLINK.Blink);
}
