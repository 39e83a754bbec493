/** A file that is read in slices; a dump of many GiB is never held whole. */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  /** Up to `length` bytes from `offset`; fewer where the file ends. */
  read(offset: number, length: number): Uint8Array;
  /**
   * Several pieces, all of them in the file, by one request. Only a file has it whose requests take longer than their
   * bytes do; such a file is also read ahead.
   */
  readPieces?(pieces: readonly Piece[]): Uint8Array[];
  /** Lets go of the file; nothing is read afterwards. */
  close?(): void;
}

/** A piece of a file, in bytes. */
export interface Piece {
  readonly offset: number;
  readonly length: number;
}

/** A file that is in memory already. */
export class BufferSource implements ByteSource {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  read(offset: number, length: number): Uint8Array {
    return this.#bytes.subarray(offset, offset + length);
  }
}
