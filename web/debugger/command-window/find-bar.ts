import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import '../../controls/button/button.js';
import { focusStyles } from '../../controls/control.styles.js';
import { icon } from '../../icons/icon.js';
import { iconStyles } from '../../icons/icon.styles.js';
import { debug as text } from '../text.js';
import { formatCount } from '../../task-manager/processes/format.js';
import { MOST_MATCHES } from './find.js';

/** What the user does in the find bar: types (`query`), goes on (`step` 1 or -1), or closes it (`query` is null). */
export class FindEvent extends Event {
  constructor(
    readonly query: string | null,
    readonly step: 0 | 1 | -1 = 0,
  ) {
    super('dbg-find');
  }
}

/**
 * Looks for text in the output.
 * @fires dbg-find
 */
@customElement('dbg-find-bar')
export class FindBar extends LitElement {
  static override styles = [
    focusStyles,
    iconStyles,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 4px;
        padding: 4px 8px;
        border-bottom: 1px solid var(--stroke-bar);
        font: 12px/16px var(--font-table);
      }

      input {
        flex: 0 1 280px;
        min-width: 80px;
        height: 30px;
        box-sizing: border-box;
        padding: 0 10px;
        border: 1px solid var(--stroke-strong);
        border-radius: var(--radius-control);
        background: var(--surface-content);
        color: inherit;
        font: 14px/20px var(--font-code);
      }

      output {
        min-width: 84px;
        padding-inline: 4px;
        color: var(--text-secondary);
      }
    `,
  ];

  @property() value = '';
  /** How many places there are, and which is shown, from 0. */
  @property({ type: Number }) count = 0;
  @property({ type: Number }) place = -1;
  @query('input') private readonly input!: HTMLInputElement;

  override focus(): void {
    void this.updateComplete.then(() => {
      this.input.focus();
      this.input.select();
    });
  }

  #tell(query: string | null, step: 0 | 1 | -1 = 0): void {
    this.dispatchEvent(new FindEvent(query, step));
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.key === 'Enter') this.#tell(this.value, event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') this.#tell(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  override render() {
    const count = `${formatCount(this.count)}${this.count === MOST_MATCHES ? '+' : ''}`;
    const place = this.count > 0 ? text.findPlace(this.place + 1, count) : text.findNone;
    return html`
      <input
        aria-label=${text.findLabel}
        placeholder=${text.find}
        autocomplete="off"
        spellcheck="false"
        .value=${this.value}
        @input=${(event: Event) => this.#tell((event.target as HTMLInputElement).value)}
        @keydown=${this.#onKeydown}
      />
      <output aria-live="polite">${this.value === '' ? '' : place}</output>
      <ll-button variant="subtle" label=${text.previous} @click=${() => this.#tell(this.value, -1)}>
        ${icon('chevron-up')}
      </ll-button>
      <ll-button variant="subtle" label=${text.next} @click=${() => this.#tell(this.value, 1)}>
        ${icon('chevron-down')}
      </ll-button>
      <ll-button variant="subtle" label=${text.close} @click=${() => this.#tell(null)}>
        ${icon('close')}
      </ll-button>
    `;
  }
}
