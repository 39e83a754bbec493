// Contents of pages that a program is supposed to have filled: a function of the seed and of the frame number that the
// page had first, so that gigabytes of them cost nothing.
import { hash } from '../random';
import { PAGE_SIZE } from './arena';

let contentSeed: u64 = 0;

export function seedContents(seed: u64): void {
  contentSeed = seed;
}

/** Fills `target` with the words of page `key`: four xorshift64 streams side by side, two words a step each. */
export function renderSeeded(key: u64, target: usize): void {
  let a = i64x2(hash(contentSeed, key * 4) | 1, hash(contentSeed, key * 4 + 1) | 1);
  let b = i64x2(hash(contentSeed, key * 4 + 2) | 1, hash(contentSeed, key * 4 + 3) | 1);
  for (let at = target; at < target + PAGE_SIZE; at += 32) {
    a = next(a);
    b = next(b);
    v128.store(at, a);
    v128.store(at, b, 16);
  }
}

function next(x: v128): v128 {
  let y = v128.xor(x, i64x2.shl(x, 13));
  y = v128.xor(y, i64x2.shr_u(y, 7));
  return v128.xor(y, i64x2.shl(y, 17));
}
