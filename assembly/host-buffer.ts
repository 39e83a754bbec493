// The one place where host and core exchange text, lists and bytes.
const BYTES: u32 = 65536;
const buffer: usize = memory.data(65536, 16);
let image: usize = 0;
let imageBytes: usize = 0;

/** Host address of the exchange buffer. */
export function exchangeBuffer(): usize {
  return buffer;
}

/** Size of the exchange buffer in bytes. */
export function exchangeBytes(): u32 {
  return BYTES;
}

/** Memory for a PE file of `bytes` bytes that the host fills before it asks to load it. Used again for the next one. */
export function fileBuffer(bytes: usize): usize {
  if (bytes > imageBytes) {
    image = heap.alloc(bytes);
    imageBytes = bytes;
  }
  return image;
}

/** The u64 at `index` of a list in the exchange buffer. */
export function listed(index: i32): u64 {
  return load<u64>(buffer + (usize(index) << 3));
}
