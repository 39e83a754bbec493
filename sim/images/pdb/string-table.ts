import { ByteWriter } from '../byte-writer.js';
import { hashName } from './hash.js';

const SIGNATURE = 0xeffeeffe;
const HASH_VERSION = 1;

/**
 * A string table: the `/names` stream, and the edit-and-continue part of the DBI stream. Offset 0 stands for the empty
 * string, with which an empty bucket of its hash table is marked. Source: LLVM, PDBStringTableBuilder.cpp.
 */
export class StringTable {
  readonly #text = new ByteWriter().u8(0);
  readonly #offsets = new Map<string, number>();

  /** Offset of a name in the table. */
  add(name: string): number {
    let offset = this.#offsets.get(name);
    if (offset === undefined) {
      offset = this.#text.length;
      this.#offsets.set(name, offset);
      this.#text.ascii(name).u8(0);
    }
    return offset;
  }

  get bytes(): Uint8Array {
    const writer = new ByteWriter();
    writer.u32(SIGNATURE).u32(HASH_VERSION).u32(this.#text.length).append(this.#text.bytes);
    const buckets = new Uint32Array(bucketsFor(this.#offsets.size));
    for (const [name, offset] of this.#offsets) {
      let slot = hashName(name) % buckets.length;
      while (buckets[slot] !== 0) slot = (slot + 1) % buckets.length;
      buckets[slot] = offset;
    }
    writer.u32(buckets.length);
    for (const offset of buckets) writer.u32(offset);
    return writer.u32(this.#offsets.size).bytes;
  }
}

/** A reader looks at no more than all buckets: at least one of them has to be empty. */
function bucketsFor(names: number): number {
  return names === 0 ? 1 : 2 * names + 1;
}
