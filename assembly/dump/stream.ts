// A dump as a stream: the host asks for the next piece, the core fills a window. A dump is never held whole.
import { PAGE_SIZE } from '../memory/arena';
import { copyFrame, frameCount } from '../memory/frames';
import { publishCounters } from '../kernel/memory-manager/counters';
import {
  bitmapHeaderBytes,
  dumpBytes,
  firstPageOffset,
  headerBytes,
  writeBitmapHeader,
  writeHeader,
} from './header';
import { bitmapAddress, bitmapBits, isSelected, selectKernelPages } from './selection';

const WINDOW_BYTES: u32 = 1 << 20;
let window: usize = 0;
let prefix: usize = 0; // header, bitmap header, bitmap, padding
let prefixBytes: u64 = 0;
let position: u64 = 0;
let nextFrame: u32 = 0;

/** Host address of the window that {@link readDump} fills. */
export function dumpWindow(): usize {
  return window;
}

/** Captures: decides which pages belong to the dump and makes its headers. Returns the file's size in bytes. */
export function openDump(build: u32, processors: u32, root: u32, comment: usize, commentBytes: u32): u64 {
  publishCounters();
  selectKernelPages();
  if (window == 0) window = heap.alloc(WINDOW_BYTES + PAGE_SIZE);
  if (prefix == 0) prefix = heap.alloc(usize(firstPageOffset()));
  prefixBytes = firstPageOffset();
  memory.fill(prefix, 0, usize(prefixBytes));
  writeHeader(prefix, build, processors, root, comment, commentBytes);
  writeBitmapHeader(prefix + headerBytes());
  memory.copy(prefix + headerBytes() + bitmapHeaderBytes(), bitmapAddress(), bitmapBits() / 8);
  position = 0;
  nextFrame = 0;
  return dumpBytes();
}

/** Fills the window with the next piece of the file; returns its length, 0 at the end. */
export function readDump(): u32 {
  let filled: usize = 0;
  if (position < prefixBytes) {
    filled = usize(min(prefixBytes - position, u64(WINDOW_BYTES)));
    memory.copy(window, prefix + usize(position), filled);
    position += filled;
    if (position < prefixBytes) return u32(filled);
  }
  while (filled + PAGE_SIZE <= WINDOW_BYTES && nextFrame < frameCount()) {
    if ((nextFrame & 31) == 0 && load<u32>(bitmapAddress() + (nextFrame >> 3)) == 0) {
      nextFrame += 32;
      continue;
    }
    if (isSelected(nextFrame)) {
      copyFrame(nextFrame, window + filled);
      filled += PAGE_SIZE;
      position += PAGE_SIZE;
    }
    nextFrame++;
  }
  return u32(filled);
}

/** Pages written so far. */
export function pagesRead(): u32 {
  return position <= prefixBytes ? 0 : u32((position - prefixBytes) / PAGE_SIZE);
}
