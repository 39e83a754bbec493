import { ByteWriter } from '../byte-writer.js';
import { padType } from './codeview-parts.js';
import { hashName, hashRecord } from './hash.js';

/** Numbers below belong to the simple types. */
const FIRST_TYPE_INDEX = 0x1000;

const VERSION_V80 = 20040203;
const HEADER_SIZE = 56;
const HASH_BUCKETS = 0x3ffff;
const HASH_BYTES = 4;
const INDEX_OFFSET_BYTES = 8;
/** A reader can start at least this often without walking all records before. */
const INDEX_OFFSET_INTERVAL = 8192;
const NO_STREAM = 0xffff;

/**
 * Type records in order of their indices, with what a reader needs to find one by name or by index.
 * Serves the TPI stream and, without records, the IPI stream. Source: LLVM, docs/PDB/TpiStream.rst.
 */
export class TypeRecords {
  private readonly records = new ByteWriter(1 << 12);
  private readonly hashes: number[] = [];
  private readonly indexOffsets: [index: number, offset: number][] = [];

  get nextIndex(): number {
    return FIRST_TYPE_INDEX + this.hashes.length;
  }

  /**
   * Adds a record and returns its type index. `definitionName` is the name by which readers look the record up:
   * of complete structures, unions and enums; all else is hashed by content. Source: LLVM, `hashTypeRecord`.
   */
  add(kind: number, body: Uint8Array, definitionName?: string): number {
    const index = this.nextIndex;
    const start = this.records.length;
    padType(this.records.u16(0).u16(kind).append(body));
    const size = this.records.length - start;
    this.records.setU16(start, size - 2);
    const crossesInterval =
      Math.floor((start + size) / INDEX_OFFSET_INTERVAL) > Math.floor(start / INDEX_OFFSET_INTERVAL);
    if (start === 0 || crossesInterval) this.indexOffsets.push([index, start]);
    const hash =
      definitionName === undefined
        ? hashRecord(this.records.bytes.subarray(start))
        : hashName(definitionName);
    this.hashes.push(hash % HASH_BUCKETS);
    return index;
  }

  /** The TPI or IPI stream; `hashStream` is the number of the stream that `hashStream()` becomes. */
  stream(hashStream: number): Uint8Array {
    const hashBytes = this.hashes.length * HASH_BYTES;
    const indexOffsetBytes = this.indexOffsets.length * INDEX_OFFSET_BYTES;
    const adjustersOffset = hashBytes + indexOffsetBytes;
    return new ByteWriter(HEADER_SIZE + this.records.length)
      .u32(VERSION_V80)
      .u32(HEADER_SIZE)
      .u32(FIRST_TYPE_INDEX)
      .u32(this.nextIndex)
      .u32(this.records.length)
      .u16(hashStream)
      .u16(NO_STREAM)
      .u32(HASH_BYTES)
      .u32(HASH_BUCKETS)
      .u32(0)
      .u32(hashBytes)
      .u32(hashBytes)
      .u32(indexOffsetBytes)
      .u32(adjustersOffset)
      .u32(0)
      .append(this.records.bytes).bytes;
  }

  hashStream(): Uint8Array {
    const writer = new ByteWriter();
    for (const hash of this.hashes) writer.u32(hash);
    for (const [index, offset] of this.indexOffsets) writer.u32(index).u32(offset);
    return writer.bytes;
  }
}
