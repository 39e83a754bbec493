import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '../../controls/button/button.js';
import { icon } from '../../icons/icon.js';
import { debug } from '../text.js';
import type { MemoryView } from '../worker/debugger-api.js';
import { memoryRows, type Cell } from './memory-rows.js';
import { Pane } from './pane.js';

const text = debug.panes;
const BYTES = 0x200;
/** Bytes a row, and the width in pixels from which on as many fit: 16 need 84 characters of the code font's 13 px. */
const ROWS = [
  { bytesARow: 16, from: 690 },
  { bytesARow: 8, from: 440 },
  { bytesARow: 4, from: 0 },
];

/** Memory in hexadecimal digits and characters, with a structure's fields laid over it. */
@customElement('dbg-memory')
export class MemoryPane extends Pane<MemoryView> {
  static override styles = [
    ...Pane.styles,
    css`
      .bytes {
        flex: 1;
        overflow: auto;
        padding: 4px 12px;
        outline-offset: -2px;
      }

      .line {
        min-width: max-content;
        white-space: pre;
      }

      .odd {
        background: light-dark(#dcebff, #1b3a5c);
      }

      .even {
        background: light-dark(#e6f4dc, #24401d);
      }

      .here {
        outline: 2px solid var(--accent);
        outline-offset: -1px;
      }

      .field {
        display: block;
        width: max-content;
        min-width: 100%;
        white-space: pre;
      }

      .symbol {
        color: var(--text-secondary);
      }
    `,
  ];

  @state() private expression = '';
  @state() private type = '';
  /** Place of the field that the pointer or the focus is on; -1 for none. */
  @state() private field = -1;
  /** Whether the user has just tried to change bytes. */
  @state() private isEdited = false;
  @state() private bytesARow = ROWS[0]!.bytesARow;
  readonly #size = new ResizeObserver(
    ([entry]) => (this.bytesARow = ROWS.find(({ from }) => entry!.contentRect.width >= from)!.bytesARow),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.expression = this.session.places.get('memory') ?? '@rsp';
    this.type = this.session.places.get('type') ?? '';
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  protected override load = () => this.session.look((api) => api.memory(this.expression, BYTES, this.type));

  /** Shows another place. */
  async show(expression: string, type = ''): Promise<void> {
    this.expression = expression;
    this.type = type;
    this.session.places.set('memory', expression).set('type', type);
    await this.refresh();
  }

  async #move(bytes: number): Promise<void> {
    if (!this.shown) return;
    await this.show(BigInt.asUintN(64, BigInt(`0x${this.shown.address}`) + BigInt(bytes)).toString(16));
  }

  #onSubmit(event: Event): void {
    event.preventDefault();
    const [address, type] = this.renderRoot.querySelectorAll('input');
    void this.show(address!.value, type!.value.trim());
  }

  /** Keys scroll through the bytes that are shown; at their ends they go on to others. */
  #onKeydown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    this.isEdited = /^[0-9a-z]$/i.test(event.key);
    const step = {
      ArrowDown: this.bytesARow,
      ArrowUp: -this.bytesARow,
      PageDown: BYTES,
      PageUp: -BYTES,
    }[event.key];
    const area = event.currentTarget as HTMLElement;
    const isAtEnd = area.scrollTop + area.clientHeight >= area.scrollHeight - 1;
    if (step === undefined || (step < 0 ? area.scrollTop > 0 : !isAtEnd)) return;
    event.preventDefault();
    void this.#move(step).then(async () => {
      await this.updateComplete;
      // A page goes on behind what was shown, or ends in front of it.
      if (Math.abs(step) === BYTES) area.scrollTop = step > 0 ? 0 : area.scrollHeight;
    });
  }

  protected override renderHead(): TemplateResult {
    return html`<form @submit=${this.#onSubmit}>
      <input aria-label=${text.address} autocomplete="off" spellcheck="false" .value=${this.expression} />
      <input
        aria-label=${text.type}
        placeholder=${text.type}
        autocomplete="off"
        spellcheck="false"
        .value=${this.type}
      />
      <button class="visually-hidden" tabindex="-1">${text.show}</button>
      <ll-button variant="subtle" label=${text.previous} @click=${() => this.#move(-BYTES)}>
        ${icon('chevron-up')}
      </ll-button>
      <ll-button variant="subtle" label=${text.next} @click=${() => this.#move(BYTES)}>
        ${icon('chevron-down')}
      </ll-button>
    </form>`;
  }

  #renderCell({ text: shown, field }: Cell): TemplateResult | string {
    if (field < 0) return shown;
    const classes = `${field % 2 === 0 ? 'even' : 'odd'}${field === this.field ? ' here' : ''}`;
    const { name } = this.shown!.fields[field]!;
    return html`<span class=${classes} title=${name} @pointerenter=${() => (this.field = field)}
      >${shown}</span
    >`;
  }

  protected override renderShown(view: MemoryView): TemplateResult {
    const rows = memoryRows(view, BYTES, this.bytesARow);
    const cells = (list: readonly Cell[]) => list.map((cell) => this.#renderCell(cell));
    const refusal = html`<p class="problem" role="status" ?hidden=${!this.isEdited}>
      ${this.isEdited ? text.readOnly : ''}
    </p>`;
    // White space counts in it.
    // prettier-ignore
    return html`${refusal}<div class="bytes" data-address=${view.address} tabindex="0" role="group" aria-label=${text.memory} @keydown=${this.#onKeydown}>
      ${view.symbol ? html`<div class="line symbol">${view.symbol}</div>` : nothing}
      ${rows.map(({ address, hex, ascii }) => html`<div class="line">${address}  ${cells(hex)}  ${cells(ascii)}</div>`)}
      ${view.fields.map(({ name, offset, value }, i) => html`<span
        class=${`field ${i === this.field ? 'here' : ''}`}
        @pointerenter=${() => (this.field = i)}
      >+0x${offset.toString(16).padStart(3, '0')} <span class=${i % 2 === 0 ? 'even' : 'odd'}>${name}</span> : ${value}</span>`)}
    </div>`;
  }
}
