import type { ByteSource } from '../files/byte-source.js';
import { FileError } from '../files/file-error.js';
import { record, viewOf } from '../files/record.js';
import { DUMP_HEADER_BYTES, type KernelDumpHeader } from './kernel-header.js';
import { PAGE_BYTES, type PageMap } from './page-map.js';

export interface Run {
  base: number;
  count: number;
  /** In the file. */
  offset: number;
}

/** Pages of a dump that lists runs of frames: complete dumps (type 1) and range dumps (8, 9, 10). */
export class RunPages implements PageMap {
  readonly pages: number;
  readonly limit: number;
  /** As the file lists them. */
  readonly runs: readonly Run[];
  /** Of a range dump: where the pages begin, and the size of what lists their ranges. */
  readonly ranges: { firstPage: number; bytes: number } | undefined;
  readonly #runs: readonly Run[];

  constructor(runs: readonly Run[], ranges?: RunPages['ranges']) {
    this.runs = runs;
    this.ranges = ranges;
    this.#runs = [...runs].sort((a, b) => a.base - b.base);
    this.pages = runs.reduce((sum, { count }) => sum + count, 0);
    this.limit = runs.reduce((most, { base, count }) => Math.max(most, base + count), 0);
  }

  offsetOf(pfn: number): number | undefined {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const { base, count, offset } = this.#runs[middle]!;
      if (pfn < base) high = middle - 1;
      else if (pfn >= base + count) low = middle + 1;
      else return offset + (pfn - base) * PAGE_BYTES;
    }
    return undefined;
  }

  *framesFrom(from: number): Iterable<number> {
    for (const { base, count } of this.#runs)
      for (let pfn = Math.max(from, base); pfn < base + count; pfn++) yield pfn;
  }
}

const RUNS_OFFSET = 0x98; // of PHYSICAL_MEMORY_DESCRIPTOR.Run in DUMP_HEADER64
const RUN_BYTES = 16;
const MOST_RUNS = 43; // that fit into the header

/** Runs of a complete dump, from the header's PhysicalMemoryBlock. @throws FileError when it is damaged */
export function completeDumpPages(header: KernelDumpHeader): PageMap {
  if (header.NumberOfRuns === 0 || header.NumberOfRuns > MOST_RUNS)
    throw new FileError(`The header of this complete dump lists ${header.NumberOfRuns} runs of memory.`);
  return new RunPages(headerRuns(header));
}

/** Runs that the header lists; none where it lists more than fit into it. */
export function headerRuns(header: KernelDumpHeader): Run[] {
  return header.NumberOfRuns > MOST_RUNS
    ? []
    : readRuns(header.bytes, RUNS_OFFSET, header.NumberOfRuns, DUMP_HEADER_BYTES);
}

/** Header of the range dumps that debuggers write. Source: kdmp-parser, RDMP_HEADER64. */
const RANGE_HEADER = record(0x30, {
  Marker: [0x0, 'u32'],
  Signature: [0x4, 'u32'],
  ValidDump: [0x8, 'u32'],
  MetadataSize: [0x10, 'offset'],
  FirstPageOffset: [0x18, 'offset'],
});
const SIGNATURE_RDMP = 0x504d4452; // 'RDMP'
const RANGES_OFFSET = 0x30;
/** The metadata begins with two numbers, of ranges and of pages. */
const METADATA_BEFORE_RANGES = 0x10;
const MOST_METADATA = 0x1000000;

/** Runs of a range dump. @throws FileError when it is damaged */
export function rangeDumpPages(file: ByteSource): PageMap {
  const header = RANGE_HEADER.read(file.read(DUMP_HEADER_BYTES, RANGE_HEADER.size));
  if (header.Signature !== SIGNATURE_RDMP)
    throw new FileError('The ranges of this dump have no RDMP header.');
  const length = header.MetadataSize - METADATA_BEFORE_RANGES;
  if (!(length >= 0) || length > MOST_METADATA || header.FirstPageOffset > file.size)
    throw new FileError('The ranges of this dump are damaged.');
  const bytes = file.read(DUMP_HEADER_BYTES + RANGES_OFFSET, length);
  const runs = readRuns(bytes, 0, Math.floor(bytes.length / RUN_BYTES), header.FirstPageOffset);
  return new RunPages(runs, { firstPage: header.FirstPageOffset, bytes: header.MetadataSize });
}

/** {base, count} pairs until one is empty; their pages follow each other in the file. */
function readRuns(bytes: Uint8Array, at: number, most: number, firstPage: number): Run[] {
  const view = viewOf(bytes);
  const runs: Run[] = [];
  for (let i = 0, offset = firstPage; i < most; i++) {
    const base = Number(view.getBigUint64(at + i * RUN_BYTES, true));
    const count = Number(view.getBigUint64(at + i * RUN_BYTES + 8, true));
    if (count === 0) break;
    if (!Number.isSafeInteger((base + count) * PAGE_BYTES))
      throw new FileError('A run of memory is too long.');
    runs.push({ base, count, offset });
    offset += count * PAGE_BYTES;
  }
  return runs;
}
