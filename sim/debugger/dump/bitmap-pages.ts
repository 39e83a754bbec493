import type { ByteSource } from '../files/byte-source.js';
import { FileError } from '../files/file-error.js';
import { record } from '../files/record.js';
import { DUMP_HEADER_BYTES } from './kernel-header.js';
import { PAGE_BYTES, type PageMap } from './page-map.js';

/**
 * The header of a bitmap dump, behind DUMP_HEADER64. Source: the public readers of this format (Volatility 3,
 * kdmp-parser), which agree on these fields.
 */
const BITMAP_HEADER = record(0x38, {
  Signature: [0x0, 'u32'],
  ValidDump: [0x4, 'u32'],
  DumpOptions: [0x8, 'u32'],
  FirstPage: [0x20, 'offset'],
  TotalPresentPages: [0x28, 'offset'],
  Pages: [0x30, 'offset'],
});
/** SUMMARY_DUMP64, which stands in its place in kernel dumps of Windows before 8. Source: Windows SDK, mindumpdef.h. */
const SUMMARY_HEADER = record(0x28, {
  Signature: [0x0, 'u32'],
  ValidDump: [0x4, 'u32'],
  DumpOptions: [0x8, 'u32'],
  HeaderSize: [0xc, 'u32'],
  BitmapSize: [0x10, 'u32'],
  Pages: [0x14, 'u32'],
});
const SIGNATURES = [0x504d4453, 0x504d4446]; // 'SDMP', 'FDMP'
const VALID_DUMP = 0x504d5544; // 'DUMP'
const MOST_BITS = 0x7fffffff;
const GROUP_BYTES = 64;

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

/** Pages of a bitmap dump: a bit for each frame, and the frames whose bits are set in order behind it. */
export class BitmapPages implements PageMap {
  readonly pages: number;
  readonly limit: number;
  readonly #bits: Uint8Array;
  /** Set bits before each group of bytes. */
  readonly #before: Uint32Array;
  /** Offset of the first frame in the file. */
  readonly firstPage: number;
  readonly options: number;

  /**
   * @param isSummary whether the dump is one of type 2
   * @throws FileError when the bitmap is damaged
   */
  constructor(file: ByteSource, isSummary = false) {
    const header = isSummary ? summaryHeader(file) : bitmapHeader(file);
    if (!SIGNATURES.includes(header.Signature) || header.ValidDump !== VALID_DUMP)
      throw new FileError('The bitmap of this dump has no SDMP or FDMP header.');
    const bytes = Math.ceil(header.Pages / 8);
    const start = DUMP_HEADER_BYTES + header.bytes;
    if (header.Pages > MOST_BITS || header.FirstPage < start + bytes || header.FirstPage > file.size)
      throw new FileError('The bitmap of this dump says that it is larger than the file.');
    this.#bits = file.read(start, bytes).slice();
    this.firstPage = header.FirstPage;
    this.options = header.DumpOptions;
    this.limit = header.Pages;
    this.#before = new Uint32Array(Math.ceil(bytes / GROUP_BYTES) + 1);
    let count = 0;
    for (let i = 0; i < this.#bits.length; i++) {
      if (i % GROUP_BYTES === 0) this.#before[i / GROUP_BYTES] = count;
      count += ONES[this.#bits[i]!]!;
    }
    this.pages = count;
  }

  offsetOf(pfn: number): number | undefined {
    if (pfn < 0 || pfn >= this.limit) return undefined;
    const byte = pfn >>> 3;
    if (((this.#bits[byte]! >> (pfn & 7)) & 1) === 0) return undefined;
    const group = Math.floor(byte / GROUP_BYTES);
    let index = this.#before[group]!;
    for (let i = group * GROUP_BYTES; i < byte; i++) index += ONES[this.#bits[i]!]!;
    index += ONES[this.#bits[byte]! & ((1 << (pfn & 7)) - 1)]!;
    return this.firstPage + index * PAGE_BYTES;
  }

  *framesFrom(from: number): Iterable<number> {
    for (let pfn = from; pfn < this.limit; pfn++) {
      const byte = this.#bits[pfn >>> 3]!;
      if (byte === 0) pfn |= 7;
      else if ((byte >> (pfn & 7)) & 1) yield pfn;
    }
  }
}

function bitmapHeader(file: ByteSource) {
  const { size, read } = BITMAP_HEADER;
  return { bytes: size, ...read(headerBytes(file, size)) };
}

/** The same of a summary dump: its HeaderSize is where the first page lies, its BitmapSize counts bits. */
function summaryHeader(file: ByteSource) {
  const { size, read } = SUMMARY_HEADER;
  const header = read(headerBytes(file, size));
  return { bytes: size, ...header, FirstPage: header.HeaderSize, Pages: header.BitmapSize };
}

/** @throws FileError when the file ends before */
function headerBytes(file: ByteSource, size: number): Uint8Array {
  const bytes = file.read(DUMP_HEADER_BYTES, size);
  if (bytes.length < size) throw new FileError('The file ends before the bitmap of this dump does.');
  return bytes;
}
