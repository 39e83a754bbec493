/** CRC-32 polynomial, bits reversed. */
const CRC_POLYNOMIAL = 0xedb88320;

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
 * Hash of a name in publics, globals, string tables, named streams and of type names.
 * Source: LLVM, `hashStringV1` in lib/DebugInfo/PDB/Native/Hash.cpp.
 */
export function hashName(name: string): number {
  const bytes = new TextEncoder().encode(name);
  const words = bytes.length & ~3;
  let hash = 0;
  for (let i = 0; i < words; i += 4) hash ^= littleEndian(bytes, i, 4);
  let rest = words;
  if (bytes.length - rest >= 2) {
    hash ^= littleEndian(bytes, rest, 2);
    rest += 2;
  }
  if (rest < bytes.length) hash ^= littleEndian(bytes, rest, 1);
  hash |= LOWER_CASE_MASK;
  hash ^= hash >>> 11;
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Hash of a type record that has no name to be found by. Source: LLVM, `hashBufferV8`. */
export function hashRecord(record: Uint8Array): number {
  return jamCrc(record, 0);
}

function littleEndian(bytes: Uint8Array, offset: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value |= (bytes[offset + i] as number) << (8 * i);
  return value;
}
