import { html, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import '../../controls/button/button.js';
import { debug } from '../text.js';
import { icon } from '../../icons/icon.js';
import type { Disassembly } from '../worker/debugger-api.js';
import './item-list.js';
import type { EdgeEvent, ItemEvent, ItemList } from './item-list.js';
import { PlacePane } from './place-pane.js';

const text = debug.panes;
const COUNT = 40;

/** Instructions from an address on; choosing a branch or a call goes to where it leads. */
@customElement('dbg-disassembly')
export class DisassemblyPane extends PlacePane<Disassembly> {
  protected readonly pane = 'disassembly';
  @query('dbg-item-list') private readonly list!: ItemList | null;

  // From the current instruction, when nothing is typed.
  protected override load = () => this.session.look((api) => api.disassembly(this.expression, COUNT));

  #onSubmit(event: Event): void {
    event.preventDefault();
    void this.show(this.renderRoot.querySelector('input')!.value.trim());
  }

  /** Goes on behind what is shown, or to what ends in front of it. */
  async #page(step: 1 | -1): Promise<void> {
    const to = step > 0 ? this.shown?.next : this.shown?.previous;
    if (to) await this.move(to);
  }

  async #onEdge({ step }: EdgeEvent): Promise<void> {
    await this.#page(step);
    await this.updateComplete;
    this.list?.goToEnd(step > 0 ? 'first' : 'last');
  }

  protected override renderHead(): TemplateResult {
    return html`<form @submit=${this.#onSubmit}>
      ${this.renderBack()}
      <input
        aria-label=${text.address}
        placeholder="@rip"
        autocomplete="off"
        spellcheck="false"
        .value=${this.expression}
      />
      <button class="visually-hidden" tabindex="-1">${text.show}</button>
      <ll-button variant="subtle" label=${text.previous} @click=${() => void this.#page(-1)}>
        ${icon('chevron-up')}
      </ll-button>
      <ll-button variant="subtle" label=${text.next} @click=${() => void this.#page(1)}>
        ${icon('chevron-down')}
      </ll-button>
    </form>`;
  }

  protected override renderShown({ lines }: Disassembly): TemplateResult {
    return html`<dbg-item-list
      label=${text.disassembly}
      .rows=${lines.map((item) => ({ item, level: 1 }))}
      @dbg-item=${({ item }: ItemEvent) => item.address && void this.show(item.address)}
      @dbg-edge=${this.#onEdge}
    ></dbg-item-list>`;
  }
}
