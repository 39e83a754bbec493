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

/** How many pieces may be read before the first of them is overwritten. */
export const LASTING_PIECES = 7;

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
   * The next piece of the file, up to 1 MiB, `undefined` at the end. It is a view of one of the
   * core's windows: it stays good for {@link LASTING_PIECES} calls more.
   * @throws LiveDumpError when the dump was cancelled, or the machine's disk takes no more
   */
  next(): Uint8Array<ArrayBuffer> | undefined {
    this.#watcher?.before();
    const length = this.#core.exports.dumpRead();
    if (length === 0) {
      this.#watcher?.end();
      return undefined;
    }
    this.#bytesRead += length;
    this.#watcher?.read();
    return this.#core.view(this.#core.exports.dumpWindow(), length);
  }
}
