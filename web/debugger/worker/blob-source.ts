import { FileError, type ByteSource, type Piece } from '../../../sim/debugger/index.js';

/**
 * A file of the browser's, read in slices while the worker waits: it may be larger than memory. Each request goes
 * through another process, so it takes longer than the bytes do.
 */
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
    return this.#bytes(this.#blob.slice(offset, offset + length));
  }

  /** @throws FileError as `read` does */
  readPieces(pieces: readonly Piece[]): Uint8Array[] {
    const slices = pieces.map(({ offset, length }) => this.#blob.slice(offset, offset + length));
    const bytes = this.#bytes(new Blob(slices));
    let at = 0;
    return pieces.map(({ length }) => bytes.subarray(at, (at += length)));
  }

  #bytes(blob: Blob): Uint8Array {
    try {
      return new Uint8Array(this.#reader.readAsArrayBuffer(blob));
    } catch (error) {
      throw new FileError(`The file cannot be read any more: ${(error as Error).message}`);
    }
  }
}
