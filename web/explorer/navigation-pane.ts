import { LitElement, css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { focusStyles } from '../controls/control.styles.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { TravelEvent } from './address-bar.js';
import type { KnownFolder, KnownFolders } from './known-folders.js';
import { text } from './text.js';

/**
 * The folders that people look for, beside the files.
 * @fires ll-travel
 */
@customElement('fe-navigation-pane')
export class NavigationPane extends LitElement {
  static override styles = [
    focusStyles,
    iconStyles,
    css`
      :host {
        display: block;
        flex: none;
        box-sizing: border-box;
        width: 184px;
        padding: 4px;
        border-right: 1px solid var(--stroke-bar);
        overflow: auto;
        font: 12px/16px var(--font-text);
      }

      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }

      button {
        display: flex;
        align-items: center;
        gap: 8px;
        width: 100%;
        min-height: 30px;
        padding: 0 8px;
        border: 0;
        border-radius: var(--radius-control);
        background: none;
        color: var(--text);
        font: inherit;
        text-align: left;
        outline-offset: -2px;
        cursor: default;
      }

      span:last-child {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      button:hover {
        background: var(--subtle-hover);
      }

      button[aria-current='page'] {
        background: var(--subtle-selected);
        box-shadow: inset 3px 0 0 -1px var(--accent);
      }

      @container explorer (max-width: 560px) {
        :host {
          display: none;
        }
      }

      @media (forced-colors: active) {
        button[aria-current='page'] {
          outline: 1px solid Highlight;
        }
      }
    `,
  ];

  @property({ attribute: false }) folders!: KnownFolders;
  @property() folder = '';

  #renderFolder(id: KnownFolder, path: string): TemplateResult {
    return html`<li>
      <button
        title=${path}
        aria-current=${path === this.folder ? 'page' : 'false'}
        @click=${() => this.dispatchEvent(new TravelEvent('path', path))}
      >
        ${icon('file-explorer')}<span>${text.folders[id]}</span>
      </button>
    </li>`;
  }

  override render() {
    const ids = Object.keys(this.folders) as KnownFolder[];
    return html`<nav aria-label=${text.navigation}>
      <ul>
        ${ids.map((id) => this.#renderFolder(id, this.folders[id]))}
      </ul>
    </nav>`;
  }
}
