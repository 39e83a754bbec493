import { ByteWriter } from '../byte-writer.js';
import { hashName } from './hash.js';

const SIGNATURE = 0xeffeeffe;
const HASH_VERSION = 1;

/**
 * Strings with a hash table over them: the `/names` stream, and the edit-and-continue part of the DBI stream.
 * Offset 0 is the empty string, which the hash table does not hold.
 * Source: LLVM, PDBStringTableBuilder.cpp.
 */
export function writeStringTable(strings: readonly string[]): Uint8Array {
  const text = new ByteWriter();
  text.ascii('').u8(0);
  const offsets = strings.map((string) => {
    const offset = text.length;
    text.ascii(string).u8(0);
    return offset;
  });
  const buckets = new Uint32Array(bucketCount(strings.length));
  strings.forEach((string, i) => {
    let bucket = hashName(string) % buckets.length;
    while (buckets[bucket] !== 0) bucket = (bucket + 1) % buckets.length;
    buckets[bucket] = offsets[i] as number;
  });

  const writer = new ByteWriter();
  writer.u32(SIGNATURE).u32(HASH_VERSION).u32(text.length).append(text.bytes);
  writer.u32(buckets.length);
  for (const offset of buckets) writer.u32(offset);
  return writer.u32(strings.length).bytes;
}

/** The table grows by half when more than three quarters full; readers only need it to be right, tools compare it. */
function bucketCount(strings: number): number {
  let count = 1;
  for (let held = 1; held <= strings; held++) {
    if (held > (count * 3) / 4) count = Math.floor((count * 3) / 2) + 1;
  }
  return count;
}
