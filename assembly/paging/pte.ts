// Bits of a page-table entry, hardware's and those that Windows gives a meaning to (MMPTE_HARDWARE).
export const PRESENT: u64 = 1 << 0;
export const WRITABLE: u64 = 1 << 1; // Dirty1
export const USER: u64 = 1 << 2; // Owner
export const ACCESSED: u64 = 1 << 5;
export const DIRTY: u64 = 1 << 6;
export const LARGE: u64 = 1 << 7;
export const GLOBAL: u64 = 1 << 8;
export const COPY_ON_WRITE: u64 = 1 << 9;
export const WRITE: u64 = 1 << 11; // software: the page may be written
export const NO_EXECUTE: u64 = 1 << 63;

const FRAME_MASK: u64 = 0x000ffffffffff000;

/** Protections a page is mapped with. */
export const KERNEL_DATA: u64 = PRESENT | WRITABLE | ACCESSED | DIRTY | GLOBAL | WRITE | NO_EXECUTE;
export const KERNEL_READ_ONLY: u64 = PRESENT | ACCESSED | GLOBAL | NO_EXECUTE;
export const KERNEL_CODE: u64 = PRESENT | ACCESSED | GLOBAL;
export const USER_DATA: u64 = PRESENT | WRITABLE | USER | ACCESSED | DIRTY | WRITE | NO_EXECUTE;
export const USER_READ_ONLY: u64 = PRESENT | USER | ACCESSED | NO_EXECUTE;
export const USER_CODE: u64 = PRESENT | USER | ACCESSED;
export const KERNEL_TABLE: u64 = PRESENT | WRITABLE | ACCESSED | DIRTY | WRITE;
export const USER_TABLE: u64 = KERNEL_TABLE | USER;

/** The frame number an entry holds. */
export function frameOf(entry: u64): u32 {
  return u32((entry & FRAME_MASK) >> 12);
}

/** An entry that maps `pfn` with `bits`. */
export function entryFor(pfn: u32, bits: u64): u64 {
  return (u64(pfn) << 12) | bits;
}
