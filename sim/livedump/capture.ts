import type { Core } from '../machine/core.js';

/** A dump that is being read out of the core, chunk by chunk. It is never held whole. */
export class Capture {
  /** Size of the file. */
  readonly bytes: number;
  /** Pages of memory in it. */
  readonly pages: number;
  readonly #core: Core;
  #bytesRead = 0;

  constructor(core: Core, bytes: number, pages: number) {
    this.#core = core;
    this.bytes = bytes;
    this.pages = pages;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  get pagesRead(): number {
    return this.#core.exports.dumpPagesRead();
  }

  /**
   * The next piece of the file, up to 1 MiB, `undefined` at the end. It is a view of the core's window: use it before
   * the next call.
   */
  next(): Uint8Array<ArrayBuffer> | undefined {
    const length = this.#core.exports.dumpRead();
    if (length === 0) return undefined;
    this.#bytesRead += length;
    return this.#core.view(this.#core.exports.dumpWindow(), length);
  }
}
