// Translation of virtual addresses, and a walk that explains itself level by level.
import { frameWord } from '../memory/frames';
import { frameOf, LARGE, PRESENT } from './pte';
import { isTransition, transitionFrame } from './software-pte';
import { indexAt, PML4_LEVEL } from './tables';

/** What `translate` returns when the address is not mapped. */
export const NOT_MAPPED: u64 = u64.MAX_VALUE;

/** Physical address that `address` maps to under the PML4 in frame `root`, or NOT_MAPPED. */
export function translate(root: u32, address: u64): u64 {
  return translateBelow(root, PML4_LEVEL, address);
}

/** The same, from the table of a level on. */
export function translateBelow(from: u32, top: i32, address: u64): u64 {
  let table = from;
  for (let level = top; level > 0; level--) {
    const entry = frameWord(table, indexAt(address, level));
    if ((entry & PRESENT) == 0) return NOT_MAPPED;
    if (level == 1 || (entry & LARGE) != 0) {
      const size = u64(1) << (12 + 9 * (level - 1));
      return ((u64(frameOf(entry)) << 12) & ~(size - 1)) | (address & (size - 1));
    }
    table = frameOf(entry);
  }
  return NOT_MAPPED;
}

/** The same, through entries of pages in transition as well: what a debugger still finds in memory. */
export function translateKept(root: u32, address: u64): u64 {
  const physical = translate(root, address);
  if (physical != NOT_MAPPED) return physical;
  let table = root;
  for (let level = PML4_LEVEL; level > 1; level--) {
    const entry = frameWord(table, indexAt(address, level));
    if ((entry & PRESENT) == 0 || (entry & LARGE) != 0) return NOT_MAPPED;
    table = frameOf(entry);
  }
  const entry = frameWord(table, indexAt(address, 1));
  return isTransition(entry) ? (u64(transitionFrame(entry)) << 12) | (address & 4095) : NOT_MAPPED;
}

/** Bytes of one step of {@link explain}: u64 physical address of the entry, u64 entry. */
export const STEP_BYTES: u32 = 16;

/** Writes each step from the PML4 down to `target`, until the page or an entry that is not present; returns their number. */
export function explain(root: u32, address: u64, target: usize): i32 {
  let table = root;
  let steps = 0;
  for (let level = PML4_LEVEL; level > 0; level--) {
    const index = indexAt(address, level);
    const entry = frameWord(table, index);
    store<u64>(target + steps * STEP_BYTES, (u64(table) << 12) | (index * 8));
    store<u64>(target + steps * STEP_BYTES, entry, 8);
    steps++;
    if ((entry & PRESENT) == 0 || (entry & LARGE) != 0) break;
    table = frameOf(entry);
  }
  return steps;
}
