import { closeSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileProblem } from './errors.js';

const UNFINISHED = '.part';
/** This computer, for others may write to the same folder. */
const HERE = hostname().replace(/[^\w.-]/g, '_');
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
    const temporary = `${path}.${HERE}-${process.pid}${UNFINISHED}`;
    try {
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
        throw Object.assign(new Error(), { code: 'EISDIR' });
      statSync(dirname(path));
      removeLeftovers(path);
      watchSignals(); // before there is anything to leave behind
      const file = new PendingFile(path, temporary, openSync(temporary, 'w'));
      pending.add(file);
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

/** Removes what earlier runs of this program have left of a file: those that were killed. */
function removeLeftovers(path: string): void {
  const folder = dirname(path);
  const start = `${basename(path)}.${HERE}-`;
  for (const name of namesIn(folder)) {
    if (!name.startsWith(start) || !name.endsWith(UNFINISHED)) continue;
    const pid = Number(name.slice(start.length, -UNFINISHED.length));
    if (Number.isSafeInteger(pid) && pid > 0 && !isRunning(pid)) rmSync(join(folder, name), { force: true });
  }
}

/** Nothing in a folder that may be written but not be read. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
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
