import type { Capture } from '../../../sim/index.js';

const PAGE = 4096;
const BITMAP_HEADER = 0x2000;
const BITMAP = BITMAP_HEADER + 0x38;

/** A capture's whole file. Only for small machines. */
export function fileOf(capture: Capture): Buffer {
  const chunks: Buffer[] = [];
  for (let chunk = capture.next(); chunk; chunk = capture.next()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Frames that a bitmap dump holds, in their order, and where in the file they lie. */
export function framesIn(file: Buffer): Map<number, number> {
  const first = Number(file.readBigUInt64LE(BITMAP_HEADER + 0x20));
  const bits = Number(file.readBigUInt64LE(BITMAP_HEADER + 0x30));
  const frames = new Map<number, number>();
  for (let pfn = 0; pfn < bits; pfn++)
    if ((file[BITMAP + (pfn >> 3)]! >> (pfn & 7)) & 1) frames.set(pfn, first + frames.size * PAGE);
  return frames;
}
