import { LitElement, css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { FrameMap } from '../../sim/worker/sim-api.js';
import { AVAILABLE, BESIDE, KIND_ORDER, MODIFIED, cssColourOf, titleOf } from './kinds.js';
import { frameCount, frameSize, share } from './sizes.js';
import { tableStyles } from './table.styles.js';
import { text } from './text.js';

/** What all of memory is used for: a row for each kind with its colour, and the sums that Task Manager shows. */
@customElement('mem-legend')
export class Legend extends LitElement {
  static override styles = [
    tableStyles,
    css`
      .sum th,
      .sum td {
        border-top: 1px solid var(--stroke-column);
        color: var(--text);
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) map!: FrameMap;

  #sum(has: (kind: string) => boolean): number {
    return this.map.kinds.reduce((sum, kind, i) => (has(kind) ? sum + this.map.totals[i]! : sum), 0);
  }

  #renderRow(name: TemplateResult | string, frames: number, all: number, sum = false): TemplateResult {
    return html`<tr class=${sum ? 'sum' : ''}>
      <th scope="row">${name}</th>
      <td class="number">${frameCount(frames)}</td>
      <td class="number">${frameSize(frames)}</td>
      <td class="number">${share(frames, all)}</td>
    </tr>`;
  }

  override render() {
    const { legend } = text;
    const { kinds, totals } = this.map;
    const windows = this.#sum((kind) => !BESIDE.has(kind));
    const available = this.#sum((kind) => AVAILABLE.has(kind));
    const modified = this.#sum((kind) => MODIFIED.has(kind));
    const rows = KIND_ORDER.map((kind) => ({ kind, frames: totals[kinds.indexOf(kind)]! })).filter(
      ({ frames }) => frames > 0,
    );
    const { kind, frames, size, part } = legend.columns;
    return html`<table>
      <caption>
        ${legend.title}
      </caption>
      <thead>
        <tr>
          <th scope="col">${kind}</th>
          <th scope="col" class="number">${frames}</th>
          <th scope="col" class="number">${size}</th>
          <th scope="col" class="number">${part}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(({ kind, frames }) => {
          const swatch = html`<span class="swatch" style="background: ${cssColourOf(kind)}"></span>`;
          return this.#renderRow(html`${swatch}${titleOf(kind)}`, frames, windows);
        })}
        ${this.#renderRow(legend.inUse, windows - available - modified, windows, true)}
        ${this.#renderRow(legend.available, available, windows, true)}
        ${this.#renderRow(legend.windows, windows, windows, true)}
      </tbody>
    </table>`;
  }
}
