const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder('utf-8');
const utf16 = new TextDecoder('utf-16le');

/** Bytes up to the first zero, one character each. */
export function asciiText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return latin1.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** UTF-8 up to the first zero. */
export function utf8Text(bytes: Uint8Array, at = 0): string {
  const end = bytes.indexOf(0, at);
  return utf8.decode(bytes.subarray(at, end < 0 ? bytes.length : end));
}

/** UTF-16, an even number of bytes, zeros included. */
export function wideText(bytes: Uint8Array): string {
  return utf16.decode(bytes.subarray(0, bytes.length & ~1));
}
