// Memory for the host: blocks in and out of the exchange buffer.
import { exchangeBuffer, exchangeBytes } from '../host-buffer';
import { explain } from '../paging/walk';
import { PAGE_SIZE } from './arena';
import { readableFrame } from './frames';
import { attachedRoot, readBytes, write64, writeBytes } from './virtual';

/** Copies `length` bytes at a virtual address of the attached process to the exchange buffer; returns how many are mapped. */
export function memoryRead(address: u64, length: u32): u32 {
  assert(length <= exchangeBytes(), 'more bytes than the exchange buffer holds');
  return u32(readBytes(address, exchangeBuffer(), length));
}

/** Copies `length` bytes of the exchange buffer to a virtual address. */
export function memoryWrite(address: u64, length: u32): void {
  assert(length <= exchangeBytes(), 'more bytes than the exchange buffer holds');
  writeBytes(address, exchangeBuffer(), length);
}

/** Writes one pointer. */
export function memoryWritePointer(address: u64, value: u64): void {
  write64(address, value);
}

/** Explains the translation of an address under the PML4 in frame `root` (0: the attached one); see paging/walk.ts. */
export function memoryWalk(root: u32, address: u64): i32 {
  return explain(root == 0 ? attachedRoot() : root, address, exchangeBuffer());
}

/** Copies a frame's 4096 bytes to the exchange buffer. */
export function memoryReadPhysical(pfn: u32): void {
  memory.copy(exchangeBuffer(), readableFrame(pfn), PAGE_SIZE);
}
