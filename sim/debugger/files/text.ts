const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder('utf-8');
const utf16 = new TextDecoder('utf-16le');

/** Bytes up to the first zero, one character each. */
export function asciiText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return latin1.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Texts up to this many bytes are put together here: calling a decoder takes longer. */
const SHORT = 64;

/** UTF-8 up to the first zero. */
export function utf8Text(bytes: Uint8Array, at = 0): string {
  const end = bytes.indexOf(0, at);
  const to = end < 0 ? bytes.length : end;
  if (to - at > SHORT) return utf8.decode(bytes.subarray(at, to));
  let text = '';
  for (let i = at; i < to; i++) {
    if (bytes[i]! > 0x7f) return utf8.decode(bytes.subarray(at, to));
    text += String.fromCharCode(bytes[i]!);
  }
  return text;
}

/** UTF-16, an even number of bytes, zeros included. */
export function wideText(bytes: Uint8Array): string {
  return utf16.decode(bytes.subarray(0, bytes.length & ~1));
}
