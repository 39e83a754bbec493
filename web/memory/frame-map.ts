import { LitElement, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { FrameMap } from '../../sim/worker/sim-api.js';
import { focusStyles } from '../controls/control.styles.js';
import { styles } from './frame-map.styles.js';
import { hex } from './hex.js';
import { colourOf, titleOf } from './kinds.js';
import { CELLS, COLUMNS, ROWS, cellOf, frameOfCell, type MapView } from './map-view.js';
import { text } from './text.js';

const PERCENT = 100;
/** Screen pixels that a cell is drawn with: one of it stays the line to its neighbours. */
const PIXELS = 12;
const BRIGHT = 128;

/** The user chose a frame of the map. */
export class ChooseFrameEvent extends Event {
  constructor(readonly pfn: number) {
    super('mem-choose', { bubbles: true, composed: true });
  }
}

/** The user wants the map closer (1) or from further away (-1). */
export class ZoomEvent extends Event {
  constructor(readonly direction: 1 | -1) {
    super('mem-zoom', { bubbles: true, composed: true });
  }
}

/**
 * Frames of physical memory as coloured cells.
 * @fires mem-choose See `ChooseFrameEvent`.
 * @fires mem-zoom See `ZoomEvent`.
 */
@customElement('mem-map')
export class FrameMapElement extends LitElement {
  static override styles = [focusStyles, styles];

  @property({ attribute: false }) map!: FrameMap;
  @property({ attribute: false }) view!: MapView;
  @property({ type: Number }) selected = 0;
  @query('canvas') private readonly canvas!: HTMLCanvasElement;
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)');

  override connectedCallback(): void {
    super.connectedCallback();
    this.#scheme.addEventListener('change', this.#redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#scheme.removeEventListener('change', this.#redraw);
  }

  readonly #redraw = (): void => this.requestUpdate();

  protected override updated(): void {
    const context = this.canvas.getContext('2d')!;
    const [, red] = /rgba?\((\d+)/.exec(getComputedStyle(this).color) ?? [];
    const isDark = Number(red) > BRIGHT;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.map.cells.forEach((kind, cell) => {
      context.fillStyle = colourOf(this.map.kinds[kind], isDark);
      const [x, y] = [(cell % COLUMNS) * PIXELS, Math.floor(cell / COLUMNS) * PIXELS];
      context.fillRect(x, y, PIXELS - 1, PIXELS - 1);
    });
  }

  get #cell(): number {
    return cellOf(this.view, this.selected);
  }

  #choose(pfn: number): void {
    const last = this.map.end - 1;
    this.dispatchEvent(new ChooseFrameEvent(Math.min(last, Math.max(0, pfn))));
  }

  #onPointer({ clientX, clientY, currentTarget }: PointerEvent | MouseEvent): void {
    const { left, top, width, height } = (currentTarget as HTMLElement).getBoundingClientRect();
    const column = Math.min(COLUMNS - 1, Math.floor(((clientX - left) / width) * COLUMNS));
    const row = Math.min(ROWS - 1, Math.floor(((clientY - top) / height) * ROWS));
    this.#choose(frameOfCell(this.view, row * COLUMNS + column));
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const zoom = ({ Enter: 1, '+': 1, '=': 1, '-': -1, Backspace: -1 } as const)[event.key];
    const step = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -COLUMNS,
      ArrowDown: COLUMNS,
      PageUp: (-COLUMNS * ROWS) / 4,
      PageDown: (COLUMNS * ROWS) / 4,
    }[event.key];
    if (zoom) this.dispatchEvent(new ZoomEvent(zoom));
    else if (step !== undefined) this.#choose(frameOfCell(this.view, this.#cell + step));
    else if (event.key === 'Home') this.#choose(0);
    else if (event.key === 'End') this.#choose(this.map.end - 1);
    else return;
    event.preventDefault();
  }

  #renderHere() {
    const cell = this.#cell;
    if (cell < 0 || cell >= CELLS) return nothing;
    const [x, y] = [cell % COLUMNS, Math.floor(cell / COLUMNS)];
    const style =
      `left: ${(x / COLUMNS) * PERCENT}%; top: ${(y / ROWS) * PERCENT}%; ` +
      `width: calc(${PERCENT / COLUMNS}% + 2px); height: calc(${PERCENT / ROWS}% + 2px)`;
    return html`<div class="here" style=${style}></div>`;
  }

  override render() {
    const { view, map } = this;
    const kind = titleOf(map.kinds[map.cells[this.#cell] ?? map.kinds.length]);
    const first = frameOfCell(view, this.#cell);
    const spoken =
      view.frames === 1
        ? text.map.frameText(hex(first), kind)
        : text.map.cellText(hex(first), hex(first + view.frames - 1), kind);
    return html`<div
      class="grid"
      role="slider"
      tabindex="0"
      title=${text.map.keys}
      aria-label=${text.map.cell}
      aria-description=${text.map.keys}
      aria-valuemin="0"
      aria-valuemax=${map.end - 1}
      aria-valuenow=${this.selected}
      aria-valuetext=${spoken}
      @click=${this.#onPointer}
      @dblclick=${() => this.dispatchEvent(new ZoomEvent(1))}
      @keydown=${this.#onKeydown}
    >
      <canvas width=${COLUMNS * PIXELS} height=${ROWS * PIXELS}></canvas>
      ${this.#renderHere()}
    </div>`;
  }
}
