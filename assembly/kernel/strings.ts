// Text in kernel structures.
import { UNICODE_STRING } from '../generated/types';
import { setField, write16, writeBytes } from '../memory/virtual';
import { allocatePool, PAGED } from './pool/pool';

/** Points the UNICODE_STRING at `target` to UTF-16 characters already at `buffer`. */
export function setUnicodeString(target: u64, buffer: u64, bytes: u32): void {
  setField(target, UNICODE_STRING.Length, bytes);
  setField(target, UNICODE_STRING.MaximumLength, bytes + 2);
  setField(target, UNICODE_STRING.Buffer, buffer);
}

/** Copies host UTF-16 text of `bytes` bytes into pool, ends it with a zero and points `target` to it. */
export function newUnicodeString(
  target: u64,
  text: usize,
  bytes: u32,
  poolTag: u32,
  poolType: u32 = PAGED,
): void {
  const buffer = allocatePool(bytes + 2, poolTag, poolType, 0);
  writeBytes(buffer, text, bytes);
  write16(buffer + bytes, 0);
  setUnicodeString(target, buffer, bytes);
}
