import type { ByteSource } from '../../sim/debugger/index.js';

/** A number in a file that means something to its readers. */
export interface Field {
  /** In the file. */
  at: number;
  bytes: 2 | 4 | 8;
}

/** A file with a few of its bytes changed, without a copy of the rest. */
export class Mutant implements ByteSource {
  size: number;
  readonly #bytes: Uint8Array;
  readonly #changes = new Map<number, number>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.size = bytes.length;
  }

  /** Cuts the end off. */
  cut(size: number): void {
    this.size = Math.min(size, this.size);
  }

  setByte(at: number, value: number): void {
    this.#changes.set(at, value & 0xff);
  }

  get({ at, bytes }: Field): bigint {
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--)
      value = (value << 8n) | BigInt(this.#changes.get(at + i) ?? this.#bytes[at + i] ?? 0);
    return value;
  }

  put({ at, bytes }: Field, value: bigint): void {
    for (let i = 0; i < bytes; i++) this.setByte(at + i, Number((value >> BigInt(8 * i)) & 0xffn));
  }

  read(offset: number, length: number): Uint8Array {
    const end = Math.min(offset + length, this.size);
    const part = this.#bytes.subarray(offset, Math.max(offset, end));
    let copy: Uint8Array | undefined;
    for (const [at, value] of this.#changes)
      if (at >= offset && at < end) (copy ??= part.slice())[at - offset] = value;
    return copy ?? part;
  }
}
