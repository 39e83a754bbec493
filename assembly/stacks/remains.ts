// What earlier calls left on kernel stacks: a stack is never cleaned, so below and between the frames of now lie return
// addresses, saved registers and locals of calls that have long returned. Rendered from the seed and the frame number.
import { hash } from '../random';
import { PAGE_SIZE } from '../memory/arena';
import { listed } from '../host-buffer';

const MAXIMUM_SITES: i32 = 2048;
/** Of 256 stacks, how many were ever used as deep as each page, counted from the base. */
const EVER_USED: u32[] = [256, 256, 250, 232, 190, 130, 80];
const LEAST_FRAME: u32 = 6; // words
const FRAME_SPREAD: u64 = 40;

const sites = new StaticArray<u64>(MAXIMUM_SITES);
let siteCount: u32 = 0;
let seed: u64 = 0;
let pool: u64 = 0;

/** Draws what was left from `value`; pointers in it lead to around `poolBase`, where pool begins. */
export function seedRemains(value: u64, poolBase: u64): void {
  seed = value;
  pool = poolBase;
}

/** Takes the addresses after calls in kernel code that the host lists in the exchange buffer. */
export function setCallSites(count: i32): void {
  siteCount = min(count, MAXIMUM_SITES);
  for (let i: u32 = 0; i < siteCount; i++) unchecked((sites[i] = listed(i)));
}

/** Fills `target` with what calls left on the `depth`-th page of a stack from its base. */
export function renderRemains(pfn: u32, depth: u32, target: usize): void {
  memory.fill(target, 0, PAGE_SIZE);
  let bits = hash(seed, pfn) | 1;
  if (siteCount == 0 || (u32(bits >> 8) & 255) >= unchecked(EVER_USED[depth])) return;
  const words = u32(PAGE_SIZE / 8);
  let next: u32 = 0; // where the next return address lies
  for (let word: u32 = 0; word < words; word++) {
    // xorshift64: cheap, as a dump has tens of thousands of these pages
    bits ^= bits << 13;
    bits ^= bits >> 7;
    bits ^= bits << 17;
    let value: u64 = 0;
    if (word == next) {
      value = unchecked(sites[u32(bits >> 32) % siteCount]);
      next = word + LEAST_FRAME + u32((bits & 0xffff) % FRAME_SPREAD);
    } else value = leftWord(bits);
    store<u64>(target + usize(word) * 8, value);
  }
}

/** A saved register or local: nothing, a small number, flags, or a pointer to pool. */
function leftWord(bits: u64): u64 {
  const kind = u32(bits) & 15;
  if (kind < 5) return 0;
  if (kind < 7) return (bits >> 8) & 0xff;
  if (kind < 9) return (bits >> 8) & 0xffff_ffff;
  return pool + ((bits >> 16) & 0x1ff_fff0);
}
