// PTEs that are not valid, as Windows has them: a page on its way out or back, a page in a page file, a page that
// nobody touched yet. MMPTE_TRANSITION, MMPTE_SOFTWARE.
import { NO_EXECUTE, WRITE } from './pte';

const TRANSITION: u64 = 1 << 11;
const PROTOTYPE: u64 = 1 << 10;
const PAGE_FILE_ALLOCATED: u64 = 1 << 2;
const PROTECTION_SHIFT: u64 = 5;
const PAGE_FILE_HIGH_SHIFT: u64 = 32;
const PROTECTION_MASK: u64 = 0x1f;
const TRANSITION_FRAME_MASK: u64 = 0x000ffffffffff000;

/** Values of nt!MmProtectToValue's index. */
const READ_ONLY: u64 = 1;
const EXECUTE_READ: u64 = 3;
export const READ_WRITE: u64 = 4;
const EXECUTE_READ_WRITE: u64 = 6;

/** A page that is zero when it is first touched: read and write. */
export const DEMAND_ZERO: u64 = READ_WRITE << PROTECTION_SHIFT;

/** The protection that a valid PTE grants. */
export function protectionOf(entry: u64): u64 {
  if (entry & NO_EXECUTE) return entry & WRITE ? READ_WRITE : READ_ONLY;
  return entry & WRITE ? EXECUTE_READ_WRITE : EXECUTE_READ;
}

/** The protection that a software PTE asks for. */
export function softwareProtection(entry: u64): u64 {
  return (entry >> PROTECTION_SHIFT) & PROTECTION_MASK;
}

/** Everything in a transition PTE but the frame. */
export function transitionBits(protection: u64): u64 {
  return TRANSITION | (protection << PROTECTION_SHIFT);
}

export function isTransition(entry: u64): bool {
  return (entry & (1 | PROTOTYPE | TRANSITION)) == TRANSITION;
}

export function transitionFrame(entry: u64): u32 {
  return u32((entry & TRANSITION_FRAME_MASK) >> 12);
}

/** A private page in page `page` of the first page file. */
export function pageFilePte(page: u32, protection: u64): u64 {
  return (u64(page) << PAGE_FILE_HIGH_SHIFT) | PAGE_FILE_ALLOCATED | (protection << PROTECTION_SHIFT);
}

/** The page of the page file that a software PTE names, 0 when it names none. */
export function filePageOf(entry: u64): u32 {
  return (entry & (1 | PROTOTYPE | TRANSITION)) == 0 ? u32(entry >> PAGE_FILE_HIGH_SHIFT) : 0;
}
