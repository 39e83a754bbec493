import { LitElement, css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../controls/button/button.js';
import { MenuSelectEvent } from '../controls/menu/menu-entry.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { strings } from '../strings/index.js';

const text = strings.explorer;

/**
 * File Explorer's commands.
 * @fires ll-select `download`, `delete` or `symbols`.
 */
@customElement('fe-toolbar')
export class Toolbar extends LitElement {
  static override styles = [
    iconStyles,
    css`
      :host {
        display: flex;
        flex: none;
        flex-wrap: wrap;
        gap: 4px;
        padding: 4px;
        border-bottom: 1px solid var(--stroke-bar);
      }
    `,
  ];

  /** Whether a file is selected. */
  @property({ type: Boolean }) hasFile = false;

  /** Whether the symbols are being made. */
  @property({ type: Boolean }) isPreparing = false;

  #button(id: string, picture: string, label: string, reason: string): TemplateResult {
    return html`<ll-button
      variant="subtle"
      disabled-reason=${reason}
      @click=${() => this.dispatchEvent(new MenuSelectEvent(id))}
    >
      ${icon(picture)}${label}
    </ll-button>`;
  }

  override render() {
    const reason = this.hasFile ? '' : text.selectFile;
    return html`
      ${this.#button('download', 'download', text.download, reason)}
      ${this.#button('delete', 'delete', text.delete, reason)}
      ${this.#button('symbols', 'zip', text.symbols, this.isPreparing ? text.preparing : '')}
    `;
  }
}
