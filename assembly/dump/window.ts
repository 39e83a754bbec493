// Where the next piece of a dump is filled. As large as pieces were asked for: memory touched for the first time is slow, and
// a small window stays in the processor's cache until the host has written it.
import { PAGE_SIZE } from '../memory/arena';

let window: usize = 0;
let room: u32 = 0;

/** Host address of the piece that was filled last. */
export function dumpWindow(): usize {
  return window;
}

/** Host address of room for a piece of `bytes` bytes. */
export function windowFor(bytes: u32): usize {
  if (bytes > room) {
    window = heap.alloc(bytes);
    room = bytes;
  }
  return window;
}

/** Bytes of whole pages in a piece of at most `bytes` bytes, one at least. */
export function pieceBytes(bytes: u32): u32 {
  return max(bytes & ~(u32(PAGE_SIZE) - 1), u32(PAGE_SIZE));
}
