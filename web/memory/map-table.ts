import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { FrameMap } from '../../sim/worker/sim-api.js';
import { focusStyles } from '../controls/control.styles.js';
import { ChooseFrameEvent } from './frame-map.js';
import { hex } from './hex.js';
import { cssColourOf, titleOf } from './kinds.js';
import { frameOfCell, type MapView } from './map-view.js';
import { frameSize } from './sizes.js';
import { tableStyles } from './table.styles.js';
import { text } from './text.js';

/**
 * The map in words: neighbouring cells of one kind are a row.
 * @fires mem-choose See `ChooseFrameEvent`.
 */
@customElement('mem-table')
export class MapTable extends LitElement {
  static override styles = [focusStyles, tableStyles];

  @property({ attribute: false }) map!: FrameMap;
  @property({ attribute: false }) view!: MapView;

  get #rows(): { kind: string | undefined; first: number; frames: number }[] {
    const rows: { kind: string | undefined; first: number; frames: number }[] = [];
    this.map.cells.forEach((number, cell) => {
      const kind = this.map.kinds[number];
      const first = frameOfCell(this.view, cell);
      const frames = Math.min(this.view.frames, this.map.end - first);
      if (frames <= 0) return;
      const last = rows.at(-1);
      if (last?.kind === kind && last) last.frames += frames;
      else rows.push({ kind, first, frames });
    });
    return rows;
  }

  override render() {
    const { columns, tableName } = text.map;
    return html`<table>
      <caption>
        ${tableName}
      </caption>
      <thead>
        <tr>
          <th scope="col">${columns.frames}</th>
          <th scope="col">${columns.kind}</th>
          <th scope="col" class="number">${columns.size}</th>
        </tr>
      </thead>
      <tbody>
        ${this.#rows.map(
          ({ kind, first, frames }) =>
            html`<tr>
              <td class="code">
                <button class="link" @click=${() => this.dispatchEvent(new ChooseFrameEvent(first))}>
                  ${hex(first)} – ${hex(first + frames - 1)}
                </button>
              </td>
              <td>
                ${kind && html`<span class="swatch" style="background: ${cssColourOf(kind)}"></span>`}${titleOf(kind)}
              </td>
              <td class="number">${frameSize(frames)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }
}
