import type { ByteSource } from '../files/byte-source.js';
import type { Memory } from './memory.js';
import { joined } from './physical-memory.js';

/** Virtual memory that lies in a file in one piece. */
export interface MemoryRange {
  start: bigint;
  bytes: number;
  /** In the file. */
  offset: number;
}

/** Virtual memory as a list of ranges in a file. Where ranges overlap, the one listed first counts. */
export class RangeMemory implements Memory {
  readonly ranges: readonly MemoryRange[];
  readonly #file: ByteSource;

  constructor(file: ByteSource, ranges: readonly MemoryRange[]) {
    this.#file = file;
    const usable = ranges.filter(
      ({ bytes, offset }) => bytes > 0 && Number.isSafeInteger(bytes) && Number.isSafeInteger(offset + bytes),
    );
    this.ranges = disjoint(usable);
  }

  read(address: bigint, length: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let total = 0;
    while (total < length) {
      const at = address + BigInt(total);
      const range = this.#find(at);
      if (!range) break;
      const into = Number(at - range.start);
      const part = this.#file.read(range.offset + into, Math.min(range.bytes - into, length - total));
      if (part.length === 0) break; // the file ends before the range does
      parts.push(part);
      total += part.length;
    }
    return joined(parts, total);
  }

  #find(at: bigint): MemoryRange | undefined {
    let low = 0;
    let high = this.ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = this.ranges[middle]!;
      if (at < range.start) high = middle - 1;
      else if (at >= range.start + BigInt(range.bytes)) low = middle + 1;
      else return range;
    }
    return undefined;
  }
}

/** Ranges in order, each cut where the one before it still reaches. */
function disjoint(ranges: readonly MemoryRange[]): MemoryRange[] {
  const sorted = [...ranges].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const kept: MemoryRange[] = [];
  let end = 0n;
  for (const range of sorted) {
    const covered = Number(end > range.start ? end - range.start : 0n);
    if (covered >= range.bytes) continue;
    const start = range.start + BigInt(covered);
    kept.push({ start, bytes: range.bytes - covered, offset: range.offset + covered });
    end = range.start + BigInt(range.bytes);
  }
  return kept;
}
