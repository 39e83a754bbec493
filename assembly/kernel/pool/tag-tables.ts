// nt!PoolTrackTable and nt!ExPoolTagTables: how often each tag was allocated and freed, and how many bytes it has, a
// table for each processor. A tag has the same row in all of them; rows add up to what lies in the heaps.
import { NT } from '../../generated/symbols';
import { POOL_TRACKER_TABLE } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { allocateTable } from '../../memory/arena';
import { getField, hostFor, setField, write64 } from '../../memory/virtual';
import { addressOf } from '../symbols';
import { enter, entryOf, ledgerCapacity } from './ledger';
import { placeOf } from './tag-hash';
import { takeMetadata } from './va-manager';

const MOST_PROCESSORS: u32 = 64;
const NO_ROW: u32 = 0;

const tables = new StaticArray<u64>(MOST_PROCESSORS);
let processors: u32 = 0;
let mask: u32 = 0;
let rows: usize = 0; // of each ledger entry: its row + 1, u32
let rowBytes: u32 = 0;
let bytesAt: u32 = 0;
let allocsAt: u32 = 0;
let freesAt: u32 = 0;
let pagedBytesAt: u32 = 0;
let pagedAllocsAt: u32 = 0;
let pagedFreesAt: u32 = 0;

/** Makes the tables, of `size` rows (a power of 2) and one that nobody's tag hashes to. */
export function createTagTables(processorCount: u32, size: u32): void {
  processors = processorCount;
  mask = size - 1;
  rowBytes = offsetOf(POOL_TRACKER_TABLE.SIZE);
  bytesAt = offsetOf(POOL_TRACKER_TABLE.NonPagedBytes);
  allocsAt = offsetOf(POOL_TRACKER_TABLE.NonPagedAllocs);
  freesAt = offsetOf(POOL_TRACKER_TABLE.NonPagedFrees);
  pagedBytesAt = offsetOf(POOL_TRACKER_TABLE.PagedBytes);
  pagedAllocsAt = offsetOf(POOL_TRACKER_TABLE.PagedAllocs);
  pagedFreesAt = offsetOf(POOL_TRACKER_TABLE.PagedFrees);
  rows = allocateTable(usize(ledgerCapacity()) * 4);
  const bytes = (size + 1) * rowBytes;
  for (let i: u32 = 0; i < processors; i++) {
    const table = takeMetadata(bytes, bytes);
    unchecked((tables[i] = table));
    write64(addressOf(NT.ExPoolTagTables) + u64(i) * 8, table);
  }
  write64(addressOf(NT.PoolTrackTable), unchecked(tables[0]));
  write64(addressOf(NT.PoolTrackTableSize), size + 1);
  write64(addressOf(NT.PoolTrackTableExpansion), 0);
}

function rowOf(entry: u32, poolTag: u32): u32 {
  const known = load<u32>(rows + usize(entry) * 4);
  if (known != NO_ROW) return known - 1;
  let row = placeOf(poolTag, mask);
  while (getField(unchecked(tables[0]) + u64(row) * rowBytes, POOL_TRACKER_TABLE.Key) != 0)
    row = (row + 1) & mask;
  for (let i: u32 = 0; i < processors; i++)
    setField(unchecked(tables[i]) + u64(row) * rowBytes, POOL_TRACKER_TABLE.Key, poolTag);
  store<u32>(rows + usize(entry) * 4, row + 1);
  return row;
}

/** The processor whose table counts an allocation: that of its address, so that no table's bytes fall below zero. */
export function countingProcessor(address: u64): u32 {
  return u32(((address >> 4) * 0x9e3779b1) >> 16) % processors;
}

function tableOf(address: u64): u64 {
  return unchecked(tables[countingProcessor(address)]);
}

/** How many tables there are. */
export function countingProcessors(): u32 {
  return processors;
}

/** Gives a tag its row, as its first allocation does. */
export function enterTag(poolTag: u32): void {
  rowOf(entryOf(poolTag), poolTag);
}

function add(to: u64, value: u64): void {
  const host = hostFor(to);
  store<u64>(host, load<u64>(host) + value);
}

/** Counts an allocation of `bytes` bytes, its header included. */
export function trackAllocation(poolTag: u32, paged: bool, address: u64, bytes: u64): void {
  trackAllocations(poolTag, paged, countingProcessor(address), 1, bytes);
}

/** Counts `times` allocations of `bytes` bytes each that are all counted by one processor. */
export function trackAllocations(poolTag: u32, paged: bool, processor: u32, times: u64, bytes: u64): void {
  const entry = entryOf(poolTag);
  const row = unchecked(tables[processor]) + u64(rowOf(entry, poolTag)) * rowBytes;
  add(row + (paged ? pagedBytesAt : bytesAt), times * bytes);
  add(row + (paged ? pagedAllocsAt : allocsAt), times);
  enter(entry, paged, times, 0, i64(times * bytes));
}

/** Counts that an allocation was freed. */
export function trackFree(poolTag: u32, paged: bool, address: u64, bytes: u64): void {
  const entry = entryOf(poolTag);
  const row = tableOf(address) + u64(rowOf(entry, poolTag)) * rowBytes;
  add(row + (paged ? pagedBytesAt : bytesAt), -bytes);
  add(row + (paged ? pagedFreesAt : freesAt), 1);
  enter(entry, paged, 0, 1, -i64(bytes));
}

/** Counts `times` allocations that were freed long ago, shared out over the processors. */
export function trackHistory(poolTag: u32, paged: bool, times: u64): void {
  const entry = entryOf(poolTag);
  const row = rowOf(entry, poolTag);
  const share = times / processors;
  for (let i: u32 = 0; i < processors; i++) {
    const part = i == 0 ? times - share * (processors - 1) : share;
    const counters = unchecked(tables[i]) + u64(row) * rowBytes;
    add(counters + (paged ? pagedAllocsAt : allocsAt), part);
    add(counters + (paged ? pagedFreesAt : freesAt), part);
  }
  enter(entry, paged, times, times, 0);
}
