/** Cells of the map: so many rows of so many. */
export const COLUMNS = 64;
export const ROWS = 32;
export const CELLS = COLUMNS * ROWS;

const ZOOM = 8;

/** What the map shows: cells of `frames` frames each, from frame `first` on. */
export interface MapView {
  readonly first: number;
  readonly frames: number;
}

/** All frames below `end`. */
export function wholeView(end: number): MapView {
  let frames = 1;
  while (frames * CELLS < end) frames *= 2;
  return { first: 0, frames };
}

/** The same with a frame in it, moved by whole rows when it has to. */
export function revealing({ first, frames }: MapView, pfn: number, end: number): MapView {
  if (pfn >= first && pfn < first + frames * CELLS) return { first, frames };
  return around(pfn, frames, end);
}

export function zoomedIn({ frames }: MapView, pfn: number, end: number): MapView {
  return around(pfn, Math.max(1, frames / ZOOM), end);
}

export function zoomedOut({ frames }: MapView, pfn: number, end: number): MapView {
  return around(pfn, Math.min(wholeView(end).frames, frames * ZOOM), end);
}

/** The map moved by half of its height, `direction` 1 for later frames. */
export function scrolled({ first, frames }: MapView, direction: number, end: number): MapView {
  return { first: startOf(first + (direction * frames * CELLS) / 2, frames, end), frames };
}

/** Where the view's last row may begin: full rows, and no more behind the end than the last one. */
function startOf(first: number, frames: number, end: number): number {
  const row = frames * COLUMNS;
  const last = Math.max(0, Math.ceil(end / row) - ROWS) * row;
  return Math.min(last, Math.max(0, Math.floor(first / row) * row));
}

function around(pfn: number, frames: number, end: number): MapView {
  return { first: startOf(pfn - (frames * CELLS) / 2, frames, end), frames };
}

/** The cell that a frame is in. */
export function cellOf({ first, frames }: MapView, pfn: number): number {
  return Math.floor((pfn - first) / frames);
}

/** First frame of a cell. */
export function frameOfCell({ first, frames }: MapView, cell: number): number {
  return first + cell * frames;
}
