import { LitElement, css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { FileEntry } from '../../sim/worker/sim-api.js';
import '../controls/button/button.js';
import '../controls/progress-bar/progress-bar.js';
import { formatDateTime } from '../desktop/machine-time.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { debug as text } from './text.js';

/** The user chose a dump on the machine's disk, or wants to choose a file (`path` is empty). */
export class OpenEvent extends Event {
  constructor(readonly path: string) {
    super('dbg-open');
  }
}

/**
 * What the debugger shows before a dump is open.
 * @fires dbg-open
 */
@customElement('dbg-start-page')
export class StartPage extends LitElement {
  static override styles = [
    iconStyles,
    css`
      :host {
        display: grid;
        align-content: safe center;
        justify-content: center;
        gap: 16px;
        box-sizing: border-box;
        height: 100%;
        padding: 24px;
        overflow: auto;
        background: var(--surface-content);
      }

      h1,
      h2,
      p {
        margin: 0;
        max-width: 520px;
      }

      h1 {
        font-size: 20px;
        line-height: 28px;
        font-weight: 600;
      }

      h2 {
        font-size: 14px;
        font-weight: 600;
      }

      ul {
        display: grid;
        gap: 4px;
        margin: 0;
        padding: 0;
        list-style: none;
      }

      .open {
        justify-self: start;
      }

      .notice {
        white-space: pre-line;
      }

      .notice:empty {
        display: none;
      }

      .none {
        color: var(--text-secondary);
      }
    `,
  ];

  /** Dumps on the machine's disk. */
  @property({ attribute: false }) dumps: readonly FileEntry[] = [];
  /** Name of the dump that is being opened; '' for none. */
  @property() opening = '';
  /** What became of symbols that were added; '' for nothing. */
  @property() notice = '';

  #renderDump({ name, path, modified }: FileEntry): TemplateResult {
    return html`<li>
      <ll-button variant="subtle" @click=${() => this.dispatchEvent(new OpenEvent(path))}>
        ${icon('file')} ${name} (${formatDateTime(modified)})
      </ll-button>
    </li>`;
  }

  override render() {
    if (this.opening)
      return html`<p>${text.opening(this.opening)}</p>
        <ll-progress-bar label=${text.opening(this.opening)}></ll-progress-bar>`;
    return html`
      <h1>${text.start.heading}</h1>
      <p>${text.start.text}</p>
      <ll-button class="open" variant="accent" @click=${() => this.dispatchEvent(new OpenEvent(''))}>
        ${text.open}
      </ll-button>
      <p class="notice" role="status">${this.notice}</p>
      <h2>${text.start.onDisk}</h2>
      ${
        this.dumps.length > 0
          ? html`<ul>
              ${this.dumps.map((dump) => this.#renderDump(dump))}
            </ul>`
          : html`<p class="none">${text.start.none}</p>`
      }
    `;
  }
}
