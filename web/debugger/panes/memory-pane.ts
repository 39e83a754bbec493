import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../../controls/button/button.js';
import { icon } from '../../icons/icon.js';
import { debug } from '../text.js';
import { addressesIn } from '../addresses.js';
import type { FieldView, MemoryView } from '../worker/debugger-api.js';
import { MEMORY_FORMATS, memoryRows, type Cell, type MemoryFormat } from './memory-rows.js';
import { PlacePane } from './place-pane.js';

const text = debug.panes;
const BYTES = 0x200;
const POINTER_BYTES = 8;
/** How a pointer to a structure is called. */
const POINTER = /^Ptr64 (_\w+)$/;
/** Bytes a row, and the width in pixels from which on as many fit: 16 need 84 characters of the code font's 13 px. */
const ROWS = [
  { bytesARow: 16, from: 690 },
  { bytesARow: 8, from: 440 },
  { bytesARow: 4, from: 0 },
];

/** The user wants numbers of another size. */
export class FormatEvent extends Event {
  constructor(readonly format: MemoryFormat) {
    super('dbg-format');
  }
}

/**
 * Memory in hexadecimal digits and characters, with a structure's fields laid over it; pointers lead on.
 * @fires dbg-format
 */
@customElement('dbg-memory')
export class MemoryPane extends PlacePane<MemoryView> {
  static override styles = [
    ...PlacePane.styles,
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

      a {
        color: inherit;
        text-decoration: underline dotted;
        text-underline-offset: 3px;
      }

      a:hover {
        text-decoration-style: solid;
      }

      @media (forced-colors: active) {
        .odd {
          text-decoration: underline;
        }
      }
    `,
  ];

  @property() format: MemoryFormat = 'bytes';
  protected readonly pane = 'memory';
  protected override readonly first = '@rsp';
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
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  protected override load = () =>
    this.session.look((api) => api.memory(this.expression, BYTES, this.type, this.format === 'pointers'));

  protected override willUpdate(changed?: PropertyValues<this>): void {
    super.willUpdate();
    if (changed?.get('format') !== undefined) void this.refresh();
  }

  async #move(bytes: number): Promise<void> {
    if (!this.shown) return;
    await this.move(BigInt.asUintN(64, BigInt(`0x${this.shown.address}`) + BigInt(bytes)).toString(16));
  }

  #onSubmit(event: Event): void {
    event.preventDefault();
    const [address, type] = this.renderRoot.querySelectorAll('input');
    void this.show(address!.value.trim(), type!.value.trim());
  }

  /** Keys scroll through the bytes that are shown; at their ends they go on to others. */
  #onKeydown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    this.isEdited = /^[0-9a-z]$/i.test(event.key);
    const row = this.format === 'pointers' ? POINTER_BYTES : this.bytesARow;
    const step = {
      ArrowDown: row,
      ArrowUp: -row,
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
      ${this.renderBack()}
      <input aria-label=${text.address} autocomplete="off" spellcheck="false" .value=${this.expression} />
      <input
        aria-label=${text.type}
        placeholder=${text.type}
        autocomplete="off"
        spellcheck="false"
        .value=${this.type}
      />
      <button class="visually-hidden" tabindex="-1">${text.show}</button>
      <select aria-label=${text.format} @change=${this.#onFormat}>
        ${MEMORY_FORMATS.map(
          (format) =>
            html`<option value=${format} ?selected=${format === this.format}>
              ${text.formats[format]}
            </option>`,
        )}
      </select>
      <span class="steps">
        <ll-button variant="subtle" label=${text.previous} @click=${() => this.#move(-BYTES)}>
          ${icon('chevron-up')}
        </ll-button>
        <ll-button variant="subtle" label=${text.next} @click=${() => this.#move(BYTES)}>
          ${icon('chevron-down')}
        </ll-button>
      </span>
    </form>`;
  }

  #onFormat(event: Event): void {
    this.dispatchEvent(new FormatEvent((event.target as HTMLSelectElement).value as MemoryFormat));
  }

  /** A pointer: what is there is shown, as what it is, and is at the keyboard. */
  #link(shown: string, address: string, type = ''): TemplateResult {
    const follow = (event: Event) => {
      event.preventDefault();
      void this.show(address, type).then(() => this.#focusBytes());
    };
    return html`<a href="#" title=${text.follows} @click=${follow}>${shown}</a>`;
  }

  #focusBytes(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.bytes')?.focus());
  }

  #renderCell({ text: number, field, to }: Cell): TemplateResult | string {
    // White space is no part of a link.
    const shown =
      to === undefined ? number : html`${this.#link(number.trimEnd(), to)}${number.endsWith(' ') ? ' ' : ''}`;
    if (field < 0) return typeof shown === 'string' ? shown : html`${shown}`;
    const classes = `${field % 2 === 0 ? 'even' : 'odd'}${field === this.field ? ' here' : ''}`;
    const { name } = this.shown!.fields[field]!;
    return html`<span class=${classes} title=${name} @pointerenter=${() => (this.field = field)}
      >${shown}</span
    >`;
  }

  /** A field's value, in which addresses lead on: to a structure of the type that the field points to. */
  #renderValue({ value, type }: FieldView): TemplateResult {
    const target = POINTER.exec(type)?.[1] ?? '';
    const module = /^\w+!/.exec(this.type)?.[0] ?? '';
    let at = 0;
    const parts = addressesIn(value).map(({ start, end, address }) => {
      const front = value.slice(at, start);
      at = end;
      return html`${front}${this.#link(address, address, target && module + target)}`;
    });
    return html`${parts}${value.slice(at)}`;
  }

  protected override renderShown(view: MemoryView): TemplateResult {
    const rows = memoryRows(view, BYTES, this.bytesARow, this.format);
    const cells = (list: readonly Cell[]) => list.map((cell) => this.#renderCell(cell));
    const refusal = html`<p class="problem" role="status" ?hidden=${!this.isEdited}>
      ${this.isEdited ? text.readOnly : ''}
    </p>`;
    // White space counts in it.
    // prettier-ignore
    return html`${refusal}<div class="bytes scrolls" data-address=${view.address} tabindex="0" role="group" aria-label=${text.memory} @keydown=${this.#onKeydown}>
      ${view.symbol ? html`<div class="line symbol">${view.symbol}</div>` : nothing}
      ${rows.map(({ address, hex, ascii, symbol }) => html`<div class="line">${address}  ${cells(hex)}  ${cells(ascii)}${symbol}</div>`)}
      ${view.fields.map((field, i) => html`<span
        class=${`field ${i === this.field ? 'here' : ''}`}
        @pointerenter=${() => (this.field = i)}
      >+0x${field.offset.toString(16).padStart(3, '0')} <span class=${i % 2 === 0 ? 'even' : 'odd'}>${field.name}</span> : ${this.#renderValue(field)}</span>`)}
    </div>`;
  }
}
