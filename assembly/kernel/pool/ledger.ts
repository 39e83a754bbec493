// What was allocated and freed under each tag, kept outside of emulated memory: the truth that a dump's tag tables
// are checked against.
import { allocateTable } from '../../memory/arena';
import { placeOf } from './tag-hash';

const CAPACITY: u32 = 4096;
const MASK: u32 = CAPACITY - 1;

/** Bytes of one entry of {@link exportLedger}: u32 tag, u32 0, then six u64. */
export const LEDGER_ENTRY_BYTES: u32 = 56;
const NON_PAGED_AT: usize = 8; // allocs, frees, bytes
const PAGED_AT: usize = 32;

let entries: usize = 0;
let tags: u32 = 0;

/** Forgets everything. */
export function createLedger(): void {
  entries = allocateTable(CAPACITY * LEDGER_ENTRY_BYTES);
  tags = 0;
}

/** Index of a tag's entry, made when there is none. */
export function entryOf(poolTag: u32): u32 {
  let index = placeOf(poolTag, MASK);
  while (true) {
    const entry = entries + usize(index) * LEDGER_ENTRY_BYTES;
    const found = load<u32>(entry);
    if (found == poolTag) return index;
    if (found == 0) {
      store<u32>(entry, poolTag);
      tags++;
      assert(tags < CAPACITY / 2, 'more pool tags than the ledger holds');
      return index;
    }
    index = (index + 1) & MASK;
  }
}

/** Adds to an entry's allocations, frees and bytes of one pool. */
export function enter(index: u32, paged: bool, allocs: u64, frees: u64, bytes: i64): void {
  const at = entries + usize(index) * LEDGER_ENTRY_BYTES + (paged ? PAGED_AT : NON_PAGED_AT);
  store<u64>(at, load<u64>(at) + allocs);
  store<u64>(at, load<u64>(at, 8) + frees, 8);
  store<u64>(at, load<u64>(at, 16) + u64(bytes), 16);
}

/** Number of places in the ledger: each tag's index is below. */
export function ledgerCapacity(): u32 {
  return CAPACITY;
}

/** Copies up to `room` bytes of entries to `target`, from the place `from` on; returns the place to go on at, and writes the number copied to `target`. */
export function exportLedger(from: u32, target: usize, room: u32): u32 {
  let copied: u32 = 0;
  let place = from;
  for (; place < CAPACITY; place++) {
    const entry = entries + usize(place) * LEDGER_ENTRY_BYTES;
    if (load<u32>(entry) == 0) continue;
    const to: u32 = 8 + copied * LEDGER_ENTRY_BYTES;
    if (to + LEDGER_ENTRY_BYTES > room) break;
    memory.copy(target + to, entry, LEDGER_ENTRY_BYTES);
    copied++;
  }
  store<u32>(target, copied);
  return place;
}
