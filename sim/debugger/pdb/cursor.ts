import { FileError } from '../files/file-error.js';
import { viewOf } from '../files/record.js';
import { utf8Text } from '../files/text.js';

/** Reads values one after the other. Reading past the end throws FileError: the file is damaged. */
export class Cursor {
  at: number;
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
    this.#view = viewOf(bytes);
  }

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  /** Where the next value of so many bytes lies, and goes on behind it. */
  #take(bytes: number): number {
    if (this.at < 0 || this.at + bytes > this.bytes.length)
      throw new FileError('A record of this PDB ends too early.');
    this.at += bytes;
    return this.at - bytes;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  skip(bytes: number): this {
    this.at += bytes;
    return this;
  }

  /** Zero-terminated. */
  text(): string {
    const end = this.bytes.indexOf(0, this.at);
    const text = utf8Text(this.bytes, this.at);
    this.at = end < 0 ? this.bytes.length : end + 1;
    return text;
  }

  /** A number of CodeView: 16 bits, or a leaf that says how many follow. */
  number(): bigint {
    const leaf = this.u16();
    switch (leaf) {
      case 0x8000: // LF_CHAR
        return BigInt.asIntN(8, BigInt(this.u8()));
      case 0x8001: // LF_SHORT
        return BigInt.asIntN(16, BigInt(this.u16()));
      case 0x8002: // LF_USHORT
        return BigInt(this.u16());
      case 0x8003: // LF_LONG
        return BigInt(this.i32());
      case 0x8004: // LF_ULONG
        return BigInt(this.u32());
      case 0x8009: // LF_QUADWORD
        return this.#view.getBigInt64(this.#take(8), true);
      case 0x800a: // LF_UQUADWORD
        return this.#view.getBigUint64(this.#take(8), true);
      default:
        return BigInt(leaf);
    }
  }

  align(to: number): this {
    this.at = Math.ceil(this.at / to) * to;
    return this;
  }
}
