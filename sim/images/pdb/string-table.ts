import { ByteWriter } from '../byte-writer.js';

const SIGNATURE = 0xeffeeffe;
const HASH_VERSION = 1;

/**
 * A string table that holds no names, only the empty string that offset 0 stands for: the `/names` stream, and the
 * edit-and-continue part of the DBI stream, of images without source files. Source: LLVM, PDBStringTableBuilder.cpp.
 */
export function emptyStringTable(): Uint8Array {
  const text = new ByteWriter().ascii('').u8(0);
  const writer = new ByteWriter();
  writer.u32(SIGNATURE).u32(HASH_VERSION).u32(text.length).append(text.bytes);
  const buckets = 1;
  const emptyBucket = 0;
  const names = 0;
  return writer.u32(buckets).u32(emptyBucket).u32(names).bytes;
}
