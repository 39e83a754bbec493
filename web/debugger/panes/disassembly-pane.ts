import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '../../controls/button/button.js';
import { debug } from '../text.js';
import { icon } from '../../icons/icon.js';
import type { Disassembly } from '../worker/debugger-api.js';
import './item-list.js';
import type { ItemEvent } from './item-list.js';
import { Pane } from './pane.js';

const text = debug.panes;
const COUNT = 40;

/** Instructions from an address on; choosing a branch or a call goes to where it leads. */
@customElement('dbg-disassembly')
export class DisassemblyPane extends Pane<Disassembly> {
  /** Where it begins; '' for the current instruction. */
  @state() private expression = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.expression = this.session.places.get('disassembly') ?? '';
  }

  protected override load = () => this.session.look((api) => api.disassembly(this.expression, COUNT));

  /** Shows another place. */
  async show(expression: string): Promise<void> {
    this.expression = expression;
    this.session.places.set('disassembly', expression);
    await this.refresh();
  }

  #onSubmit(event: Event): void {
    event.preventDefault();
    void this.show(this.renderRoot.querySelector('input')!.value);
  }

  protected override renderHead(): TemplateResult {
    return html`<form @submit=${this.#onSubmit}>
      <input
        aria-label=${text.address}
        placeholder="@rip"
        autocomplete="off"
        spellcheck="false"
        .value=${this.expression}
      />
      <ll-button
        variant="subtle"
        label=${text.next}
        @click=${() => this.shown && void this.show(this.shown.next)}
      >
        ${icon('chevron-down')}
      </ll-button>
    </form>`;
  }

  protected override renderShown({ lines }: Disassembly): TemplateResult {
    return html`<dbg-item-list
      label=${text.disassembly}
      .rows=${lines.map((item) => ({ item, level: 1 }))}
      @dbg-item=${({ item }: ItemEvent) => item.address && void this.show(item.address)}
    ></dbg-item-list>`;
  }
}
