import type { Module } from '../target/module.js';
import type { Memory } from './memory.js';
import { joined } from './physical-memory.js';

/** Memory of a dump that leaves images out: what the dump does not hold comes from the images' files. */
export class ImageBackedMemory implements Memory {
  readonly #dump: Memory;
  readonly #modules: () => readonly Module[];

  constructor(dump: Memory, modules: () => readonly Module[]) {
    this.#dump = dump;
    this.#modules = modules;
  }

  read(address: bigint, length: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let total = 0;
    while (total < length) {
      const at = address + BigInt(total);
      let part = this.#dump.read(at, length - total);
      if (part.length === 0) part = this.#fromImage(at, length - total);
      if (part.length === 0) break;
      parts.push(part);
      total += part.length;
    }
    return joined(parts, total);
  }

  /** As far as the file has it and the dump has not. */
  #fromImage(at: bigint, length: number): Uint8Array {
    const module = this.#modules().find((candidate) => candidate.contains(at));
    const page = 0x1000 - Number(at & 0xfffn);
    return module?.imageFile?.read(at, Math.min(length, page)) ?? new Uint8Array(0);
  }
}
