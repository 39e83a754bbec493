/** A file that a test puts together: little-endian numbers at the places that the format's documentation gives. */
export class ByteFile {
  bytes = new Uint8Array(0);

  #view(end: number): DataView {
    if (end > this.bytes.length) {
      const grown = new Uint8Array(end);
      grown.set(this.bytes);
      this.bytes = grown;
    }
    return new DataView(this.bytes.buffer);
  }

  u16(at: number, ...values: number[]): void {
    values.forEach((value, i) => this.#view(at + i * 2 + 2).setUint16(at + i * 2, value, true));
  }

  u32(at: number, ...values: number[]): void {
    values.forEach((value, i) => this.#view(at + i * 4 + 4).setUint32(at + i * 4, value, true));
  }

  u64(at: number, ...values: bigint[]): void {
    values.forEach((value, i) => this.#view(at + i * 8 + 8).setBigUint64(at + i * 8, value, true));
  }

  set(at: number, bytes: Uint8Array): void {
    this.#view(at + bytes.length);
    this.bytes.set(bytes, at);
  }

  ascii(at: number, text: string): void {
    this.set(
      at,
      Uint8Array.from(text, (character) => character.charCodeAt(0)),
    );
  }

  wide(at: number, text: string): void {
    this.u16(at, ...[...text].map((character) => character.charCodeAt(0)));
  }

  get length(): number {
    return this.bytes.length;
  }

  /** Where the next structure may begin: a multiple of 16. */
  get end(): number {
    return Math.ceil(this.bytes.length / 16) * 16;
  }
}

/** CONTEXT of x64 (winnt.h) with what unwinding needs: RSP at 0x98, RIP at 0xf8, 0x4d0 bytes. */
export function contextOf(registers: { rip: bigint; rsp: bigint; rax?: bigint }): Uint8Array {
  const file = new ByteFile();
  file.u16(0x38, 0x33);
  file.u32(0x44, 0x246);
  file.u64(0x78, registers.rax ?? 0n);
  file.u64(0x98, registers.rsp);
  file.u64(0xf8, registers.rip);
  file.set(0x4cf, new Uint8Array(1));
  return file.bytes;
}

/** An image with one section, `.text` at RVA 0x1000, whose code is given. Source of the places: "PE Format". */
export function imageOf(code: Uint8Array, timeDateStamp: number): Uint8Array {
  const file = new ByteFile();
  file.ascii(0, 'MZ');
  file.u32(0x3c, 0x80);
  file.ascii(0x80, 'PE');
  file.u16(0x84, 0x8664, 1);
  file.u32(0x88, timeDateStamp);
  file.u16(0x94, 0xf0, 0x2022);
  file.u16(0x98, 0x20b);
  file.u32(0xd0, 0x2000, 0x400); // SizeOfImage, SizeOfHeaders
  file.ascii(0x188, '.text');
  file.u32(0x190, code.length, 0x1000, 0x200, 0x400);
  file.set(0x400, code);
  file.set(0x5ff, new Uint8Array(1));
  return file.bytes;
}
