// Allocations in number, for hosts that do not need each one's address.
import { allocatePool, NON_PAGED, PAGED } from './pool';

/** Allocates `count` blocks of `bytes` bytes under a tag, paged or nonpaged. Returns the last one's address. */
export function allocateMany(count: u32, bytes: u32, poolTag: u32, isPaged: bool): u64 {
  let block: u64 = 0;
  for (let i: u32 = 0; i < count; i++) block = allocatePool(bytes, poolTag, isPaged ? PAGED : NON_PAGED, 0);
  return block;
}
