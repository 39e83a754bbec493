// Contents of pages that a program is supposed to have filled: a function of the seed and of the frame number that the
// page had first, so that gigabytes of them cost nothing.
import { followingPair, GOLDEN, hash } from '../random';
import { PAGE_SIZE } from './arena';

let contentSeed: u64 = 0;

export function seedContents(seed: u64): void {
  contentSeed = seed;
}

const STEP: usize = 64;

/** Fills `target` with the words of page `key`: a xorshift64 stream in each half of a vector, and three cheap mixes of each step. */
export function renderSeeded(key: u64, target: usize): void {
  let stream = i64x2(hash(contentSeed, key * 2) | 1, hash(contentSeed, key * 2 + 1) | 1);
  const added = i64x2.splat(GOLDEN);
  for (let at = target; at < target + PAGE_SIZE; at += STEP) {
    stream = followingPair(stream);
    const crossed = v128.shuffle<u8>(stream, stream, 9, 2, 12, 5, 15, 0, 7, 10, 3, 14, 1, 8, 6, 13, 4, 11);
    const second = i64x2.add(crossed, added);
    v128.store(at, stream);
    v128.store(at, second, 16);
    v128.store(at, v128.xor(i64x2.shl(second, 23), stream), 32);
    v128.store(at, i64x2.add(i64x2.shr_u(stream, 11), second), 48);
  }
}
