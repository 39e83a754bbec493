import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { debug } from '../text.js';
import { CommandEvent } from '../debugger-events.js';
import type { Item } from '../worker/debugger-api.js';
import './item-list.js';
import type { ItemEvent } from './item-list.js';
import { MODULE_ORDERS, orderedModules, type ModuleOrder } from './module-order.js';
import { Pane } from './pane.js';
import { ShowEvent } from './show-event.js';

const text = debug.panes;

/** A pane that is a list: choosing an item runs its command. */
abstract class ListPane extends Pane<Item[]> {
  protected abstract readonly label: string;

  protected choose({ command, address }: Item): void {
    if (command) this.dispatchEvent(new CommandEvent(command));
    else if (address) this.dispatchEvent(new ShowEvent('memory', address));
  }

  protected override renderShown(items: Item[]): TemplateResult {
    return html`<dbg-item-list
      label=${this.label}
      .rows=${items.map((item) => ({ item, level: 1 }))}
      @dbg-item=${({ item }: ItemEvent) => this.choose(item)}
    ></dbg-item-list>`;
  }
}

/** Registers of the current scope; choosing one shows the memory that it points to, or the code. */
@customElement('dbg-registers')
export class RegistersPane extends ListPane {
  protected readonly label = text.registers;

  protected override load = async () => {
    const { generation } = this.session.value;
    const items = await this.session.look((api) => api.registers());
    return this.session.registers.mark(items, generation);
  };

  protected override choose(item: Item): void {
    if (item.id === 'rip') this.dispatchEvent(new ShowEvent('disassembly', item.address));
    else super.choose(item);
  }
}

/** The stack of the current scope; choosing a frame makes it the current one. */
@customElement('dbg-stack')
export class StackPane extends ListPane {
  protected readonly label = text.stack;
  protected override load = () => this.session.look((api) => api.stack());
}

/** The user wants the modules in another order. */
export class OrderEvent extends Event {
  constructor(readonly order: ModuleOrder) {
    super('dbg-order');
  }
}

/**
 * Modules with what is known of their names; choosing one tells more of it.
 * @fires dbg-order
 */
@customElement('dbg-modules')
export class ModulesPane extends ListPane {
  @property() order: ModuleOrder = 'loaded';
  protected readonly label = text.modules;
  protected override load = () => this.session.look((api) => api.modules());

  protected override renderHead(): TemplateResult {
    const onChange = (event: Event) =>
      this.dispatchEvent(new OrderEvent((event.target as HTMLSelectElement).value as ModuleOrder));
    return html`<form>
      <label for="order">${text.order}</label>
      <select id="order" @change=${onChange}>
        ${MODULE_ORDERS.map(
          (order) =>
            html`<option value=${order} ?selected=${order === this.order}>${text.orders[order]}</option>`,
        )}
      </select>
    </form>`;
  }

  protected override renderShown(items: Item[]): TemplateResult {
    return super.renderShown(orderedModules(items, this.order));
  }
}
