// What earlier calls left on kernel stacks: a stack is never cleaned, so below and between the frames of now lie return
// addresses, saved registers and locals of calls that have long returned. Rendered from the seed and the frame number.
import { followingPair, hash, mixedPair } from '../random';
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
  let bits = hash(seed, pfn) | 1;
  if (siteCount == 0 || (u32(bits >> 8) & 255) >= unchecked(EVER_USED[depth])) {
    memory.fill(target, 0, PAGE_SIZE);
    return;
  }
  // xorshift64, four words at a time: cheap, as a dump has tens of thousands of these pages
  let stream = i64x2(bits, hash(bits, pfn) | 1);
  const from = v128.splat<i64>(pool);
  for (let at: usize = 0; at < PAGE_SIZE; at += 16) {
    const mixed = mixedPair(stream);
    stream = at & 16 ? stream : followingPair(stream);
    v128.store(target + at, leftWords(at & 16 ? mixed : stream, from));
  }
  bits = v128.extract_lane<u64>(stream, 0);
  // Between them the return addresses, where frames ended.
  for (let word: u32 = 0; word < u32(PAGE_SIZE / 8);) {
    bits ^= bits << 13;
    bits ^= bits >> 7;
    bits ^= bits << 17;
    store<u64>(target + usize(word) * 8, unchecked(sites[u32(((bits >> 32) * u64(siteCount)) >> 32)]));
    word += LEAST_FRAME + u32(((bits & 0xffff) * FRAME_SPREAD) >> 16);
  }
}

/**
 * Saved registers and locals. By the lowest bits: half are pointers to pool, of the others half are nothing, and the rest
 * small numbers and flags alike.
 */
function leftWords(bits: v128, from: v128): v128 {
  const none = v128.splat<i64>(0);
  const isNumber = v128.eq<i64>(v128.and(bits, v128.splat<i64>(8)), none);
  const isNothing = v128.eq<i64>(v128.and(bits, v128.splat<i64>(4)), none);
  const isSmall = v128.eq<i64>(v128.and(bits, v128.splat<i64>(2)), none);
  const shown = v128.bitselect(v128.splat<i64>(0xff), v128.splat<i64>(0xffff_ffff), isSmall);
  const number = v128.andnot(v128.and(v128.shr<u64>(bits, 8), shown), isNothing);
  const pointer = v128.add<i64>(from, v128.and(v128.shr<u64>(bits, 16), v128.splat<i64>(0x1ff_fff0)));
  return v128.bitselect(number, pointer, isNumber);
}
