// The hash by which the kernel finds keys: of a key's name in lists of subkeys, of a whole path in tables of control
// blocks. As ReactOS publishes it in CmpComputeHashKey.

const FACTOR: u32 = 37;

/** A character as names are compared: in upper case. */
export function upper(character: u32): u32 {
  return character >= 0x61 && character <= 0x7a ? character - 0x20 : character;
}

/** The hash of what has `hash` with one more 8-bit character. */
export function hashStep(hash: u32, character: u32): u32 {
  return hash * FACTOR + upper(character);
}
