import type { Core } from '../machine/core.js';
import type { ClassContents } from './contents.js';
import type { ResolvedCaptureOptions } from './options.js';

/** Who is told while a dump is read. Each may throw to stop it. */
export interface CaptureWatcher {
  /** Before a piece is read. */
  before(): void;
  /** When one was read. */
  read(): void;
  /** When all were. */
  end(): void;
}

/** Bytes of a piece when nothing is said about it. */
export const PIECE_BYTES = 1024 * 1024;

/** A dump that is being read out of the core, chunk by chunk. It is never held whole. */
export class Capture {
  /** Size of the file. */
  readonly bytes: number;
  /** Pages of memory in it. */
  readonly pages: number;
  /** What was asked for. */
  readonly options: ResolvedCaptureOptions;
  /** What is in it and what is not, by class of page; empty for formats that hold all of physical memory. */
  readonly contents: readonly ClassContents[];
  readonly #core: Core;
  #bytesRead = 0;
  #watcher: CaptureWatcher | undefined;

  constructor(
    core: Core,
    bytes: number,
    options: ResolvedCaptureOptions,
    contents: readonly ClassContents[],
  ) {
    this.#core = core;
    this.bytes = bytes;
    this.pages = core.exports.dumpPages();
    this.options = options;
    this.contents = contents;
  }

  /** All pieces of the file in turn. @throws LiveDumpError as {@link next} does */
  *[Symbol.iterator](): Generator<Uint8Array<ArrayBuffer>> {
    for (let piece = this.next(); piece; piece = this.next()) yield piece;
  }

  /** Tells `watcher` from now on. */
  watch(watcher: CaptureWatcher): void {
    this.#watcher = watcher;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  get pagesRead(): number {
    return this.#core.exports.dumpPagesRead();
  }

  /**
   * The next piece of the file, at most `bytes` bytes in whole pages, `undefined` at the end.
   * @throws LiveDumpError when the dump was cancelled, or the machine's disk takes no more
   */
  next(bytes = PIECE_BYTES): Uint8Array<ArrayBuffer> | undefined {
    return this.nextView(bytes)?.slice();
  }

  /** The same without a copy, for who writes it at once: a view of the core's window that stays good until the machine is used again. */
  nextView(bytes = PIECE_BYTES): Uint8Array<ArrayBuffer> | undefined {
    this.#watcher?.before();
    const length = this.#core.exports.dumpRead(bytes);
    if (length === 0) {
      this.#watcher?.end();
      return undefined;
    }
    this.#bytesRead += length;
    this.#watcher?.read();
    return this.#core.view(this.#core.exports.dumpWindow(), length);
  }
}
