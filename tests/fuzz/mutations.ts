/** Random numbers that are the same each time (xorshift32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff];

/** A copy of a file with a few bytes changed, a word set to an extreme, or its end cut off. */
export function mutated(
  bytes: Uint8Array,
  random: (below: number) => number,
  within = bytes.length,
): Uint8Array {
  const copy = bytes.slice();
  const changes = 1 + random(8);
  for (let i = 0; i < changes; i++) {
    const at = random(Math.min(within, copy.length));
    if (random(4) === 0) copy.fill(INTERESTING[random(INTERESTING.length)]!, at, at + 1 + random(8));
    else copy[at] = random(256);
  }
  return random(10) === 0 ? copy.subarray(0, random(copy.length)) : copy;
}
