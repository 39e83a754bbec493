// A dump as a stream: the host asks for the next piece, the core fills its window. A dump is never held whole.
import { DUMP_HEADER64 } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { frameCount } from '../memory/frames';
import { beginSnapshot, copyFromSnapshot, exchangeSnapshot } from '../memory/snapshot';
import { bitmapBits, bitmapOffset, Container, containerBytes, firstPageOffset, hasBitmap } from './container';
import { writeElf } from './elf';
import { writeBitmapHeader, writeHeader } from './header';
import { selected } from './selection';
import { pieceBytes, windowFor } from './window';

let prefix: usize = 0; // header, bitmap header, bitmap, padding
let prefixRoom: u64 = 0;
let prefixBytes: u64 = 0;
let position: u64 = 0;
let nextFrame: u32 = 0;
let withHoles: bool = false; // frames that are not selected are zeros in the file

/** Makes the headers of a dump of the selected pages. Returns the file's size in bytes. */
export function openDump(
  container: u32,
  isPartial: bool,
  build: u32,
  processors: u32,
  root: u32,
  comment: usize,
  commentBytes: u32,
): u64 {
  const kind = <Container>container;
  prefixBytes = firstPageOffset(kind);
  if (prefixRoom < prefixBytes) {
    prefix = heap.alloc(usize(prefixBytes));
    prefixRoom = prefixBytes;
  }
  memory.fill(prefix, 0, usize(prefixBytes));
  if (kind == Container.Elf) writeElf(prefix);
  else if (kind != Container.Raw)
    writeHeader(prefix, kind, isPartial, build, processors, root, comment, commentBytes);
  if (hasBitmap(kind)) {
    writeBitmapHeader(prefix + offsetOf(DUMP_HEADER64.SIZE), kind);
    memory.copy(prefix + bitmapOffset(), selected.bits, bitmapBits() / 8);
  }
  withHoles = kind == Container.Raw;
  position = 0;
  nextFrame = 0;
  beginSnapshot(selected.bits);
  return containerBytes(kind);
}

/** Fills the window with the next piece of the file, at most `bytes` of it in whole pages; returns its length, 0 at the end. */
export function readDump(bytes: u32): u32 {
  const most = pieceBytes(bytes);
  const window = windowFor(most);
  let filled: usize = 0;
  if (position < prefixBytes) {
    filled = usize(min(prefixBytes - position, u64(most)));
    memory.copy(window, prefix + usize(position), filled);
    position += filled;
    if (position < prefixBytes) return u32(filled);
  }
  exchangeSnapshot();
  while (filled + PAGE_SIZE <= most && nextFrame < frameCount()) {
    if (!withHoles && (nextFrame & 31) == 0 && load<u32>(selected.bits + (nextFrame >> 3)) == 0) {
      nextFrame += 32;
      continue;
    }
    const isPresent = selected.has(nextFrame);
    if (isPresent) copyFromSnapshot(nextFrame, window + filled);
    else if (withHoles) memory.fill(window + filled, 0, PAGE_SIZE);
    nextFrame++;
    if (!isPresent && !withHoles) continue;
    filled += PAGE_SIZE;
    position += PAGE_SIZE;
  }
  exchangeSnapshot();
  return u32(filled);
}

/** Pages written so far. */
export function pagesRead(): u32 {
  return position <= prefixBytes ? 0 : u32((position - prefixBytes) / PAGE_SIZE);
}
