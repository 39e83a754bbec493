import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../../debugger/index.js';

/** A file on disk, read where it is asked for. */
export class FileSource implements ByteSource {
  readonly size: number;
  readonly #descriptor: number;
  #isOpen = true;

  /** @throws what `fs` throws when the file cannot be opened */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
    try {
      this.size = fstatSync(this.#descriptor).size;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(this.#descriptor, bytes, done, bytes.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  }
}
