const encoder = new TextEncoder();

/** A growing little-endian buffer: what every stream of a PDB is written with. */
export class ByteWriter {
  private buffer: Uint8Array<ArrayBuffer>;
  private view: DataView;
  private used = 0;

  constructor(capacity = 256) {
    this.buffer = new Uint8Array(capacity);
    this.view = new DataView(this.buffer.buffer);
  }

  get length(): number {
    return this.used;
  }

  u8(value: number): this {
    const at = this.take(1);
    this.view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.take(2);
    this.view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.take(4);
    this.view.setUint32(at, value, true);
    return this;
  }

  u64(value: bigint): this {
    const at = this.take(8);
    this.view.setBigUint64(at, value, true);
    return this;
  }

  bytes(value: Uint8Array): this {
    const at = this.take(value.length);
    this.buffer.set(value, at);
    return this;
  }

  zeros(count: number): this {
    this.take(count);
    return this;
  }

  /** UTF-8 with a terminating zero. */
  text(value: string): this {
    const most = value.length * 3 + 1;
    const at = this.take(most);
    const { written } = encoder.encodeInto(value, this.buffer.subarray(at));
    this.buffer.fill(0, at + written, at + most);
    this.used = at + written + 1;
    return this;
  }

  /** Fills with zeros up to a multiple of `alignment`. */
  align(alignment: number): this {
    return this.zeros((alignment - (this.used % alignment)) % alignment);
  }

  setU16(offset: number, value: number): void {
    this.view.setUint16(offset, value, true);
  }

  /** The bytes written so far; valid until the next write. */
  written(start = 0): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(start, this.used);
  }

  private take(count: number): number {
    const at = this.used;
    this.used += count;
    if (this.used > this.buffer.length) {
      const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.used));
      grown.set(this.buffer);
      this.buffer = grown;
      this.view = new DataView(grown.buffer);
    }
    return at;
  }
}
