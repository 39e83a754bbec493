import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Rows beyond the visible ones, so that a little scrolling finds them drawn. */
const OVERSCAN = 8;
/** So few rows are all drawn: whoever searches the page finds them. */
const ALL = 200;

/** Rows from `first` up to, not including, `end`, with the space of those above and below, CSS px. */
export interface RowRange {
  first: number;
  end: number;
  above: number;
  below: number;
}

/**
 * Rows to draw of a list whose row `i` begins at `offsets[i]`; the last offset is the list's height.
 * @param top How far the list is scrolled, CSS px.
 * @param height What is visible of it, CSS px.
 */
export function visibleRows(offsets: ArrayLike<number>, top: number, height: number): RowRange {
  const rows = offsets.length - 1;
  const total = offsets[rows] ?? 0;
  if (rows <= ALL) return { first: 0, end: Math.max(rows, 0), above: 0, below: 0 };
  const first = Math.max(0, rowAt(offsets, top) - OVERSCAN);
  const end = Math.min(rows, rowAt(offsets, top + height) + 1 + OVERSCAN);
  return { first, end, above: offsets[first]!, below: total - offsets[end]! };
}

/** The row that is at `y`. */
function rowAt(offsets: ArrayLike<number>, y: number): number {
  let low = 0;
  let high = offsets.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (offsets[middle]! <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Draws a list's element again when it is scrolled or resized. */
export class RowWindow implements ReactiveController {
  #top = 0;
  #height = 0;
  #scroller: HTMLElement | null = null;
  readonly #observer = new ResizeObserver(() => this.#measure());

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly find: () => HTMLElement | null,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.host.requestUpdate();
  }

  hostUpdated(): void {
    const scroller = this.find();
    if (scroller === this.#scroller) return;
    this.hostDisconnected();
    this.#scroller = scroller;
    if (!scroller) return;
    scroller.addEventListener('scroll', this.#measure, { passive: true });
    this.#observer.observe(scroller);
  }

  hostDisconnected(): void {
    this.#scroller?.removeEventListener('scroll', this.#measure);
    this.#observer.disconnect();
    this.#scroller = null;
  }

  /** Rows to draw; see {@link visibleRows}. */
  rows(offsets: ArrayLike<number>): RowRange {
    return visibleRows(offsets, this.#top, this.#height);
  }

  /** Scrolls so that what lies from `top` to `bottom` of the list is seen whole below a header of `head` px. */
  reveal(top: number, bottom: number, head: number): void {
    const scroller = this.#scroller;
    if (!scroller) return;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (bottom + head > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = bottom + head - scroller.clientHeight;
  }

  readonly #measure = (): void => {
    if (!this.#scroller) return;
    const { scrollTop, clientHeight } = this.#scroller;
    if (scrollTop === this.#top && clientHeight === this.#height) return;
    this.#top = scrollTop;
    this.#height = clientHeight;
    this.host.requestUpdate();
  };
}
