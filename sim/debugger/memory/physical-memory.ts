import type { Memory } from './memory.js';
import { PAGE_BYTES, type PageMap } from '../dump/page-map.js';
import type { CachedSource } from '../files/cached-source.js';

/** Physical memory as a dump holds it. */
export class PhysicalMemory {
  readonly pages: PageMap;
  readonly #file: CachedSource;

  constructor(file: CachedSource, pages: PageMap) {
    this.#file = file;
    this.pages = pages;
  }

  /** A frame's 4 KiB, `undefined` when the dump does not hold all of it. */
  page(pfn: number): Uint8Array | undefined {
    const offset = this.pages.offsetOf(pfn);
    if (offset === undefined) return undefined;
    const bytes = this.#file.read(offset, PAGE_BYTES);
    return bytes.length === PAGE_BYTES ? bytes : undefined;
  }

  /** Tells which frames will be read soon: a file that is slow to ask is asked for many at once. */
  expect(frames: Iterable<number>): void {
    const offsets: number[] = [];
    for (const pfn of frames) {
      const offset = this.pages.offsetOf(pfn);
      if (offset !== undefined) offsets.push(offset);
    }
    this.#file.expect(offsets);
  }

  /** Whether that is of use. */
  get isSlow(): boolean {
    return this.#file.isSlow;
  }

  /** The same behind addresses of any size, as virtual memory has them. */
  get asMemory(): Memory {
    return {
      read: (address, length) =>
        address > BigInt(Number.MAX_SAFE_INTEGER) - BigInt(length)
          ? new Uint8Array(0)
          : this.read(Number(address), length),
    };
  }

  /** Bytes from a physical address on, up to the first frame that is not there. */
  read(address: number, length: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let total = 0;
    while (total < length) {
      const at = address + total;
      const page = this.page(Math.floor(at / PAGE_BYTES));
      if (!page) break;
      const part = page.subarray(at % PAGE_BYTES, Math.min(PAGE_BYTES, (at % PAGE_BYTES) + length - total));
      parts.push(part);
      total += part.length;
    }
    return joined(parts, total);
  }
}

/** Pieces as one, without a copy where there is one only. */
export function joined(parts: readonly Uint8Array[], total: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
