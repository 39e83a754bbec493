// Which part of a heap serves an allocation, by its size in bytes. As described in public talks on the kernel's
// segment heap (Black Hat 2021; "Scoop the Windows 10 pool!", 2020).

/** Pool blocks count in 16 bytes. */
export const GRANULE: u32 = 16;
/** Largest allocation with a POOL_HEADER; above it, the header's BlockSize has too few bits. */
export const LARGEST_BLOCK: u32 = 0xfe0;
/** Largest block of the low-fragmentation heap, its POOL_HEADER included. */
export const LARGEST_LFH_BLOCK: i32 = 0x200;
/** Largest variable-size chunk. Whole pages go to page ranges even when they are smaller. */
export const LARGEST_VS: u32 = 0x20000;
/** Largest range of 4 KiB units. */
export const LARGEST_SMALL_RANGE: u32 = 0x7f000;
/** Largest range of 64 KiB units; above it, an allocation is a region of its own. */
export const LARGEST_BIG_RANGE: u32 = 0x7f0000;

/** Whether an allocation too large for a block is a variable-size chunk, which others follow in its last page. */
export function isChunkOfPages(bytes: u32): bool {
  return bytes > LARGEST_BLOCK && bytes <= LARGEST_VS && (bytes & 4095) != 0;
}
