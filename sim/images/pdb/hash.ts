/** CRC-32 polynomial, bits reversed. */
const CRC_POLYNOMIAL = 0xedb88320;

const LAST_ASCII = 0x7f;

/** ORed into every lane of a string's hash, so that names that differ only in case share a bucket. */
const LOWER_CASE_MASK = 0x20202020;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC_POLYNOMIAL : crc >>> 1;
  return crc;
});

/** CRC-32 without the final inversion (JamCRC). */
export function jamCrc(data: Uint8Array, initial: number): number {
  let crc = initial >>> 0;
  for (const byte of data) crc = (crcTable[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return crc >>> 0;
}

/**
 * Hash of a name: of publics, globals, types, named streams and strings. Names are ASCII; throws an Error on others.
 * Source: LLVM, `hashStringV1` in lib/DebugInfo/PDB/Native/Hash.cpp.
 */
export function hashName(name: string): number {
  let hash = 0;
  // Little-endian words, then a half word and a byte where they remain: each character's place is that of its index.
  for (let i = 0; i < name.length; i++) {
    const character = name.charCodeAt(i);
    if (character > LAST_ASCII) throw new Error(`PDB: the name '${name}' is not ASCII`);
    hash ^= character << (8 * lane(i, name.length));
  }
  hash |= LOWER_CASE_MASK;
  hash ^= hash >>> 11;
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Hash of a type record that has no name to be found by. Source: LLVM, `hashBufferV8`. */
export function hashRecord(record: Uint8Array): number {
  return jamCrc(record, 0);
}

/** The byte of a 32-bit word that a character is XORed into: a single last one, after a half word or not, is the lowest. */
function lane(index: number, length: number): number {
  return length % 2 === 1 && index === length - 1 ? 0 : index % 4;
}
