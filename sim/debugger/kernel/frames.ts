import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { kernelPointer } from './lists.js';

const MOST_RUNS = 256;
/** 256 GiB: a damaged description of memory must not be walked for ever. */
const MOST_FRAMES = 0x4000000n;
/** Pages of the database that are looked for in vain: what lies behind so many is not in the dump either. */
const MOST_MISSING_PAGES = 0x10000;
const PAGE_BYTES = 0x1000;
const CHUNK_ENTRIES = 0x400;

/** Runs of MmPhysicalMemoryBlock. */
export function physicalRuns(session: Session): { base: bigint; count: bigint }[] {
  const view = new TypedView(
    session,
    '_PHYSICAL_MEMORY_DESCRIPTOR',
    kernelPointer(session, 'MmPhysicalMemoryBlock'),
  );
  const first = view.at('Run');
  const size = BigInt(session.struct('_PHYSICAL_MEMORY_RUN').size);
  return Array.from({ length: Math.min(view.number('NumberOfRuns'), MOST_RUNS) }, (_, i) => {
    const run = new TypedView(session, '_PHYSICAL_MEMORY_RUN', first + BigInt(i) * size);
    return { base: run.value('BasePage'), count: run.value('PageCount') };
  });
}

/** Where the entry of a frame lies in bytes at hand. */
export interface FrameEntry {
  bytes: DataView;
  at: number;
  /** Of the frame. */
  number: number;
}

/** What is told of frames. */
export interface FrameVisitor {
  /** A frame, with its entry of the PFN database. */
  visit(entry: FrameEntry): void;
  /** So many frames whose entries are not in the dump. */
  miss(frames: number): void;
}

/** Tells of each frame of physical memory. Damaged page tables may show a page of the dump many times: not of more than it holds. */
export function forEachFrame(session: Session, visitor: FrameVisitor): void {
  const size = session.struct('_MMPFN').size;
  const database = kernelPointer(session, 'MmPfnDatabase');
  const entries = new FrameEntries(session, size, visitor);
  let left = MOST_FRAMES;
  for (const { base, count: given } of physicalRuns(session)) {
    const count = given < left ? given : left;
    left -= count;
    entries.read(database + base * BigInt(size), Number(base), Number(count));
  }
}

/** Reads entries of the PFN database page by page, within what a dump can hold. */
class FrameEntries {
  readonly #session: Session;
  readonly #size: number;
  readonly #visitor: FrameVisitor;
  #missingPages = 0;
  /** Entries that the dump still has room for. */
  #room: number;

  constructor(session: Session, size: number, visitor: FrameVisitor) {
    this.#session = session;
    this.#size = size;
    this.#visitor = visitor;
    this.#room = session.target.physical.pages.pages * Math.ceil(PAGE_BYTES / size);
  }

  /** @param first number of the frame that the entry at `start` is of */
  read(start: bigint, first: number, count: number): void {
    for (let done = 0; done < count;) {
      if (this.#missingPages >= MOST_MISSING_PAGES || this.#room <= 0)
        return this.#visitor.miss(count - done);
      done += this.#readChunk(
        start + BigInt(done) * BigInt(this.#size),
        first + done,
        Math.min(CHUNK_ENTRIES, count - done),
      );
    }
  }

  /** @returns how many entries were told of: those up to a page that is missing and on it, or all */
  #readChunk(start: bigint, first: number, entries: number): number {
    const size = this.#size;
    const whole = this.#session.memory.read(start, entries * size);
    const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
    const found = Math.floor(whole.length / size);
    for (let i = 0; i < found; i++) this.#visitor.visit({ bytes: view, at: i * size, number: first + i });
    this.#room -= found;
    if (found === entries) return entries;
    // The first entry that is not whole, and all that begin before the missing page's end.
    const inPage = Number((start + BigInt(whole.length)) % BigInt(PAGE_BYTES));
    const gone = whole.length - inPage + PAGE_BYTES;
    const missed = Math.min(entries - found, Math.ceil(gone / size) - found);
    this.#missingPages++;
    this.#visitor.miss(missed);
    return found + missed;
  }
}
