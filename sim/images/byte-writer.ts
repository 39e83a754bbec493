/** A growing buffer of little-endian values. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes written so far; valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  u8(...values: number[]): this {
    const at = this.#grow(values.length);
    for (let index = 0; index < values.length; index++) this.#bytes[at + index] = values[index]!;
    return this;
  }

  u16(value: number): this {
    this.setU16(this.#grow(2), value);
    return this;
  }

  u32(value: number): this {
    this.setU32(this.#grow(4), value);
    return this;
  }

  u64(value: bigint): this {
    return this.u32(Number(BigInt.asUintN(32, value))).u32(Number(BigInt.asUintN(32, value >> 32n)));
  }

  append(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Characters below U+0100, one byte each. */
  ascii(text: string): this {
    const at = this.#grow(text.length);
    for (let index = 0; index < text.length; index++) this.#bytes[at + index] = text.charCodeAt(index);
    return this;
  }

  utf16(text: string): this {
    const at = this.#grow(text.length * 2);
    for (let index = 0; index < text.length; index++) this.setU16(at + index * 2, text.charCodeAt(index));
    return this;
  }

  fill(count: number, value = 0): this {
    const at = this.#grow(count);
    this.#bytes.fill(value, at, at + count);
    return this;
  }

  align(alignment: number, value = 0): this {
    return this.fill((alignment - (this.#length % alignment)) % alignment, value);
  }

  setU16(offset: number, value: number): void {
    this.#bytes[offset] = value;
    this.#bytes[offset + 1] = value >>> 8;
  }

  setU32(offset: number, value: number): void {
    this.#bytes[offset] = value;
    this.#bytes[offset + 1] = value >>> 8;
    this.#bytes[offset + 2] = value >>> 16;
    this.#bytes[offset + 3] = value >>> 24;
  }

  setU64(offset: number, value: bigint): void {
    this.setU32(offset, Number(BigInt.asUintN(32, value)));
    this.setU32(offset + 4, Number(BigInt.asUintN(32, value >> 32n)));
  }

  /** Forgets what was written after `length`. */
  truncate(length: number): void {
    this.#length = length;
  }

  #grow(count: number): number {
    const at = this.#length;
    if (at + count > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, at + count));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    this.#length = at + count;
    return at;
  }
}
