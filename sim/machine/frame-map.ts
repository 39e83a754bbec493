import type { Core } from './core.js';
import kindData from './frame-kinds.json';

/** What a frame can be, in the core's order. */
export const FRAME_KINDS: readonly string[] = kindData.kinds;

const NO_KIND = 255;

/** Part of physical memory as a row of cells, each of as many frames. */
export interface FrameMap {
  /** One more than the highest frame number. */
  readonly end: number;
  /** Names of the kinds that the numbers below stand for. */
  readonly kinds: readonly string[];
  /** Frames of each kind on the whole machine, in the order of `kinds`. */
  readonly totals: Uint32Array<ArrayBuffer>;
  /** What most frames of each cell are; beyond all kinds where there is no memory. */
  readonly cells: Uint8Array<ArrayBuffer>;
  /** Frames of each kind in the part that was asked about. */
  readonly part: Uint32Array<ArrayBuffer>;
}

/** What to look at: cells of `frames` frames each from frame `first` on, and a part to be counted. */
export interface FrameView {
  readonly first: number;
  readonly frames: number;
  readonly cells: number;
  readonly part: { readonly first: number; readonly frames: number };
}

const WORDS_OF_STRETCH = 3;

/** Maps physical memory as the PFN database tells it now. */
export function readFrameMap(core: Core, view: FrameView): FrameMap {
  const count = core.exports.mapMake();
  const words = new Uint32Array(
    core.exports.memory.buffer,
    core.exports.mapStretches(),
    count * WORDS_OF_STRETCH,
  );
  const totals = new Uint32Array(FRAME_KINDS.length);
  const part = new Uint32Array(FRAME_KINDS.length);
  const counts = new Uint32Array(FRAME_KINDS.length * view.cells);
  const end = view.first + view.frames * view.cells;
  const partEnd = view.part.first + view.part.frames;
  for (let at = 0; at < words.length; at += WORDS_OF_STRETCH) {
    const [from, frames, kind] = [words[at]!, words[at + 1]!, words[at + 2]!];
    totals[kind]! += frames;
    part[kind]! += Math.max(0, Math.min(from + frames, partEnd) - Math.max(from, view.part.first));
    const to = Math.min(from + frames, end);
    for (let pfn = Math.max(from, view.first); pfn < to;) {
      const cell = Math.floor((pfn - view.first) / view.frames);
      const cellEnd = Math.min(view.first + (cell + 1) * view.frames, to);
      counts[cell * FRAME_KINDS.length + kind]! += cellEnd - pfn;
      pfn = cellEnd;
    }
  }
  const cells = Uint8Array.from({ length: view.cells }, (_, cell) => most(counts, cell * FRAME_KINDS.length));
  return { end: core.exports.memoryFrames(), kinds: FRAME_KINDS, totals, cells, part };
}

/** The kind that most frames of a cell have; the first of those that are equal. */
function most(counts: Uint32Array, from: number): number {
  let found = NO_KIND;
  let frames = 0;
  for (let kind = 0; kind < FRAME_KINDS.length; kind++) {
    if (counts[from + kind]! <= frames) continue;
    found = kind;
    frames = counts[from + kind]!;
  }
  return found;
}
