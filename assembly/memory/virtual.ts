// Reading and writing virtual addresses, as a processor does: through the page tables of the attached process.
import { getAt, offsetOf, putAt, widthOf } from '../layout/fields';
import { indexAt, PML4_LEVEL } from '../paging/tables';
import { NOT_MAPPED, translate, translateBelow } from '../paging/walk';
import { allocateTable, PAGE_SIZE } from './arena';
import { readableFrame, writableFrame } from './frames';

const OFFSET_MASK: u64 = 4095;
const TLB_ENTRIES: u32 = 4096;
const TLB_ENTRY_BYTES: u32 = 16; // u64 page number + 1, u32 host page

let root: u32 = 0;
let tlb: usize = 0;
let sessionTable: u32 = 0; // of session space, for whose PML4 has none
let sessionBase: u64 = 0;

/** Chooses the page tables that user addresses go through; returns those before. */
export function attach(pml4: u32): u32 {
  const before = root;
  root = pml4;
  flush();
  return before;
}

/**
 * Kernel code that works on a session's behalf in the context of a process without session attaches to a session
 * first: it sees session space through the table in frame `table`. `base` is an address in session space.
 */
export function seeSession(table: u32, base: u64): void {
  sessionTable = table;
  sessionBase = base;
  flush();
}

/** Physical address of what kernel code sees at `address`, or NOT_MAPPED. */
function seen(address: u64): u64 {
  const physical = translate(root, address);
  if (physical != NOT_MAPPED || sessionTable == 0) return physical;
  if (indexAt(address ^ sessionBase, PML4_LEVEL) != 0 || address >> 63 == 0) return NOT_MAPPED;
  return translateBelow(sessionTable, PML4_LEVEL - 1, address);
}

/** Frame of the attached PML4. */
export function attachedRoot(): u32 {
  return root;
}

/** Forgets translations; needed after a mapping changed. */
export function flush(): void {
  if (tlb == 0) tlb = allocateTable(TLB_ENTRIES * TLB_ENTRY_BYTES);
  else memory.fill(tlb, 0, TLB_ENTRIES * TLB_ENTRY_BYTES);
}

/** Forgets the translation of one page. */
export function forget(address: u64): void {
  store<u64>(tlb + usize(u32((address >> 12) + 1) % TLB_ENTRIES) * TLB_ENTRY_BYTES, 0);
}

/** Whether an address is mapped. */
export function isMapped(address: u64): bool {
  return translate(root, address) != NOT_MAPPED;
}

/** Host address of the byte at `address` for writing, good to the end of its page. Traps when it is not mapped. */
export function hostFor(address: u64): usize {
  const page = (address >> 12) + 1;
  const entry = tlb + usize(u32(page) % TLB_ENTRIES) * TLB_ENTRY_BYTES;
  if (load<u64>(entry) != page) fillEntry(entry, address);
  return usize(load<u32>(entry, 8)) + usize(address & OFFSET_MASK);
}

/** Apart, so that the compiler puts the rest of {@link hostFor} where it is called. */
function fillEntry(entry: usize, address: u64): void {
  const physical = seen(address);
  assert(physical != NOT_MAPPED, 'write to an address that is not mapped');
  store<u64>(entry, (address >> 12) + 1);
  store<u32>(entry, u32(writableFrame(u32(physical >> 12))), 8);
}

/** Writes a field of the structure at virtual address `structure`. */
export function setField(structure: u64, field: i32, value: u64): void {
  putAt(hostFor(structure + offsetOf(field)), field, value);
}

/** Reads a field of the structure at virtual address `structure`. */
export function getField(structure: u64, field: i32): u64 {
  return getAt(hostFor(structure + offsetOf(field)), field);
}

/** Address of a field of the structure at `structure`. */
export function at(structure: u64, field: i32): u64 {
  return structure + offsetOf(field);
}

/** Adds to a numeric field. */
export function addToField(structure: u64, field: i32, value: u64): void {
  assert(widthOf(field) != 0, 'a structure or array has no value of its own');
  const host = hostFor(structure + offsetOf(field));
  putAt(host, field, getAt(host, field) + value);
}

export function write64(address: u64, value: u64): void {
  store<u64>(hostFor(address), value);
}

export function write32(address: u64, value: u32): void {
  store<u32>(hostFor(address), value);
}

export function write16(address: u64, value: u16): void {
  store<u16>(hostFor(address), value);
}

export function write8(address: u64, value: u8): void {
  store<u8>(hostFor(address), value);
}

export function read64(address: u64): u64 {
  return load<u64>(hostFor(address));
}

export function read32(address: u64): u32 {
  return load<u32>(hostFor(address));
}

export function read16(address: u64): u16 {
  return load<u16>(hostFor(address));
}

export function read8(address: u64): u8 {
  return load<u8>(hostFor(address));
}

/** Copies host bytes to virtual memory. */
export function writeBytes(address: u64, source: usize, length: usize): void {
  let done: usize = 0;
  while (done < length) {
    const to = address + done;
    const part = min(length - done, usize(PAGE_SIZE) - usize(to & OFFSET_MASK));
    memory.copy(hostFor(to), source + done, part);
    done += part;
  }
}

/** Copies virtual memory to the host without making anything resident; returns how many bytes were mapped. */
export function readBytes(address: u64, target: usize, length: usize): usize {
  let done: usize = 0;
  while (done < length) {
    const from = address + done;
    const part = min(length - done, usize(PAGE_SIZE) - usize(from & OFFSET_MASK));
    const physical = translate(root, from);
    if (physical == NOT_MAPPED) break;
    memory.copy(target + done, readableFrame(u32(physical >> 12)) + usize(from & OFFSET_MASK), part);
    done += part;
  }
  return done;
}

/** Initialises a LIST_ENTRY to an empty list. */
export function initialiseList(head: u64): void {
  write64(head, head);
  write64(head + 8, head);
}

/** Links a LIST_ENTRY before `head`, that is at the list's end. */
export function insertTail(head: u64, entry: u64): void {
  const last = read64(head + 8);
  write64(entry, head);
  write64(entry + 8, last);
  write64(last, entry);
  write64(head + 8, entry);
}

/** Takes a LIST_ENTRY off its list; it then is a list of its own. */
export function removeEntry(entry: u64): void {
  const next = read64(entry);
  const previous = read64(entry + 8);
  write64(previous, next);
  write64(next + 8, previous);
  initialiseList(entry);
}

/** Links a LIST_ENTRY after `head`, that is at the list's front. */
export function insertHead(head: u64, entry: u64): void {
  const first = read64(head);
  write64(entry, first);
  write64(entry + 8, head);
  write64(first + 8, entry);
  write64(head, entry);
}
