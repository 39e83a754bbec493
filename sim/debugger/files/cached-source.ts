import type { ByteSource, Piece } from './byte-source.js';
import { ReadingHabit } from './reading-habit.js';

const KIB = 1024;
/** What is read at once, from what is wanted to what is wanted around it where a file is slow, and how many are kept. */
const LEVELS = [
  { bytes: 64 * KIB, kept: 1024 },
  { bytes: 1024 * KIB, kept: 64, needed: 2 },
  { bytes: 8 * 1024 * KIB, kept: 16, needed: 3 },
] as const;
const BLOCK_BYTES = LEVELS[0].bytes;
/** Pages that were asked for before they are read, 16 MiB, and how many pieces at once. */
const PAGE_BYTES = 4 * KIB;
const PAGES_KEPT = 4096;
const PIECES_AT_ONCE = 128;
/** Pages that lie no further apart are one piece: each piece takes as long as a few of them. */
const PAGES_BETWEEN = 8;

/**
 * Keeps the blocks of a file that were read last, so that walking lists does not ask the disk for each entry. A file
 * whose requests are slow is read ahead: who wants a second block of a MiB gets all of it, and who wants a third of
 * eight MiB likewise.
 */
export class CachedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #onRead: () => void;
  readonly #levels = LEVELS.map(
    (level) => new Level(level.bytes, level.kept, 'needed' in level ? level.needed : 1),
  );
  readonly #pages = new Map<number, Uint8Array>();
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
      return this.#page(offset, end) ?? this.#block(first).subarray(start, start + end - offset);
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
    if (!this.isSlow) return;
    const missing = new Set<number>();
    for (const offset of offsets) {
      const page = Math.floor(offset / PAGE_BYTES);
      if (offset < 0 || (page + 1) * PAGE_BYTES > this.size || this.#pages.has(page)) continue;
      if (!this.#levels.some((level) => level.find(offset))) missing.add(page);
    }
    const pieces = piecesOf([...missing].slice(0, PAGES_KEPT));
    const count = pieces.reduce((sum, { length }) => sum + length / PAGE_BYTES, 0);
    if (this.#pages.size + count > PAGES_KEPT) this.#pages.clear();
    for (let i = 0; i < pieces.length; i += PIECES_AT_ONCE)
      this.#fetchPieces(pieces.slice(i, i + PIECES_AT_ONCE));
  }

  #fetchPieces(pieces: readonly Piece[]): void {
    this.#onRead();
    const read = this.#source.readPieces!(pieces);
    pieces.forEach(({ offset, length }, i) => {
      for (let at = 0; at < length; at += PAGE_BYTES)
        this.#pages.set((offset + at) / PAGE_BYTES, read[i]!.subarray(at, at + PAGE_BYTES));
    });
  }

  #page(offset: number, end: number): Uint8Array | undefined {
    if (this.#pages.size === 0) return undefined;
    const number = Math.floor(offset / PAGE_BYTES);
    const start = number * PAGE_BYTES;
    return end <= start + PAGE_BYTES
      ? this.#pages.get(number)?.subarray(offset - start, end - start)
      : undefined;
  }

  #block(number: number): Uint8Array {
    if (number === this.#last) return this.#lastBlock;
    const offset = number * BLOCK_BYTES;
    const level = this.#levels.find((one) => one.find(offset)) ?? this.#fetch(offset);
    const start = offset % level.bytes;
    this.#last = number;
    this.#lastBlock = level.find(offset)!.subarray(start, start + BLOCK_BYTES);
    return this.#lastBlock;
  }

  /** Reads what an offset lies in: as much around it as its reader's habit makes worth it. */
  #fetch(offset: number): Level {
    let wanted = 0;
    while (this.isSlow && this.#levels[wanted + 1]?.wantsAll(offset)) wanted++;
    const level = this.#levels[wanted]!;
    level.keep(offset, this.#source.read(offset - (offset % level.bytes), level.bytes));
    return level;
  }
}

/** What was read of a file in pieces of one size. */
class Level {
  readonly bytes: number;
  readonly #most: number;
  readonly #habit: ReadingHabit;
  /** By number, the one used longest ago first. */
  readonly #kept = new Map<number, Uint8Array>();

  constructor(bytes: number, most: number, needed: number) {
    this.bytes = bytes;
    this.#most = most;
    this.#habit = new ReadingHabit(needed);
  }

  wantsAll(offset: number): boolean {
    return this.#habit.wantsAll(Math.floor(offset / this.bytes));
  }

  /** What an offset lies in, which becomes what was used last. */
  find(offset: number): Uint8Array | undefined {
    const number = Math.floor(offset / this.bytes);
    const bytes = this.#kept.get(number);
    if (!bytes) return undefined;
    this.#kept.delete(number);
    this.#kept.set(number, bytes);
    return bytes;
  }

  keep(offset: number, bytes: Uint8Array): void {
    if (this.#kept.size >= this.#most) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(Math.floor(offset / this.bytes), bytes);
  }
}

/** Pages as pieces of a file, in the file's order; those that lie near one another are one piece. */
function piecesOf(pages: readonly number[]): Piece[] {
  const pieces: { offset: number; length: number }[] = [];
  let last: { offset: number; length: number } | undefined;
  for (const page of [...pages].sort((a, b) => a - b)) {
    const offset = page * PAGE_BYTES;
    if (last && offset - (last.offset + last.length) <= PAGES_BETWEEN * PAGE_BYTES)
      last.length = offset + PAGE_BYTES - last.offset;
    else pieces.push((last = { offset, length: PAGE_BYTES }));
  }
  return pieces;
}
