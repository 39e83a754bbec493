import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../controls/button/button.js';
import { focusStyles } from '../controls/control.styles.js';
import '../controls/select/select.js';
import { parseHex } from './hex.js';
import { text } from './text.js';

export type AddressKind = 'physical' | 'frame' | 'virtual';

/** The user wants to see an address; of `pid`'s when it is a virtual one. */
export class GoToEvent extends Event {
  constructor(
    readonly kind: AddressKind,
    readonly value: bigint,
    readonly pid: number,
  ) {
    super('mem-go');
  }
}

/**
 * Where to go: a physical or virtual address or the number of a frame.
 * @fires mem-go See `GoToEvent`.
 */
@customElement('mem-address')
export class AddressBar extends LitElement {
  static override styles = [
    focusStyles,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 8px;
      }

      label {
        display: flex;
        flex: 1 1 160px;
        flex-direction: column;
        gap: 6px;
        max-width: 260px;
      }

      input {
        box-sizing: border-box;
        width: 100%;
        height: 32px;
        padding: 0 10px;
        border: 1px solid var(--stroke-control);
        border-bottom-color: var(--stroke-strong);
        border-radius: var(--radius-control);
        background: var(--surface-control);
        color: var(--text);
        font: 13px/20px var(--font-code);
      }

      p {
        flex-basis: 100%;
        margin: 0;
        color: var(--text-critical);
      }
    `,
  ];

  /** Name of each process by id. */
  @property({ attribute: false }) processes: Readonly<Record<string, string>> = {};
  /** What is wrong with the address, for the user. */
  @property() problem = '';
  @state() private kind: AddressKind = 'physical';
  @state() private pid = '4';
  @state() private isBad = false;
  @query('input') private readonly input!: HTMLInputElement;

  #onSubmit(event: Event): void {
    event.preventDefault();
    const value = parseHex(this.input.value);
    this.isBad = value === undefined;
    if (value !== undefined) this.dispatchEvent(new GoToEvent(this.kind, value, Number(this.pid)));
  }

  override render() {
    const { address } = text;
    const problem = this.isBad ? address.bad : this.problem;
    const kinds = { physical: address.physical, frame: address.frame, virtual: address.virtual };
    return html`<form role="search" aria-label=${address.label} @submit=${this.#onSubmit}>
      <ll-select
        label=${address.kind}
        .value=${this.kind}
        .options=${kinds}
        @change=${({ target }: Event) => (this.kind = (target as HTMLSelectElement).value as AddressKind)}
      ></ll-select>
      ${
        this.kind === 'virtual'
          ? html`<ll-select
              label=${address.process}
              .value=${this.pid}
              .options=${this.processes}
              @change=${({ target }: Event) => (this.pid = (target as HTMLSelectElement).value)}
            ></ll-select>`
          : nothing
      }
      <label>
        ${address.address}
        <input
          autocomplete="off"
          spellcheck="false"
          aria-invalid=${problem ? 'true' : 'false'}
          aria-describedby=${problem ? 'problem' : nothing}
        />
      </label>
      <ll-button @click=${this.#onSubmit}>${address.go}</ll-button>
      <p id="problem" role="status" ?hidden=${!problem}>${problem}</p>
    </form>`;
  }
}
