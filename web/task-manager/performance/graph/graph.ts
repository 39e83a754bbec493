import { LitElement, html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Series } from '../device.js';
import { POINTS } from '../performance-store.js';
import { styles } from './graph.styles.js';

const STEPS = POINTS - 1;
const BANDS = 10;
/** Points from one vertical line of the grid to the next. */
const GRID_POINTS = 3;

/**
 * A graph of the last minute: 60 points over its width, the newest at the right. It is drawn in units of points and
 * bands and stretched to its size, so that a new reading changes attributes and lays nothing out.
 *
 * Its colours are `--graph-line` and `--graph-fill`.
 */
@customElement('tm-graph')
export class PerformanceGraph extends LitElement {
  static override styles = styles;

  @property({ attribute: false }) series: readonly Series[] = [];
  /** How many readings there have been: the grid moves with them. */
  @property({ type: Number }) readings = 0;
  /** Without a grid. */
  @property({ type: Boolean }) plain = false;
  /** What it shows, for those who hear it; hidden from them where it is empty. */
  @property() description = '';

  #grid(): TemplateResult[] {
    const lines: TemplateResult[] = [];
    for (let x = STEPS - (this.readings % GRID_POINTS); x > 0; x -= GRID_POINTS)
      lines.push(svg`<line x1=${x} y1="0" x2=${x} y2=${BANDS} />`);
    for (let y = 1; y < BANDS; y++) lines.push(svg`<line x1="0" y1=${y} x2=${STEPS} y2=${y} />`);
    return lines;
  }

  #series({ values, kind }: Series): TemplateResult {
    const first = STEPS - (values.length - 1);
    const points = values.map((value, index) => `${first + index},${round(BANDS * (1 - value))}`).join(' ');
    if (kind === 'dashed') return svg`<polyline class="dashed" points=${points} />`;
    return svg`
      <polygon class=${kind} points="${first},${BANDS} ${points} ${STEPS},${BANDS}" />
      <polyline class=${kind} points=${points} />
    `;
  }

  override render() {
    return html`
      <svg
        viewBox="0 0 ${STEPS} ${BANDS}"
        preserveAspectRatio="none"
        role=${this.description ? 'img' : nothing}
        aria-label=${this.description || nothing}
        aria-hidden=${this.description ? nothing : 'true'}
      >
        <g class="grid">${this.plain ? nothing : this.#grid()}</g>
        ${this.series.filter(({ values }) => values.length > 0).map((series) => this.#series(series))}
      </svg>
    `;
  }
}

/** Short attributes: a hundredth of a band is less than a pixel. */
function round(y: number): number {
  return Math.round(y * 100) / 100;
}
