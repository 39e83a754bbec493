import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../controls/field/field.js';
import type { LabField } from '../controls/field/field.js';
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
  static override styles = css`
    [role='search'] {
      display: flex;
      flex-wrap: wrap;
      align-items: start;
      gap: 8px;
    }

    ll-field {
      flex: 1 1 220px;
      max-width: 340px;
    }
  `;

  /** Name of each process by id. */
  @property({ attribute: false }) processes: Readonly<Record<string, string>> = {};
  /** What is wrong with the address, for the user. */
  @property() problem = '';
  @state() private kind: AddressKind = 'physical';
  @state() private pid = '4';
  @state() private isBad = false;

  #onSubmit(event: Event): void {
    const value = parseHex((event.target as LabField).value);
    this.isBad = value === undefined;
    if (value !== undefined) this.dispatchEvent(new GoToEvent(this.kind, value, Number(this.pid)));
  }

  override render() {
    const { address } = text;
    const problem = this.isBad ? address.bad : this.problem;
    const kinds = { physical: address.physical, frame: address.frame, virtual: address.virtual };
    return html`<div role="search" aria-label=${address.label}>
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
      <ll-field
        code
        label=${address.address}
        action=${address.go}
        .problem=${problem}
        @ll-submit=${this.#onSubmit}
      ></ll-field>
    </div>`;
  }
}
