/** Where a dump holds the frames of physical memory. */
export interface PageMap {
  /** Frames in the file. */
  readonly pages: number;
  /** Highest frame number that the map can name, plus one. */
  readonly limit: number;
  /** Offset in the file of a frame's 4 KiB, `undefined` when the dump does not hold it. */
  offsetOf(pfn: number): number | undefined;
  /** Frames from `from` on that are in the file, in order. */
  framesFrom(from: number): Iterable<number>;
}

export const PAGE_BYTES = 0x1000;
