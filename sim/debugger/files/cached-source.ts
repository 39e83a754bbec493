import type { ByteSource } from './byte-source.js';

const BLOCK_BYTES = 0x10000;
/** 128 MiB. */
const BLOCKS_KEPT = 2048;
/** What is read at once where two blocks were wanted, in blocks: 1 MiB. As much of it is kept. */
const STRETCH = 16;
const STRETCH_BYTES = STRETCH * BLOCK_BYTES;
const STRETCHES_KEPT = 128;
/** Pieces that were asked for before they are read, 16 MiB, and how many of them at once. */
const PIECE_BYTES = 0x1000;
const PIECES_KEPT = 4096;
const PIECES_AT_ONCE = 128;

/**
 * Keeps the blocks of a file that were read last, so that walking lists does not ask the disk for each entry. A file
 * whose requests are slow is read ahead: who wants a second block of a MiB gets all of it.
 */
export class CachedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #onRead: () => void;
  /** Blocks by number, the one used longest ago first. */
  readonly #blocks = new Map<number, Uint8Array>();
  /** Stretches likewise. */
  readonly #stretches = new Map<number, Uint8Array>();
  readonly #pieces = new Map<number, Uint8Array>();
  readonly #habit = new ReadingHabit();
  /** The block used last: most reads follow one of the same. */
  #last = -1;
  #lastBlock: Uint8Array = new Uint8Array(0);

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
      return this.#piece(offset, end) ?? this.#block(first).subarray(start, start + end - offset);
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

  /** Whether it is worth telling what will be read. */
  get isSlow(): boolean {
    return this.#source.readPieces !== undefined;
  }

  /** Tells which pages of the file will be read soon, so that a slow file is asked for many at once. */
  expect(offsets: Iterable<number>): void {
    if (!this.#source.readPieces) return;
    const missing = new Set<number>();
    for (const offset of offsets) {
      const piece = Math.floor(offset / PIECE_BYTES);
      const block = Math.floor(offset / BLOCK_BYTES);
      const isKept =
        this.#pieces.has(piece) ||
        this.#blocks.has(block) ||
        this.#stretches.has(Math.floor(block / STRETCH));
      if (!isKept && offset >= 0 && (piece + 1) * PIECE_BYTES <= this.size) missing.add(piece);
    }
    const pieces = [...missing].slice(0, PIECES_KEPT);
    if (this.#pieces.size + pieces.length > PIECES_KEPT) this.#pieces.clear();
    for (let i = 0; i < pieces.length; i += PIECES_AT_ONCE) {
      this.#onRead();
      const some = pieces.slice(i, i + PIECES_AT_ONCE);
      const read = this.#source.readPieces(
        some.map((piece) => piece * PIECE_BYTES),
        PIECE_BYTES,
      );
      some.forEach((piece, at) => this.#pieces.set(piece, read[at]!));
    }
  }

  #piece(offset: number, end: number): Uint8Array | undefined {
    if (this.#pieces.size === 0) return undefined;
    const number = Math.floor(offset / PIECE_BYTES);
    const start = number * PIECE_BYTES;
    return end <= start + PIECE_BYTES
      ? this.#pieces.get(number)?.subarray(offset - start, end - start)
      : undefined;
  }

  #block(number: number): Uint8Array {
    if (number === this.#last) return this.#lastBlock;
    const block = this.#find(number);
    this.#last = number;
    this.#lastBlock = block;
    return block;
  }

  #find(number: number): Uint8Array {
    const stretch = Math.floor(number / STRETCH);
    const start = (number % STRETCH) * BLOCK_BYTES;
    const isIn = (bytes: Uint8Array) => bytes.subarray(start, start + BLOCK_BYTES);
    const all = used(this.#stretches, stretch);
    if (all) return isIn(all);
    const block = used(this.#blocks, number);
    if (block) return block;
    if (this.isSlow && this.#habit.wantsAll(stretch))
      return isIn(this.#fetch(this.#stretches, stretch, STRETCH_BYTES, STRETCHES_KEPT));
    return this.#fetch(this.#blocks, number, BLOCK_BYTES, BLOCKS_KEPT);
  }

  #fetch(kept: Map<number, Uint8Array>, number: number, size: number, most: number): Uint8Array {
    const bytes = this.#source.read(number * size, size);
    if (kept.size >= most) kept.delete(kept.keys().next().value!);
    kept.set(number, bytes);
    return bytes;
  }
}

/** What is kept by a number, which becomes the one used last. */
function used(kept: Map<number, Uint8Array>, number: number): Uint8Array | undefined {
  const bytes = kept.get(number);
  if (!bytes) return undefined;
  kept.delete(number);
  kept.set(number, bytes);
  return bytes;
}

/** Stretches of a file that a block was wanted of lately. */
const STRETCHES_REMEMBERED = 64;

/** Learns whether whoever wants a block of a stretch will want more of it. */
class ReadingHabit {
  readonly #wanted = new Set<number>();
  /** Stretches of which one block was wanted, and those of which a second was, the newest counting most. */
  #once = 1;
  #again = 0;

  /** A block of a stretch is wanted. @returns whether to read all of it */
  wantsAll(stretch: number): boolean {
    if (this.#wanted.delete(stretch)) {
      this.#again++;
      return true;
    }
    this.#once++;
    const isUsual = this.#again > this.#once / 2;
    if (this.#once >= STRETCHES_REMEMBERED) {
      this.#once /= 2;
      this.#again /= 2;
    }
    if (this.#wanted.size >= STRETCHES_REMEMBERED) this.#wanted.delete(this.#wanted.values().next().value!);
    this.#wanted.add(stretch);
    return isUsual;
  }
}
