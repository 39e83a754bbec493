import type { ByteSource, Piece } from './byte-source.js';
import { KeptLevel } from './kept-level.js';
import { PageStore } from './page-store.js';

const KIB = 1024;
/** What is read at once, from what is wanted to what is wanted around it where a file is slow, and how many are kept. */
const LEVELS = [
  { kept: 1024, bytes: 64 * KIB, partBytes: 64 * KIB, needed: 1 },
  { kept: 32, bytes: 1024 * KIB, partBytes: 64 * KIB, needed: 2 },
  { kept: 16, bytes: 8 * 1024 * KIB, partBytes: 1024 * KIB, needed: 3, isDear: true },
] as const;
const BLOCK_BYTES = LEVELS[0].bytes;
/** Pages that were asked for before they are read, or were used of what is not kept any more: 32 MiB. */
const PAGE_BYTES = 4 * KIB;
const PAGES_KEPT = 8192;
const MOST_USED = 4 * PAGES_KEPT;
/** How many pieces are asked for at once. */
const PIECES_AT_ONCE = 128;
/** Pages that lie no further apart are one piece: each piece takes as long as some 70 pages do. */
const PAGES_BETWEEN = 64;
/** Pages that may be asked for at once. */
const MOST_EXPECTED = 4096;

/**
 * Keeps the blocks of a file that were read last, so that walking lists does not ask the disk for each entry. A file
 * whose requests are slow is read ahead: who wants a second block of a MiB gets all of it, and who wants a third of
 * eight MiB likewise.
 */
export class CachedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #onRead: () => void;
  readonly #levels = LEVELS.map(({ kept, ...habit }) => new KeptLevel(kept, habit));
  readonly #pages = new PageStore(PAGES_KEPT);
  /** Pages of a slow file that were read; those of a piece that is let go are kept. */
  readonly #used = new Set<number>();
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
    if (this.isSlow) this.#noteUsed(Math.floor(offset / PAGE_BYTES));
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
      if (missing.size < MOST_EXPECTED && !this.#levels.some((level) => level.has(offset))) missing.add(page);
    }
    const pieces = piecesOf([...missing].sort((a, b) => a - b));
    for (let i = 0; i < pieces.length; i += PIECES_AT_ONCE)
      this.#fetchPieces(pieces.slice(i, i + PIECES_AT_ONCE));
  }

  #fetchPieces(pieces: readonly WantedPiece[]): void {
    this.#onRead();
    const read = this.#source.readPieces!(pieces);
    pieces.forEach(({ offset, pages }, i) => {
      for (const page of pages) this.#keepPage(page, read[i]!, page * PAGE_BYTES - offset);
    });
  }

  #keepPage(page: number, bytes: Uint8Array, at: number): void {
    this.#pages.keep(page, bytes.subarray(at, at + PAGE_BYTES));
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
    const piece = this.#find(offset) ?? this.#fetch(offset);
    const start = offset % piece.level.bytes;
    this.#last = number;
    this.#lastBlock = piece.bytes.subarray(start, start + BLOCK_BYTES);
    return this.#lastBlock;
  }

  #find(offset: number): { level: KeptLevel; bytes: Uint8Array } | undefined {
    const level = this.#levels.find((one) => one.has(offset));
    if (!level) return undefined;
    // Of a large piece, what it is wanted for tells of the smaller ones that it stands for as well.
    for (const { bytes, habit } of this.#levels) if (bytes <= level.bytes) habit.used(offset);
    return { level, bytes: level.take(offset) };
  }

  /** Reads what an offset lies in: as much around it as its reader's habit makes worth it. */
  #fetch(offset: number): { level: KeptLevel; bytes: Uint8Array } {
    let wanted = 0;
    while (this.isSlow && this.#levels[wanted + 1]?.habit.wantsAll(offset)) wanted++;
    const level = this.#levels[wanted]!;
    const bytes = this.#source.read(offset - (offset % level.bytes), level.bytes);
    const gone = level.keep(offset, bytes);
    if (gone && this.isSlow) this.#keepUsed(gone.offset, gone.bytes);
    return { level, bytes };
  }

  #noteUsed(page: number): void {
    if (this.#used.size >= MOST_USED) this.#used.clear();
    this.#used.add(page);
  }

  /** Of a piece that is let go: who used a page is likely to use it again. */
  #keepUsed(offset: number, bytes: Uint8Array): void {
    for (let at = 0; at + PAGE_BYTES <= bytes.length; at += PAGE_BYTES) {
      const page = (offset + at) / PAGE_BYTES;
      if (this.#used.delete(page)) this.#keepPage(page, bytes, at);
    }
  }
}

/** A piece of the file, and which of its pages are wanted. */
interface WantedPiece extends Piece {
  length: number;
  readonly pages: number[];
}

/** Pages, in the file's order, as pieces of it; those that lie near one another are one piece. */
function piecesOf(pages: readonly number[]): WantedPiece[] {
  const pieces: WantedPiece[] = [];
  let last: WantedPiece | undefined;
  for (const page of pages) {
    const offset = page * PAGE_BYTES;
    if (last && offset - (last.offset + last.length) <= PAGES_BETWEEN * PAGE_BYTES) {
      last.length = offset + PAGE_BYTES - last.offset;
      last.pages.push(page);
    } else pieces.push((last = { offset, length: PAGE_BYTES, pages: [page] }));
  }
  return pieces;
}
