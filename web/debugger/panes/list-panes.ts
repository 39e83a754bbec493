import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { debug } from '../text.js';
import { CommandEvent } from '../debugger-events.js';
import type { Item } from '../worker/debugger-api.js';
import './item-list.js';
import type { ItemEvent } from './item-list.js';
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

/** Registers of the current scope; choosing one shows the memory that it points to. */
@customElement('dbg-registers')
export class RegistersPane extends ListPane {
  protected readonly label = text.registers;
  protected override load = () => this.session.look((api) => api.registers());
}

/** The stack of the current scope; choosing a frame makes it the current one. */
@customElement('dbg-stack')
export class StackPane extends ListPane {
  protected readonly label = text.stack;
  protected override load = () => this.session.look((api) => api.stack());
}

@customElement('dbg-modules')
export class ModulesPane extends ListPane {
  protected readonly label = text.modules;
  protected override load = () => this.session.look((api) => api.modules());
}
