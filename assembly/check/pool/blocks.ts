// What the heaps hold, gathered block by block: bytes and allocations of each tag, large allocations, objects.
import { NT } from '../../generated/symbols';
import { Rule, Visited } from '../../generated/rules';
import { POOL_HEADER, POOL_TRACKER_BIG_PAGES } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addressOf } from '../../kernel/symbols';
import { AddressTable } from '../address-table';
import { mapped, peek32, peek64, value } from '../memory';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from '../report';
import { countObjectIn } from './objects';

const GRANULE: u32 = 16; // POOL_HEADER counts in 16 bytes
const FREE: u64 = 1; // bit of POOL_TRACKER_BIG_PAGES.Va
const PAGED: u64 = 1; // bit of POOL_HEADER.PoolType
const IN_USE: u64 = 2; // bit of POOL_HEADER.PoolType of an allocated block
const MOST_BIG_PAGES: u64 = 1 << 22;

const bytesOf = new AddressTable(); // by key of tag and pool
const countOf = new AddressTable();
const bigPages = new AddressTable(); // entry of nt!PoolBigPageTable by address
let bigPagesSeen: u32 = 0;

/** Forgets what was gathered, and reads nt!PoolBigPageTable. */
export function beginBlocks(): void {
  bytesOf.clear();
  countOf.clear();
  bigPages.clear();
  bigPagesSeen = 0;
  const table = peek64(addressOf(NT.PoolBigPageTable));
  const size = peek64(addressOf(NT.PoolBigPageTableSize));
  const entryBytes = offsetOf(POOL_TRACKER_BIG_PAGES.SIZE);
  if (size > MOST_BIG_PAGES)
    disagreeAt(Rule.BigPoolIsInTable, NO_FIELD, addressOf(NT.PoolBigPageTableSize), MOST_BIG_PAGES, size);
  for (let i: u64 = 0; i < size && !broken(); i++) {
    const entry = table + i * entryBytes;
    const address = value(entry, POOL_TRACKER_BIG_PAGES.Va);
    if (broken() || (address & FREE) != 0 || address == 0) continue;
    if (bigPages.has(address)) disagree(Rule.BigPoolIsInTable, entry, POOL_TRACKER_BIG_PAGES.Va, 0, address);
    bigPages.set(address, entry);
  }
}

/** Key under which bytes of a tag are gathered. */
function keyOf(tag: u32, paged: bool): u64 {
  return (u64(tag) << 5) | (paged ? 16 : 0) | (u64(1) << 40);
}

function gather(tag: u32, paged: bool, bytes: u64): void {
  const key = keyOf(tag, paged);
  bytesOf.add(key, bytes);
  countOf.add(key, 1);
  visit(Visited.PoolBlocks);
}

/** Bytes that the heaps hold of a tag. */
export function bytesWithTag(tag: u32, paged: bool): u64 {
  return bytesOf.get(keyOf(tag, paged));
}

/** Allocations that the heaps hold of a tag. */
export function blocksWithTag(tag: u32, paged: bool): u64 {
  return countOf.get(keyOf(tag, paged));
}

/** How many pairs of tag and pool have allocations. */
export function tagCount(): u32 {
  return countOf.size;
}

/** Whether nt!PoolBigPageTable has an address. */
export function isBig(address: u64): bool {
  return bigPages.has(address);
}

/** Checks an allocation that has no header: it is in nt!PoolBigPageTable, and fits `room` bytes. */
export function checkBig(address: u64, room: u64, paged: bool): bool {
  const entry = bigPages.get(address);
  if (entry == 0) return disagreeAt(Rule.BigPoolIsInTable, NO_FIELD, address, address, 0);
  const bytes = value(entry, POOL_TRACKER_BIG_PAGES.NumberOfBytes);
  if (bytes == 0 || bytes > room)
    return disagree(Rule.BigPoolIsInTable, entry, POOL_TRACKER_BIG_PAGES.NumberOfBytes, room, bytes);
  bigPagesSeen++;
  gather(u32(value(entry, POOL_TRACKER_BIG_PAGES.Key)), paged, bytes);
  return true;
}

/** Every entry of nt!PoolBigPageTable is an allocation that the heaps have. */
export function checkBigPagesSeen(): void {
  if (!broken() && bigPagesSeen != bigPages.size)
    disagreeAt(Rule.BigPoolIsInTable, NO_FIELD, addressOf(NT.PoolBigPageTable), bigPagesSeen, bigPages.size);
}

/** Checks a block of at most `room` bytes with a POOL_HEADER. */
export function checkBlock(block: u64, room: u32, paged: bool): bool {
  const rule = Rule.PoolBlockHasAHeader;
  const bytes = u32(value(block, POOL_HEADER.BlockSize)) * GRANULE;
  const type = value(block, POOL_HEADER.PoolType);
  if (bytes == 0 || bytes > room)
    return disagree(rule, block, POOL_HEADER.BlockSize, room / GRANULE, bytes / GRANULE);
  if ((type & IN_USE) == 0 || ((type & PAGED) != 0) != paged)
    return disagree(rule, block, POOL_HEADER.PoolType, IN_USE | (paged ? PAGED : 0), type);
  const tag = u32(value(block, POOL_HEADER.PoolTag));
  if (!isTag(tag)) return disagree(rule, block, POOL_HEADER.PoolTag, 0, tag);
  gather(tag, paged, bytes);
  countObjectIn(block, bytes, tag);
  return !broken();
}

/** Whether a tag is four printable characters. */
function isTag(tag: u32): bool {
  for (let i: u32 = 0; i < 32; i += 8) {
    const character = (tag >>> i) & 0x7f; // the highest bit of the last one may say that the tag is protected
    if (character < 0x20 || character == 0x7f) return false;
  }
  return true;
}

/** Whether the page at an address is mapped, or must be. */
export function expectMapped(address: u64, isMapped: bool, descriptor: u64, field: i32): bool {
  if (mapped(address) == isMapped) return true;
  return disagree(Rule.PoolRangeIsMapped, descriptor, field, isMapped ? 1 : 0, isMapped ? 0 : 1);
}

/** A key of nt!RtlpHpHeapGlobals. */
export function heapKeyAt(field: i32): u64 {
  return value(addressOf(NT.RtlpHpHeapGlobals), field);
}

/** The low 32 bits at an address, decoded with a key. */
export function decoded32(address: u64, key: u32): u32 {
  return peek32(address) ^ key;
}
