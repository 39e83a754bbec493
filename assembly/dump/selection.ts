// Which frames a full live kernel dump holds, decided from the PFN database: active kernel pages, and nothing that is
// free, zeroed, standby, file cache or user mode's.
import { MMPFN } from '../generated/types';
import { isIn, Region } from '../memory/address-space';
import { allocateTable } from '../memory/arena';
import { frameCount } from '../memory/frames';
import * as ranges from '../memory/ranges';
import { pageLocation, pfnField } from '../paging/pfn-database';
import { runAt, runAtOrAfter, runCount, RUN_LARGE } from '../paging/pfn-runs';
import { pteBase } from '../paging/tables';

const PTE_BYTES: u64 = 8;
const SLOT_BITS: u64 = 39;

let bitmap: usize = 0;
let bits: u32 = 0;
let present: u32 = 0;

/** Bits of the bitmap: one for each frame, rounded up so that readers that take 64 at a time see all. */
export function bitmapBits(): u32 {
  return bits;
}

/** Host address of the bitmap, lowest frame in the lowest bit. */
export function bitmapAddress(): usize {
  return bitmap;
}

/** Number of frames selected. */
export function selectedFrames(): u32 {
  return present;
}

export function isSelected(pfn: u32): bool {
  return ((load<u8>(bitmap + (pfn >> 3)) >> u8(pfn & 7)) & 1) != 0;
}

/** Frames kept from the dump: those that stand for memory the capture may not see. */
function isKernelPage(pfn: u32): bool {
  if (pageLocation(pfn) != ranges.ACTIVE) return false;
  if (pfnField(pfn, MMPFN.u4_PrototypePte) != 0) return false; // mapped file or image of user mode
  const pte = pfnField(pfn, MMPFN.PteAddress);
  if (!isPageTableAddress(pte)) return true;
  const address = mappedAddress(pte);
  if (isPageTableAddress(address)) return true; // a page table, whoever's address space it serves
  return address >> 47 != 0 && !isIn(<i32>Region.SystemCache, address);
}

function isPageTableAddress(address: u64): bool {
  return address >> SLOT_BITS == pteBase() >> SLOT_BITS;
}

/** The address that the PTE at `pte` in the self-map maps. */
function mappedAddress(pte: u64): u64 {
  const address = ((pte - pteBase()) / PTE_BYTES) << 12;
  return u64(i64(address << 16) >> 16);
}

/** Selects anew. Only frames in use are looked at: what is left of a range is on a list. */
export function selectKernelPages(): void {
  bits = (frameCount() + 63) & ~u32(63);
  if (bitmap == 0) bitmap = allocateTable(bits / 8);
  memory.fill(bitmap, 0, bits / 8);
  present = 0;
  for (let i = 0; i < ranges.rangeCount(); i++) {
    let pfn = ranges.rangeBase(i);
    while (pfn < ranges.rangeFront(i)) {
      const index = runAtOrAfter(pfn);
      const front = ranges.rangeFront(i);
      const run = index < runCount() ? runAt(index) : null;
      const from = run === null ? front : min(run.base, front);
      for (; pfn < from; pfn++) if (isKernelPage(pfn)) select(pfn);
      if (run === null || pfn >= front) continue;
      const to = min(run.end, front);
      if (run.kind == RUN_LARGE) for (; pfn < to; pfn++) select(pfn);
      pfn = to; // all other runs are of user mode and of files
    }
  }
}

function select(pfn: u32): void {
  const byte = bitmap + (pfn >> 3);
  store<u8>(byte, load<u8>(byte) | u8(u32(1) << (pfn & 7)));
  present++;
}
