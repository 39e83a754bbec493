// What a check found: the first disagreement, and how much was looked at.
import { Rule, VISITED_COUNT } from '../generated/rules';
import { offsetOf } from '../layout/fields';

/** Instead of a field's id, where what disagrees is no field. */
export const NO_FIELD: i32 = -1;

const counts = new StaticArray<u32>(VISITED_COUNT);
let isBroken = false;
let brokenRule: i32 = 0;
let brokenField: i32 = 0;
let brokenAddress: u64 = 0;
let brokenExpected: u64 = 0;
let brokenFound: u64 = 0;

/** Forgets what the last check found. */
export function beginReport(): void {
  isBroken = false;
  for (let i = 0; i < VISITED_COUNT; i++) unchecked((counts[i] = 0));
}

/** Whether something has disagreed: then all walks end, and nothing that follows counts. */
export function broken(): bool {
  return isBroken;
}

/** Notes that memory at `address` disagrees with a rule. Only the first note of a check counts. Returns false. */
export function disagreeAt(rule: Rule, field: i32, address: u64, expected: u64, found: u64): bool {
  if (isBroken) return false;
  isBroken = true;
  brokenRule = <i32>rule;
  brokenField = field;
  brokenAddress = address;
  brokenExpected = expected;
  brokenFound = found;
  return false;
}

/** Notes that a field of the structure at `structure` disagrees with a rule. Returns false. */
export function disagree(rule: Rule, structure: u64, field: i32, expected: u64, found: u64): bool {
  return disagreeAt(rule, field, structure + offsetOf(field), expected, found);
}

/** Counts something that was looked at. */
export function visit(kind: i32, count: u32 = 1): void {
  unchecked((counts[kind] += count));
}

/** How many of a kind were looked at. */
export function visited(kind: i32): u32 {
  return unchecked(counts[kind]);
}

/** Writes rule, field, address, expected and found (u64 each), then the counts (u64 each), to `target`. */
export function writeReport(target: usize): void {
  store<u64>(target, brokenRule);
  store<u64>(target, u64(i64(brokenField)), 8);
  store<u64>(target, brokenAddress, 16);
  store<u64>(target, brokenExpected, 24);
  store<u64>(target, brokenFound, 32);
  for (let i = 0; i < VISITED_COUNT; i++) store<u64>(target + 40 + i * 8, unchecked(counts[i]));
}
