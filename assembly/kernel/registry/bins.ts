// A hive under construction: bins and cells of both storages as its file has them, in host memory. A cell's index says
// where it lies: bit 31 is set in volatile storage, the others are its offset in the storage's bins.
//
//   bin:  HBIN | cell | cell | … | free cell          cell:  i32 size, negative when it is in use | contents
import { HBIN } from '../../generated/types';
import { offsetOf, put } from '../../layout/fields';

export const STABLE: u32 = 0;
export const VOLATILE: u32 = 1;
export const STORAGES: u32 = 2;
/** HCELL_NIL: an index that leads to no cell. */
export const NO_CELL: u32 = 0xffffffff;
/** HBLOCK_SIZE: bins are whole blocks. */
export const BLOCK_BYTES: u32 = 0x1000;
/** Bytes of a cell's size, before its contents. */
export const CELL_HEADER: u32 = 4;
export const OFFSET_MASK: u32 = 0x7fffffff;
export const STORAGE_SHIFT: u32 = 31;

const HBIN_SIGNATURE: u32 = 0x6e696268; // 'hbin'
const CELL_ALIGNMENT: u32 = 8;
const FIRST_ROOM: u32 = 0x4000;

class Bins {
  buffer: usize = 0;
  room: u32 = 0;
  /** Bytes of all bins. */
  length: u32 = 0;
  /** Where the next cell of the last bin goes. */
  next: u32 = 0;

  grow(bytes: u32): void {
    if (bytes <= this.room) return;
    let room = max(this.room, FIRST_ROOM);
    while (room < bytes) room *= 2;
    const buffer = heap.alloc(room);
    memory.copy(buffer, this.buffer, this.length);
    this.buffer = buffer;
    this.room = room;
  }

  /** Starts a bin that has room for a cell of `bytes` bytes; the rest of the one before becomes a free cell. */
  open(bytes: u32, time: u64): void {
    this.close();
    const size = (offsetOf(HBIN.SIZE) + bytes + BLOCK_BYTES - 1) & ~(BLOCK_BYTES - 1);
    this.grow(this.length + size);
    const bin = this.buffer + this.length;
    memory.fill(bin, 0, size);
    put(bin, HBIN.Signature, HBIN_SIGNATURE);
    put(bin, HBIN.FileOffset, this.length);
    put(bin, HBIN.Size, size);
    if (this.length == 0) store<u64>(bin + offsetOf(HBIN.TimeStamp), time);
    this.next = this.length + offsetOf(HBIN.SIZE);
    this.length += size;
  }

  close(): void {
    if (this.next < this.length) store<i32>(this.buffer + this.next, this.length - this.next);
  }
}

const storages = new StaticArray<Bins>(<i32>STORAGES);
let created: u64 = 0;

/** Forgets the hive before and begins one that is created at `time`. */
export function beginBins(time: u64): void {
  for (let i = 0; i < <i32>STORAGES; i++) {
    if (!unchecked(storages[i])) unchecked((storages[i] = new Bins()));
    unchecked(storages[i]).length = 0;
    unchecked(storages[i]).next = 0;
  }
  created = time;
}

/** Ends the last bins: what is left of them is free. */
export function endBins(): void {
  for (let i = 0; i < <i32>STORAGES; i++) unchecked(storages[i]).close();
}

/** Takes a cell for `bytes` bytes of contents, which are zero; returns its index. */
export function takeCell(storage: u32, bytes: u32): u32 {
  const bins = unchecked(storages[storage]);
  const size = (bytes + CELL_HEADER + CELL_ALIGNMENT - 1) & ~(CELL_ALIGNMENT - 1);
  if (bins.next + size > bins.length) bins.open(size, created);
  const offset = bins.next;
  store<i32>(bins.buffer + offset, -i32(size));
  bins.next += size;
  return offset | (storage << STORAGE_SHIFT);
}

/** Host address of a cell's contents, good until the next cell is taken. */
export function cellContents(index: u32): usize {
  return unchecked(storages[index >> STORAGE_SHIFT]).buffer + (index & OFFSET_MASK) + CELL_HEADER;
}

/** Bytes of a storage's bins. */
export function binsLength(storage: u32): u32 {
  return unchecked(storages[storage]).length;
}

/** Host address of a storage's bins. */
export function binsBuffer(storage: u32): usize {
  return unchecked(storages[storage]).buffer;
}
