import { AddressSpace } from './address-space.js';
import type { Memory } from './memory.js';
import type { PhysicalMemory } from './physical-memory.js';

/** An address space of a dump that holds pieces of virtual memory instead of frames: it has no page tables. */
export class PiecesSpace extends AddressSpace {
  readonly #pieces: Memory;

  constructor(physical: PhysicalMemory, directoryTableBase: bigint, pieces: Memory) {
    super(physical, directoryTableBase);
    this.#pieces = pieces;
  }

  override read(address: bigint, length: number): Uint8Array {
    return this.#pieces.read(address, length);
  }
}
