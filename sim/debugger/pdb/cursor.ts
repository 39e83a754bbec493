import { viewOf } from '../files/record.js';
import { utf8Text } from '../files/text.js';

/** Reads values one after the other. Reading past the end throws RangeError, as DataView does. */
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

  u8(): number {
    return this.#view.getUint8(this.at++);
  }

  u16(): number {
    this.at += 2;
    return this.#view.getUint16(this.at - 2, true);
  }

  u32(): number {
    this.at += 4;
    return this.#view.getUint32(this.at - 4, true);
  }

  i32(): number {
    this.at += 4;
    return this.#view.getInt32(this.at - 4, true);
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
        this.at += 8;
        return this.#view.getBigInt64(this.at - 8, true);
      case 0x800a: // LF_UQUADWORD
        this.at += 8;
        return this.#view.getBigUint64(this.at - 8, true);
      default:
        return BigInt(leaf);
    }
  }

  align(to: number): this {
    this.at = Math.ceil(this.at / to) * to;
    return this;
  }
}
