// The machine's only source of randomness: SplitMix64 from the scenario's seed, and cheap streams for contents of pages.

/** What SplitMix64 adds: the golden ratio, in 64 bits. */
export const GOLDEN: u64 = 0x9e3779b97f4a7c15;
let state: u64 = 0;

export function seedRandom(seed: u64): void {
  state = seed;
}

function mix(value: u64): u64 {
  let z = value;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** The next 64 random bits. */
export function random(): u64 {
  state += GOLDEN;
  return mix(state);
}

/** A number below `limit`. */
export function randomBelow(limit: u64): u64 {
  return random() % limit;
}

/** Bits that depend on the seed and `key` alone, not on what was drawn before. */
export function hash(seed: u64, key: u64): u64 {
  return mix(mix(seed + GOLDEN) ^ mix(key + GOLDEN));
}

/** The next step of two xorshift64 streams side by side. */
export function followingPair(x: v128): v128 {
  let y = v128.xor(x, i64x2.shl(x, 13));
  y = v128.xor(y, i64x2.shr_u(y, 7));
  return v128.xor(y, i64x2.shl(y, 17));
}

/** Two more words of a step: halves change places, and a sum mixes them. */
export function mixedPair(x: v128): v128 {
  return i64x2.add(v128.shuffle<u32>(x, x, 3, 0, 1, 2), i64x2.splat(GOLDEN));
}
