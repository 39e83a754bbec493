import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { focusStyles } from '../../controls/control.styles.js';
import { performance } from './text.js';
import { deviceColours } from './device-colours.js';
import { styles } from './device-list.styles.js';
import type { Device } from './device.js';
import './graph/graph.js';
import type { DeviceId } from './performance-store.js';

/** The user wants to see `device`. */
export class DeviceSelectEvent extends Event {
  constructor(readonly device: DeviceId) {
    super('ll-device-select');
  }
}

/**
 * The list of devices, each with a small graph: tabs of the page's panel.
 * @fires ll-device-select
 */
@customElement('tm-device-list')
export class DeviceList extends LitElement {
  static override styles = [focusStyles, deviceColours, styles];

  @property({ attribute: false }) devices: readonly Device[] = [];
  @property() selected: DeviceId = 'cpu';

  #select(device: Device | undefined): void {
    if (!device) return;
    this.dispatchEvent(new DeviceSelectEvent(device.id));
    this.renderRoot.querySelector<HTMLElement>(`[data-device=${device.id}]`)?.focus();
  }

  #onKeydown(event: KeyboardEvent): void {
    const at = this.devices.findIndex(({ id }) => id === this.selected);
    const last = this.devices.length - 1;
    const targets: Record<string, number> = {
      ArrowDown: Math.min(at + 1, last),
      ArrowUp: Math.max(at - 1, 0),
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    if (target === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.#select(this.devices[target]);
  }

  #tile(device: Device): TemplateResult {
    const { id, name, lines, thumbnail } = device;
    const isSelected = id === this.selected;
    return html`
      <button
        role="tab"
        data-device=${id}
        class=${lines.length > 1 ? 'tall' : nothing}
        tabindex=${isSelected ? 0 : -1}
        aria-selected=${String(isSelected)}
        @click=${() => this.#select(device)}
      >
        <tm-graph plain .series=${thumbnail}></tm-graph>
        <span class="text">
          <span class="name">${name}</span>
          ${lines.map((line) => html`<span class="line">${line}</span>`)}
        </span>
      </button>
    `;
  }

  override render() {
    return html`
      <div
        role="tablist"
        aria-label=${performance.devices}
        aria-orientation="vertical"
        @keydown=${this.#onKeydown}
      >
        ${this.devices.map((device) => this.#tile(device))}
      </div>
    `;
  }
}
