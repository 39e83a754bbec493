import { LitElement, css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../controls/button/button.js';
import { MenuSelectEvent } from '../controls/menu/menu-entry.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import type { Possible } from './commands.js';
import { text } from './text.js';

/**
 * File Explorer's commands.
 * @fires ll-select `add`, `download`, `rename`, `delete` or `symbols`.
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

      /* The icon is left where there is no room; the text stays for screen readers and as the button's name. */
      @container explorer (max-width: 640px) {
        .text {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
          white-space: nowrap;
        }
      }
    `,
  ];

  /** Why commands cannot be used now. */
  @property({ attribute: false }) possible!: Possible;

  #button(id: keyof Possible, picture: string): TemplateResult {
    return html`<ll-button
      variant="subtle"
      title=${text[id]}
      disabled-reason=${this.possible[id]}
      @click=${() => !this.possible[id] && this.dispatchEvent(new MenuSelectEvent(id))}
    >
      ${icon(picture)}<span class="text">${text[id]}</span>
    </ll-button>`;
  }

  override render() {
    return html`
      ${this.#button('add', 'upload')} ${this.#button('download', 'download')}
      ${this.#button('rename', 'rename')} ${this.#button('delete', 'delete')}
      ${this.#button('symbols', 'zip')}
    `;
  }
}
