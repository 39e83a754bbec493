import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { FileEntry } from '../../sim/worker/sim-api.js';
import '../controls/button/button.js';
import type { StorageSpace } from '../storage/storage-space.js';
import { formatSize } from './file-format.js';
import { text } from './text.js';

/**
 * How many files there are, what the selected ones take, and what the browser has left.
 * @fires ll-free-up The user wants room.
 */
@customElement('fe-status-bar')
export class StatusBar extends LitElement {
  static override styles = css`
    :host {
      display: flex;
      flex: none;
      flex-wrap: wrap;
      align-items: center;
      gap: 0 16px;
      padding: 0 4px 0 12px;
      border-top: 1px solid var(--stroke-bar);
      background: var(--surface-mica);
      font: 12px/16px var(--font-text);
    }

    .space {
      display: flex;
      align-items: center;
      gap: 4px;
      margin-left: auto;
    }
  `;

  @property({ type: Number }) count = 0;
  @property({ attribute: false }) selected: readonly FileEntry[] = [];
  @property({ attribute: false }) space: StorageSpace | null = null;

  override render() {
    const { selected, space } = this;
    const bytes = selected.reduce((sum, { size }) => sum + size, 0);
    const hasFile = selected.some(({ folder }) => !folder);
    return html`<span>${text.items(this.count)}</span>
      ${
        selected.length > 0
          ? html`<span>${text.selected(selected.length)} ${hasFile ? formatSize(bytes) : nothing}</span>`
          : nothing
      }
      <span class="space">
        ${space ? html`<span>${text.space(formatSize(space.used), formatSize(space.free))}</span>` : nothing}
        <ll-button variant="subtle" @click=${() => this.dispatchEvent(new Event('ll-free-up'))}
          >${text.freeUp}</ll-button
        >
      </span>`;
  }
}
