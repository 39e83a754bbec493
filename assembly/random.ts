// The machine's only source of randomness: SplitMix64 from the scenario's seed.
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
  state += 0x9e3779b97f4a7c15;
  return mix(state);
}

/** A number below `limit`. */
export function randomBelow(limit: u64): u64 {
  return random() % limit;
}

/** Bits that depend on the seed and `key` alone, not on what was drawn before. */
export function hash(seed: u64, key: u64): u64 {
  return mix(mix(seed + 0x9e3779b97f4a7c15) ^ mix(key + 0x9e3779b97f4a7c15));
}
