import { FileError, type ByteSource } from '../../../sim/debugger/index.js';

/** A file of the browser's, read in slices while the worker waits: it may be larger than memory. */
export class BlobSource implements ByteSource {
  readonly #blob: Blob;
  readonly #reader = new FileReaderSync();

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  get size(): number {
    return this.#blob.size;
  }

  /** @throws FileError when the file has changed or gone since it was opened */
  read(offset: number, length: number): Uint8Array {
    try {
      return new Uint8Array(this.#reader.readAsArrayBuffer(this.#blob.slice(offset, offset + length)));
    } catch (error) {
      throw new FileError(`The file cannot be read any more: ${(error as Error).message}`);
    }
  }
}
