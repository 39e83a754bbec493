// nt!PoolBigPageTable: tag and size of every allocation that is too large for a POOL_HEADER, found by its page.
import { NT } from '../../generated/symbols';
import { POOL_TRACKER_BIG_PAGES } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { getField, hostFor, setField, write64 } from '../../memory/virtual';
import { addressOf } from '../symbols';
import { placeOf } from './tag-hash';
import { dropMetadata, takeMetadata } from './va-manager';

const FREE: u64 = 1; // bit of Va: nobody's entry
const NON_PAGED_NX: u32 = 0x200;
const PAGED_POOL: u32 = 1;

let table: u64 = 0;
let mask: u32 = 0;
let inUse: u32 = 0;

/** Makes the table, of `size` entries, a power of 2. */
export function createBigPageTable(size: u32): void {
  inUse = 0;
  setTable(size);
}

function setTable(size: u32): void {
  const bytes = bytesOf(size);
  mask = size - 1;
  table = takeMetadata(bytes, bytes);
  for (let i: u32 = 0; i < size; i++) setField(entryAt(i), POOL_TRACKER_BIG_PAGES.Va, FREE);
  write64(addressOf(NT.PoolBigPageTable), table);
  write64(addressOf(NT.PoolBigPageTableSize), size);
}

function bytesOf(size: u32): u32 {
  return size * offsetOf(POOL_TRACKER_BIG_PAGES.SIZE);
}

function entryAt(place: u32): u64 {
  return table + u64(place) * offsetOf(POOL_TRACKER_BIG_PAGES.SIZE);
}

/** Moves what is in use to a table of twice the size. */
function grow(): void {
  const old = table;
  const size = mask + 1;
  setTable(size * 2);
  for (let i: u32 = 0; i < size; i++) {
    const entry = old + u64(i) * offsetOf(POOL_TRACKER_BIG_PAGES.SIZE);
    const va = getField(entry, POOL_TRACKER_BIG_PAGES.Va);
    if ((va & FREE) != 0) continue;
    const to = freeEntryFor(va);
    memory.copy(hostFor(to), hostFor(entry), offsetOf(POOL_TRACKER_BIG_PAGES.SIZE));
  }
  dropMetadata(old, bytesOf(size));
}

function freeEntryFor(address: u64): u64 {
  let place = placeOf(u32(address >> 12), mask);
  while ((getField(entryAt(place), POOL_TRACKER_BIG_PAGES.Va) & FREE) == 0) place = (place + 1) & mask;
  return entryAt(place);
}

/** Enters an allocation of `bytes` bytes at a page's start. */
export function enterBigPages(address: u64, poolTag: u32, paged: bool, bytes: u64): void {
  if (++inUse > mask - mask / 4) grow();
  const entry = freeEntryFor(address);
  setField(entry, POOL_TRACKER_BIG_PAGES.Va, address);
  setField(entry, POOL_TRACKER_BIG_PAGES.Key, poolTag);
  setField(entry, POOL_TRACKER_BIG_PAGES.Pattern, 0);
  setField(entry, POOL_TRACKER_BIG_PAGES.PoolType, paged ? PAGED_POOL : NON_PAGED_NX);
  setField(entry, POOL_TRACKER_BIG_PAGES.SlushSize, (PAGE_SIZE - (bytes % PAGE_SIZE)) % PAGE_SIZE);
  setField(entry, POOL_TRACKER_BIG_PAGES.NumberOfBytes, bytes);
}

/** The entry of an allocation. Traps when there is none. */
export function findBigPages(address: u64): u64 {
  let place = placeOf(u32(address >> 12), mask);
  for (let i: u32 = 0; i <= mask; i++) {
    const entry = entryAt(place);
    const va = getField(entry, POOL_TRACKER_BIG_PAGES.Va);
    if (va == address) return entry;
    // An entry never used ends the search; one given back keeps its address but for the bit.
    assert(va != FREE, 'not an allocation of the pool');
    place = (place + 1) & mask;
  }
  assert(false, 'not an allocation of the pool');
  return 0;
}

/** Gives an entry back. What was in it stays, as Windows leaves it. */
export function dropBigPages(entry: u64): void {
  setField(entry, POOL_TRACKER_BIG_PAGES.Va, getField(entry, POOL_TRACKER_BIG_PAGES.Va) | FREE);
  inUse--;
}
