import type { Field, Mutant } from './mutant.js';

export type Random = (below: number) => number;

/** Random numbers that are the same each time (xorshift32); seeds that are neighbours have nothing in common. */
export function randomNumbers(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bf03635;
  state = Math.imul(state ^ (state >>> 15), 0x85ebca6b) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff];

/** A few bytes changed, a word set to an extreme, or the end cut off. */
export function scatter(mutant: Mutant, random: Random, within = mutant.size): void {
  const changes = 1 + random(8);
  for (let i = 0; i < changes; i++) {
    const at = random(Math.min(within, mutant.size));
    if (random(4) === 0) {
      const value = INTERESTING[random(INTERESTING.length)]!;
      for (let left = 1 + random(8); left > 0; left--) mutant.setByte(at + left, value);
    } else mutant.setByte(at, random(256));
  }
  if (random(10) === 0) mutant.cut(random(mutant.size));
}

const ALL_ONES = 0xffffffffffffffffn;

/**
 * Lengths, counts, offsets and pointers made wrong: extremes, neighbours, the file's own size, and what another field
 * of the same structures holds, which makes lists, trees and chains come back to themselves.
 */
export function disturb(mutant: Mutant, random: Random, fields: readonly Field[]): void {
  const changes = 1 + random(4);
  for (let i = 0; i < changes; i++) {
    const field = fields[random(fields.length)]!;
    mutant.put(field, disturbed(mutant, random, field, fields));
  }
  if (random(40) === 0) mutant.cut(random(mutant.size));
}

function disturbed(mutant: Mutant, random: Random, field: Field, fields: readonly Field[]): bigint {
  const old = mutant.get(field);
  const other = fields[random(fields.length)]!;
  switch (random(14)) {
    case 0:
      return 0n;
    case 1:
      return ALL_ONES;
    case 2:
      return 1n;
    case 3:
      return old + 1n;
    case 4:
      return old - 1n;
    case 5:
      return old << 1n;
    case 6:
      return ALL_ONES >> BigInt(64 - field.bytes * 8 + 1); // the largest signed number
    case 7:
      return BigInt(mutant.size + random(3) - 1);
    case 8:
      return old ^ (1n << BigInt(random(field.bytes * 8)));
    case 9:
      return BigInt(random(0x10000)) << BigInt(random(48));
    default:
      return mutant.get(other.bytes === field.bytes ? other : { ...other, bytes: field.bytes });
  }
}

/** All aligned numbers of a part of a file. */
export function numbersIn(from: number, to: number, bytes: Field['bytes'] = 4): Field[] {
  const fields: Field[] = [];
  for (let at = from; at + bytes <= to; at += bytes) fields.push({ at, bytes });
  return fields;
}
