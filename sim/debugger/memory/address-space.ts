import { PAGE_BYTES } from '../dump/page-map.js';
import { viewOf } from '../files/record.js';
import type { Memory } from './memory.js';
import { LEVELS, outcomeOf, prototypeFrame, tableAt, walk, type Walk } from './page-walk.js';
import { joined, type PhysicalMemory } from './physical-memory.js';

const TRANSLATIONS_KEPT = 0x8000;
const NOTHING = new Uint8Array(0);
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
    const outcome = outcomeOf(this.#physical, this.root, address);
    if (outcome.kind === 'mapped') return Math.floor(outcome.physical / PAGE_BYTES);
    if (outcome.kind === 'absent') this.#onMissing(outcome.pfn, address);
    if (outcome.kind !== 'prototype' || (outcome.prototype & 0xffffffffffffn) === VAD_PROTOTYPE)
      return undefined;
    const entry = this.read(outcome.prototype, 8);
    return entry.length === 8 ? prototypeFrame(viewOf(entry).getBigUint64(0, true)) : undefined;
  }

  /**
   * Tells which addresses will be read soon: a file that is slow to ask is asked for all their page tables of a level
   * at once, and then for the pages.
   */
  expect(addresses: readonly bigint[]): void {
    if (!this.#physical.isSlow) return;
    for (const level of LEVELS.keys()) {
      const tables = new Set<number>();
      for (const address of addresses) {
        const at = tableAt(this.#physical, this.root, address, level);
        if (at !== undefined) tables.add(at);
      }
      this.#physical.expect(tables);
    }
    const frames = new Set<number>();
    for (const address of addresses) {
      const physical = this.translate(address);
      if (physical !== undefined) frames.add(Math.floor(physical / PAGE_BYTES));
    }
    this.#physical.expect(frames);
  }

  read(address: bigint, length: number): Uint8Array {
    if (length <= 0) return NOTHING;
    const first = this.#readPage(address, length);
    if (first.length === 0 || first.length === length) return first;
    const parts = [first];
    let total = first.length;
    while (total < length) {
      const at = address + BigInt(total);
      if (at > 0xffffffffffffffffn) break;
      const part = this.#readPage(at, length - total);
      if (part.length === 0) break;
      parts.push(part);
      total += part.length;
    }
    return joined(parts, total);
  }

  /** What of it lies in the page of the address. */
  #readPage(at: bigint, length: number): Uint8Array {
    const physical = this.translate(at);
    if (physical === undefined) return NOTHING;
    const pfn = Math.floor(physical / PAGE_BYTES);
    const page = this.#physical.page(pfn);
    if (!page) {
      this.#onMissing(pfn, at);
      return NOTHING;
    }
    const start = physical % PAGE_BYTES;
    return page.subarray(start, Math.min(PAGE_BYTES, start + length));
  }
}
