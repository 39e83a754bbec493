// Four-level page tables in emulated memory, with the self-map through which Windows addresses them.
import { PAGE_SIZE } from '../memory/arena';
import { readableFrame, writableFrame } from '../memory/frames';
import { FOR_KERNEL, takeFrame } from '../memory/ranges';
import { activate } from './pfn-database';
import { entryFor, frameOf, KERNEL_TABLE, LARGE, PRESENT, USER_TABLE } from './pte';

/** First address of the kernel's half. */
export const SYSTEM_RANGE_START: u64 = 0xffff800000000000;
/** Levels count from the leaf: 1 maps 4 KiB pages, 4 is the PML4. */
export const PML4_LEVEL: i32 = 4;
const INDEX_BITS: i32 = 9;
const SLOT_BITS: u64 = 39;
const ENTRY_BYTES: u64 = 8;
const TABLE_PRIORITY: u32 = 5;

let selfMapIndex: u32 = 0;

/** Chooses the PML4 slot through which a process sees its own page tables; 256 to 511. */
export function chooseSelfMap(index: u32): void {
  selfMapIndex = index;
}

function canonical(address: u64): u64 {
  return u64(i64(address << 16) >> 16);
}

/** Address of the first PTE: what nt!MmPteBase holds. */
export function pteBase(): u64 {
  return canonical(u64(selfMapIndex) << 39);
}

/** Address in the self-map of the entry at `level` that maps `address`. */
export function entryAddress(address: u64, level: i32): u64 {
  let at = address;
  for (let i = 0; i < level; i++) at = pteBase() + ((at & 0x0000ffffffffffff) >> 12) * 8;
  return at;
}

/** Whether an address is that of an entry in the self-map. */
export function isEntryAddress(address: u64): bool {
  return address >> SLOT_BITS == pteBase() >> SLOT_BITS;
}

/** The address that the PTE at address `pte` of the self-map maps. */
export function addressMappedBy(pte: u64): u64 {
  return canonical(((pte - pteBase()) / ENTRY_BYTES) << 12);
}

/** Where a PML4 sees itself. */
export function rootAddress(): u64 {
  const slot = u64(selfMapIndex);
  return pteBase() | (slot << 30) | (slot << 21) | (slot << 12);
}

/** Index into the table of a level, 0 to 511. */
export function indexAt(address: u64, level: i32): u32 {
  return u32(address >> (12 + INDEX_BITS * (level - 1))) & 511;
}

/** Frame of the table at `level` that maps `address`; makes the tables above it where they are missing. */
export function tableFor(root: u32, address: u64, level: i32): u32 {
  let table = root;
  for (let at = PML4_LEVEL; at > level; at--) {
    const slot = writableFrame(table) + indexAt(address, at) * 8;
    let entry = load<u64>(slot);
    if ((entry & PRESENT) == 0) {
      const pfn = takeFrame(FOR_KERNEL);
      entry = entryFor(pfn, address < SYSTEM_RANGE_START ? USER_TABLE : KERNEL_TABLE);
      store<u64>(slot, entry);
      activate(pfn, entryAddress(address, at), table, TABLE_PRIORITY, 0, false);
    }
    assert((entry & LARGE) == 0, 'a large page is in the way of a page table');
    table = frameOf(entry);
  }
  return table;
}

/** Puts a page table of the lowest level, in frame `pfn`, where there is none yet. */
export function linkTable(root: u32, address: u64, pfn: u32): void {
  const directory = tableFor(root, address, 2);
  const slot = writableFrame(directory) + indexAt(address, 2) * 8;
  assert(load<u64>(slot) == 0, 'there is a page table already');
  store<u64>(slot, entryFor(pfn, address < SYSTEM_RANGE_START ? USER_TABLE : KERNEL_TABLE));
  activate(pfn, entryAddress(address, 2), directory, TABLE_PRIORITY, 0, false);
}

/** A new PML4 in frame `pfn` that shares the kernel's half with `kernelRoot` (0 for the first one). */
export function createRoot(pfn: u32, kernelRoot: u32): void {
  const root = writableFrame(pfn);
  if (kernelRoot != 0)
    memory.copy(root + PAGE_SIZE / 2, readableFrame(kernelRoot) + PAGE_SIZE / 2, PAGE_SIZE / 2);
  store<u64>(root + selfMapIndex * 8, entryFor(pfn, KERNEL_TABLE | (u64(1) << 63)));
  activate(pfn, entryAddress(pteBase(), 4), pfn, TABLE_PRIORITY, 0, false);
}
