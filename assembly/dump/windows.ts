// Where pieces of a dump are filled in turn: while the host writes some of them, the next ones are filled.

/** Bytes of a window. */
export const WINDOW_BYTES: u32 = 1 << 20;

const WINDOWS: usize = 8;
let windows: usize = 0;
let window: usize = 0; // the one that was filled last

/** Host address of the window that was filled last. */
export function dumpWindow(): usize {
  return window;
}

/** Begins with the windows anew. */
export function beginWindows(): void {
  if (windows == 0) windows = heap.alloc(WINDOWS * WINDOW_BYTES);
  window = windows;
}

/** Host address of the next window; the seven before it stay as they are. */
export function nextWindow(): usize {
  window += WINDOW_BYTES;
  if (window == windows + WINDOWS * WINDOW_BYTES) window = windows;
  return window;
}
