import { closeSync, openSync, renameSync, rmSync, statSync, write, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { fileProblem } from './errors.js';

const writeLater = promisify(write);
const pending = new Set<PendingFile>();
let watching = false;

/** A file that takes its name only when it is whole. Until then its bytes lie beside it under a name of their own. */
export class PendingFile {
  readonly path: string;
  readonly #temporary: string;
  #handle: number | undefined;

  private constructor(path: string, temporary: string, handle: number) {
    this.path = path;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** @throws UserError that says why the file cannot be written */
  static create(path: string): PendingFile {
    const temporary = `${path}.${process.pid}.part`;
    try {
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
        throw Object.assign(new Error(), { code: 'EISDIR' });
      statSync(dirname(path));
      const file = new PendingFile(path, temporary, openSync(temporary, 'w'));
      pending.add(file);
      watchSignals();
      return file;
    } catch (error) {
      throw fileProblem('write', path, error);
    }
  }

  /** Appends bytes. @throws UserError when the disk does not take them */
  write(bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length;)
        done += writeSync(this.#handle!, bytes, done, bytes.length - done);
    } catch (error) {
      throw fileProblem('write', this.path, error);
    }
  }

  /**
   * Writes bytes at a place in the file while the caller goes on. They must not change until this is done.
   * @throws UserError when the disk does not take them
   */
  async writeAt(bytes: Uint8Array, position: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;)
        done += (await writeLater(this.#handle!, bytes, done, bytes.length - done, position + done))
          .bytesWritten;
    } catch (error) {
      throw fileProblem('write', this.path, error);
    }
  }

  /** Gives the file its name. */
  finish(): void {
    try {
      this.#close();
      renameSync(this.#temporary, this.path);
      pending.delete(this);
    } catch (error) {
      throw fileProblem('write', this.path, error);
    }
  }

  /** Removes what was written. */
  discard(): void {
    try {
      this.#close();
    } finally {
      rmSync(this.#temporary, { force: true });
      pending.delete(this);
    }
  }

  #close(): void {
    if (this.#handle === undefined) return;
    const handle = this.#handle;
    this.#handle = undefined;
    closeSync(handle);
  }
}

/** Leaves nothing half-written behind when the user stops the program. */
function watchSignals(): void {
  if (watching) return;
  watching = true;
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const)
    process.once(signal, () => {
      for (const file of [...pending]) file.discard();
      process.exit(128 + number);
    });
}
