import { LitElement, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import '../../controls/button/button.js';
import '../../controls/checkbox/checkbox.js';
import type { LabCheckbox } from '../../controls/checkbox/checkbox.js';
import '../../controls/dialog/dialog.js';
import { texts } from '../text.js';

const text = texts.columnsDialog;
const LIST = {
  display: 'flex',
  flexDirection: 'column',
  height: '300px',
  padding: '4px 8px',
  overflow: 'auto',
  border: '1px solid var(--stroke-menu)',
  borderRadius: 'var(--radius-control)',
};

/** A column as the dialog lists it. */
export interface ColumnChoice {
  id: string;
  label: string;
  /** Name cannot be taken away. */
  fixed?: boolean;
}

/** The user chose these columns. */
export class ColumnsChosenEvent extends Event {
  constructor(readonly ids: readonly string[]) {
    super('ll-columns');
  }
}

/**
 * *Select columns*: a check box for each column of a table.
 * @fires ll-columns The user chose; see `ColumnsChosenEvent`.
 * @fires ll-close The user is done, in either way.
 */
@customElement('tm-columns-dialog')
export class ColumnsDialog extends LitElement {
  @property({ attribute: false }) columns: readonly ColumnChoice[] = [];

  /** Those that are shown now. */
  @property({ attribute: false }) chosen: readonly string[] = [];
  @property({ type: Boolean }) open = false;
  @state() private picked: ReadonlySet<string> = new Set();

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('open') && this.open) this.picked = new Set(this.chosen);
  }

  #pick(id: string, event: Event): void {
    const picked = new Set(this.picked);
    if ((event.currentTarget as LabCheckbox).checked) picked.add(id);
    else picked.delete(id);
    this.picked = picked;
  }

  #close(): void {
    this.dispatchEvent(new Event('ll-close'));
  }

  #accept(): void {
    this.dispatchEvent(
      new ColumnsChosenEvent(this.columns.map(({ id }) => id).filter((id) => this.picked.has(id))),
    );
    this.#close();
  }

  override render() {
    return html`<ll-dialog
      heading=${text.title}
      .open=${this.open}
      .content=${html`<p>${text.prompt}</p>
        <div role="group" aria-label=${text.title} style=${styleMap(LIST)}>
          ${this.columns.map(
            ({ id, label, fixed = false }, index) =>
              html`<ll-checkbox
                ?data-first=${index === (this.columns[0]?.fixed ? 1 : 0)}
                label=${label}
                .checked=${this.picked.has(id)}
                .disabled=${fixed}
                @change=${(event: Event) => this.#pick(id, event)}
              ></ll-checkbox>`,
          )}
        </div>`}
      .buttons=${html`<ll-button variant="accent" @click=${() => this.#accept()}>${text.ok}</ll-button>
        <ll-button @click=${() => this.#close()}>${text.cancel}</ll-button>`}
      @ll-cancel=${() => this.#close()}
    ></ll-dialog>`;
  }
}
