// Allocations in number, for hosts that do not need each one's address.
import { allocatePool, NON_PAGED, PAGED } from './pool';

/** Allocates `count` blocks of `bytes` bytes under a tag, paged or nonpaged. */
export function allocateMany(count: u32, bytes: u32, poolTag: u32, isPaged: bool): void {
  for (let i: u32 = 0; i < count; i++) allocatePool(bytes, poolTag, isPaged ? PAGED : NON_PAGED, 0);
}
