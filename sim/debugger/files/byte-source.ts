/** A file that is read in slices; a dump of many GiB is never held whole. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /** Up to `length` bytes from `offset`; fewer where the file ends. */
  read(offset: number, length: number): Uint8Array;
}

/** A file that is in memory already. */
export class BufferSource implements ByteSource {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    return this.#bytes.subarray(offset, offset + length);
  }
}

const BLOCK_BYTES = 0x10000;
const BLOCKS_KEPT = 2048; // 128 MiB

/** Keeps the blocks of a file that were read last, so that walking lists does not ask the disk for each entry. */
export class CachedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #onRead: () => void;
  /** Blocks by number, the one used longest ago first. */
  readonly #blocks = new Map<number, Uint8Array>();

  /** @param onRead called before each read, also of what is kept; what it throws ends the read */
  constructor(source: ByteSource, onRead: () => void = () => undefined) {
    this.#source = source;
    this.#onRead = onRead;
  }

  get size(): number {
    return this.#source.size;
  }

  read(offset: number, length: number): Uint8Array {
    this.#onRead();
    const end = Math.min(offset + length, this.size);
    if (offset < 0 || offset >= end) return new Uint8Array(0);
    const first = Math.floor(offset / BLOCK_BYTES);
    const last = Math.floor((end - 1) / BLOCK_BYTES);
    if (first === last) {
      const start = offset - first * BLOCK_BYTES;
      return this.#block(first).subarray(start, start + end - offset);
    }
    const bytes = new Uint8Array(end - offset);
    for (let number = first; number <= last; number++) {
      const start = number * BLOCK_BYTES;
      const from = Math.max(offset, start);
      const to = Math.min(end, start + BLOCK_BYTES);
      bytes.set(this.#block(number).subarray(from - start, to - start), from - offset);
    }
    return bytes;
  }

  #block(number: number): Uint8Array {
    let block = this.#blocks.get(number);
    if (block) this.#blocks.delete(number);
    else {
      block = this.#source.read(number * BLOCK_BYTES, BLOCK_BYTES).slice();
      if (this.#blocks.size >= BLOCKS_KEPT) this.#blocks.delete(this.#blocks.keys().next().value!);
    }
    this.#blocks.set(number, block);
    return block;
  }
}
