import { PAGE_BYTES } from '../dump/page-map.js';
import { viewOf } from '../files/record.js';
import type { Memory } from './memory.js';
import { prototypeFrame, walk, type Walk } from './page-walk.js';
import { joined, type PhysicalMemory } from './physical-memory.js';

const TRANSLATIONS_KEPT = 0x8000;
/** A prototype PTE that subsections hold indirectly (VAD prototypes) tells no address. */
const VAD_PROTOTYPE = 0xffffffff0000n;

/** Tells of a frame that an address needs and the dump does not hold. */
export type OnMissing = (pfn: number, address: bigint) => void;

/** A virtual address space, read through the page tables in the dump. */
export class AddressSpace implements Memory {
  readonly root: number;
  readonly #physical: PhysicalMemory;
  readonly #onMissing: OnMissing;
  /** Frames by page number of the address; -1 where nothing is mapped. */
  readonly #frames = new Map<bigint, number>();

  /** @param directoryTableBase CR3; its low bits may hold a PCID */
  constructor(physical: PhysicalMemory, directoryTableBase: bigint, onMissing: OnMissing = () => undefined) {
    this.#physical = physical;
    this.#onMissing = onMissing;
    this.root = Number(directoryTableBase & 0x000ffffffffff000n);
  }

  /** Explains how an address translates. */
  walk(address: bigint): Walk {
    return walk(this.#physical, this.root, address);
  }

  /** Physical address, whether the dump holds its frame or not; `undefined` when nothing is mapped. */
  translate(address: bigint): number | undefined {
    const page = address >> 12n;
    let frame = this.#frames.get(page);
    if (frame === undefined) {
      frame = this.#frameOf(address) ?? -1;
      if (this.#frames.size >= TRANSLATIONS_KEPT) this.#frames.clear();
      this.#frames.set(page, frame);
    }
    return frame < 0 ? undefined : frame * PAGE_BYTES + Number(address & 0xfffn);
  }

  #frameOf(address: bigint): number | undefined {
    const top = address >> 47n;
    if (top !== 0n && top !== 0x1ffffn) return undefined; // not canonical
    const { outcome } = this.walk(address);
    if (outcome.kind === 'mapped') return Math.floor(outcome.physical / PAGE_BYTES);
    if (outcome.kind === 'absent') this.#onMissing(outcome.pfn, address);
    if (outcome.kind !== 'prototype' || (outcome.prototype & 0xffffffffffffn) === VAD_PROTOTYPE)
      return undefined;
    const entry = this.read(outcome.prototype, 8);
    return entry.length === 8 ? prototypeFrame(viewOf(entry).getBigUint64(0, true)) : undefined;
  }

  read(address: bigint, length: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let total = 0;
    while (total < length) {
      const at = address + BigInt(total);
      if (at > 0xffffffffffffffffn) break;
      const physical = this.translate(at);
      if (physical === undefined) break;
      const pfn = Math.floor(physical / PAGE_BYTES);
      const page = this.#physical.page(pfn);
      if (!page) {
        this.#onMissing(pfn, at);
        break;
      }
      const start = physical % PAGE_BYTES;
      const part = page.subarray(start, Math.min(PAGE_BYTES, start + length - total));
      parts.push(part);
      total += part.length;
    }
    return joined(parts, total);
  }
}
