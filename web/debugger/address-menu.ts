import { LitElement, html } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import '../controls/menu/menu.js';
import type { LabMenu } from '../controls/menu/menu.js';
import type { MenuEntry, MenuSelectEvent } from '../controls/menu/menu-entry.js';
import { debug } from './text.js';
import { addressMeant } from './addresses.js';
import { ShowEvent, type AddressPane } from './panes/show-event.js';

const text = debug.addressMenu;

/**
 * What can be asked about an address, wherever it stands.
 * @fires dbg-show
 */
@customElement('dbg-address-menu')
export class AddressMenu extends LitElement {
  @state() private address = '';
  /** What the user has selected, which is copied instead. */
  #selected = '';
  @query('ll-menu') private readonly menu!: LabMenu;

  /** Opens it for an event of a context menu; the browser's own comes where no address is meant. */
  async open(event: PointerEvent): Promise<void> {
    const address = addressMeant(event);
    if (address === undefined) return;
    event.preventDefault();
    this.address = address;
    this.#selected = getSelection()?.toString() ?? '';
    const [origin] = event.composedPath() as HTMLElement[];
    const { clientX: left, clientY: top } = event;
    await this.updateComplete;
    await this.menu.openAt(
      { left, top },
      origin!.closest<HTMLElement>('[tabindex], a') ?? focused() ?? origin!,
    );
  }

  get #entries(): MenuEntry[] {
    return [
      { id: 'explain', label: text.explain(this.address) },
      { id: 'memory', label: text.memory },
      { id: 'disassembly', label: text.disassembly },
      'separator',
      { id: 'copy', label: text.copy },
    ];
  }

  #onSelect({ id }: MenuSelectEvent): void {
    if (id === 'copy') void navigator.clipboard.writeText(this.#selected || this.address);
    else this.dispatchEvent(new ShowEvent(id as AddressPane, this.address));
  }

  override render() {
    return html`<ll-menu
      style="--menu-width: 280px"
      label=${this.address}
      .entries=${this.#entries}
      @ll-select=${this.#onSelect}
    ></ll-menu>`;
  }
}

/** The element that has the focus, within the elements that have it. */
function focused(): HTMLElement | undefined {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element instanceof HTMLElement ? element : undefined;
}
