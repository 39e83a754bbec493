// How the pool's two hash tables, of tags and of large allocations, find a key's place. The multiplier is the one
// that readers of PoolBigPageTable use.
const MULTIPLIER: u64 = 0x9e5f;

/** A key's place in a table of `mask` + 1 entries; whoever finds it taken goes on to the next. */
export function placeOf(key: u32, mask: u32): u32 {
  const product = u64(key) * MULTIPLIER;
  return u32(product ^ (product >> 32)) & mask;
}
