// Reading memory that may be broken: an address that is not mapped is a finding, never a trap. Nothing becomes
// resident by being read.
import { Rule } from '../generated/rules';
import { get, offsetOf, widthOf } from '../layout/fields';
import { allocateTable, PAGE_SIZE } from '../memory/arena';
import { copyFrame, residentFrame } from '../memory/frames';
import { NOT_MAPPED, translate, translateBelow } from '../paging/walk';
import { disagree, disagreeAt, NO_FIELD } from './report';

const CACHED_PAGES: u32 = 16384;
const CACHE_ENTRY_BYTES: u32 = 16; // u64 page number + 1, u32 host page
const USER_END: u64 = 0x0000800000000000;
const SLOT_BITS: u64 = 39;
const PML4_LEVEL: i32 = 4;
const KERNEL_START: u64 = 0xffff800000000000;

let cache: usize = 0;
let kernelRoot: u32 = 0;
let userRoot: u32 = 0;
let sessionTable: u32 = 0; // that session space is read through
let sessionBase: u64 = 0;
const COPIES: u32 = 256;
let copies: usize = 0; // of pages that are rendered or packed
const copied = new StaticArray<u32>(<i32>COPIES); // frame number + 1 of each copy
const straddling: usize = memory.data(8, 8);

/** Starts reading: `root` is the frame of the PML4 whose kernel's half is everybody's. */
export function beginReading(root: u32): void {
  if (cache == 0) cache = allocateTable(CACHED_PAGES * CACHE_ENTRY_BYTES);
  else memory.fill(cache, 0, CACHED_PAGES * CACHE_ENTRY_BYTES);
  if (copies == 0) copies = allocateTable(COPIES * PAGE_SIZE);
  for (let i: u32 = 0; i < COPIES; i++) unchecked((copied[i] = 0));
  kernelRoot = root;
  userRoot = root;
  sessionTable = 0;
}

/** Frame of the PML4 that the kernel's half is read through. */
export function systemRoot(): u32 {
  return kernelRoot;
}

/** User addresses are those under the PML4 in frame `root` from now on. */
export function readUserSpaceOf(root: u32): void {
  if (root == userRoot) return;
  userRoot = root;
  for (let at = cache; at < cache + CACHED_PAGES * CACHE_ENTRY_BYTES; at += CACHE_ENTRY_BYTES)
    if (load<u64>(at) <= USER_END >> 12) store<u64>(at, 0);
}

/** Index of the entry in a PML4 through which an address is reached. */
export function slotOf(address: u64): u32 {
  return u32(address >> SLOT_BITS) & 511;
}

/** Session space, in the slot of `base`, is what hangs below the table in frame `table` from now on. */
export function readSessionSpaceOf(table: u32, base: u64): void {
  sessionTable = table;
  sessionBase = base;
}

/** Physical address that an address maps to, or NOT_MAPPED; also for addresses that no processor would take. */
export function physicalOf(address: u64): u64 {
  if (address < USER_END) return translate(userRoot, address);
  if (address < KERNEL_START) return NOT_MAPPED;
  if (sessionTable != 0 && slotOf(address) == slotOf(sessionBase))
    return translateBelow(sessionTable, PML4_LEVEL - 1, address);
  return translate(kernelRoot, address);
}

/** Whether the byte at an address is mapped. */
export function mapped(address: u64): bool {
  return hostPage(address) != 0;
}

/** Host address of the page at an address, good until the next call; 0 when it is not mapped. */
function hostPage(address: u64): usize {
  const page = (address >> 12) + 1;
  const entry = cache + usize(u32(page) % CACHED_PAGES) * CACHE_ENTRY_BYTES;
  if (load<u64>(entry) == page) return load<u32>(entry, 8);
  const physical = physicalOf(address);
  if (physical == NOT_MAPPED) return 0;
  const pfn = u32(physical >> 12);
  const resident = residentFrame(pfn);
  if (resident == 0) return copyOf(pfn);
  store<u64>(entry, page);
  store<u32>(entry, u32(resident), 8);
  return resident;
}

function copyOf(pfn: u32): usize {
  const copy = copies + usize(pfn % COPIES) * PAGE_SIZE;
  if (unchecked(copied[pfn % COPIES]) != pfn + 1) {
    copyFrame(pfn, copy);
    unchecked((copied[pfn % COPIES] = pfn + 1));
  }
  return copy;
}

/** Host address of `width` bytes, 8 at most, good until the next call; 0 when they are not mapped. */
function host(address: u64, width: u32): usize {
  const offset = u32(address) & (PAGE_SIZE - 1);
  if (offset + width <= PAGE_SIZE) {
    const page = hostPage(address);
    return page == 0 ? 0 : page + offset;
  }
  for (let i: u32 = 0; i < width; i++) {
    const byte = host(address + i, 1);
    if (byte == 0) return 0;
    store<u8>(straddling + i, load<u8>(byte));
  }
  return straddling;
}

/** A field of the structure at `structure`; 0, and a finding, when it is not mapped. */
export function value(structure: u64, field: i32): u64 {
  const from = host(structure + offsetOf(field), widthOf(field));
  if (from != 0) return get(from - offsetOf(field), field);
  disagree(Rule.MemoryIsMapped, structure, field, 1, 0);
  return 0;
}

function bytesAt(address: u64, width: u32): usize {
  const from = host(address, width);
  if (from == 0) disagreeAt(Rule.MemoryIsMapped, NO_FIELD, address, 1, 0);
  return from;
}

/** The 64 bits at an address; 0, and a finding, when they are not mapped. */
export function peek64(address: u64): u64 {
  const from = bytesAt(address, 8);
  return from == 0 ? 0 : load<u64>(from);
}

/** The 32 bits at an address; 0, and a finding, when they are not mapped. */
export function peek32(address: u64): u32 {
  const from = bytesAt(address, 4);
  return from == 0 ? 0 : load<u32>(from);
}

/** The 16 bits at an address; 0, and a finding, when they are not mapped. */
export function peek16(address: u64): u32 {
  const from = bytesAt(address, 2);
  return from == 0 ? 0 : load<u16>(from);
}

/** The byte at an address; 0, and a finding, when it is not mapped. */
export function peek8(address: u64): u32 {
  const from = bytesAt(address, 1);
  return from == 0 ? 0 : load<u8>(from);
}
