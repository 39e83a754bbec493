import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../../controls/button/button.js';
import '../../controls/menu/menu.js';
import type { MenuEntry, MenuSelectEvent } from '../../controls/menu/menu-entry.js';
import type { LabMenu } from '../../controls/menu/menu.js';
import { focusStyles } from '../../controls/control.styles.js';
import type { Lab } from '../../lab.js';
import { UPDATE_INTERVALS } from '../../sampler.js';
import { Follow } from '../../storage/store.js';
import { strings } from '../../strings/index.js';
import { performance as text } from './text.js';
import '../command-bar/command-bar.js';
import { RUN_NEW_TASK } from '../command-bar/command-bar.js';
import { SettingsChangeEvent } from '../task-manager-events.js';
import { copyText } from './copy-text.js';
import './device-list.js';
import type { DeviceSelectEvent } from './device-list.js';
import './device-panel.js';
import type { Device } from './device.js';
import { describeDevices } from './devices.js';
import { styles } from './performance-page.styles.js';
import { POINTS, type CpuGraph, type DeviceId } from './performance-store.js';

const MS = 1000;

/** The Performance page: the list of devices and the panel of the one that is chosen. */
@customElement('tm-performance-page')
export class PerformancePage extends LitElement {
  static override styles = [focusStyles, styles];

  @property({ attribute: false }) lab!: Lab;
  @property() filter = '';

  /** What the page has to say: that something was copied. */
  @state() private said = '';
  @query('ll-menu') private readonly menu!: LabMenu;
  @query('.panel') private readonly panel!: HTMLElement;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('keydown', this.#onKeydown);
  }

  protected readonly follow = new Follow(this, () => [this.lab.performance, this.lab.settings]);

  get #devices(): Device[] {
    return describeDevices(this.lab.machine.hardware, this.lab.performance.value, this.#span);
  }

  /** Where the graphs stand still, they show what was read before. */
  get #span(): number {
    const interval = UPDATE_INTERVALS[this.lab.settings.value.updateSpeed] ?? UPDATE_INTERVALS.normal!;
    return (POINTS * interval) / MS;
  }

  #entries(device: Device): MenuEntry[] {
    const { cpuGraph, kernelTimes, summary } = this.lab.performance.value;
    const choice = (id: CpuGraph) => ({
      id,
      label: text.graphs[id],
      choice: 'radio' as const,
      checked: cpuGraph === id,
    });
    const { nodes } = this.lab.machine.hardware.cpu;
    const cpu: MenuEntry[] = [
      {
        id: 'change-graph',
        label: text.changeGraph,
        items: [
          choice('overall'),
          choice('logical'),
          { ...choice('nodes'), disabledReason: nodes > 1 ? undefined : text.oneNode },
        ],
      },
      { id: 'kernel-times', label: text.kernelTimes, choice: 'checkbox', checked: kernelTimes },
      'separator',
    ];
    return [
      ...(device.id === 'cpu' ? cpu : []),
      { id: 'summary', label: text.summary, choice: 'checkbox', checked: summary },
      'separator',
      { id: 'resource-monitor', label: text.resourceMonitor, disabledReason: text.noResourceMonitor },
      { id: 'copy', label: text.copy },
    ];
  }

  #onSelect({ id }: MenuSelectEvent): void {
    const { performance } = this.lab;
    const { kernelTimes, summary } = performance.value;
    if (id === 'copy') void this.#copy();
    else if (id === 'kernel-times') performance.change({ kernelTimes: !kernelTimes });
    else if (id === 'summary') performance.change({ summary: !summary });
    else if (id in text.graphs) performance.change({ cpuGraph: id as CpuGraph });
  }

  #selected(devices: readonly Device[]): Device | undefined {
    return devices.find(({ id }) => id === this.lab.performance.value.device) ?? devices[0];
  }

  async #copy(): Promise<void> {
    const device = this.#selected(this.#devices);
    if (!device) return;
    try {
      await navigator.clipboard.writeText(copyText(device));
      this.said = text.copied;
    } catch {
      this.said = text.notCopied;
    }
  }

  #onContextMenu(event: MouseEvent): void {
    event.preventDefault();
    void this.menu.openAt({ left: event.clientX, top: event.clientY }, this.panel);
  }

  #onPanelKeydown(event: KeyboardEvent): void {
    if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      event.preventDefault();
      const { left, top } = this.panel.getBoundingClientRect();
      void this.menu.openAt({ left: left + 8, top: top + 8 }, this.panel);
    } else if (event.key === 'Escape') this.lab.performance.change({ summary: false });
  }

  readonly #onKeydown = (event: KeyboardEvent): void => {
    const isCopy = event.ctrlKey && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'c';
    if (!isCopy || getSelection()?.toString()) return;
    event.preventDefault();
    void this.#copy();
  };

  #toggleSummary(): void {
    this.lab.performance.change({ summary: !this.lab.performance.value.summary });
  }

  /** Why the graphs stand still, and the way out of it. */
  #pausedNote() {
    if (this.lab.settings.value.updateSpeed !== 'paused') return nothing;
    return html`<div class="paused">
      <span>${text.paused}</span>
      <ll-button variant="subtle" @click=${this.#letTimePass}>${text.letTimePass}</ll-button>
    </div>`;
  }

  #letTimePass(): void {
    this.dispatchEvent(new SettingsChangeEvent({ updateSpeed: 'normal' }));
    this.panel.focus();
  }

  override render() {
    const { readings, summary } = this.lab.performance.value;
    const devices = this.#devices;
    const device = this.#selected(devices);
    const entries = device ? this.#entries(device) : [];
    return html`
      <tm-command-bar
        heading=${strings.taskManager.pages.performance}
        .commands=${[RUN_NEW_TASK]}
        .more=${entries}
        @ll-select=${this.#onSelect}
      ></tm-command-bar>
      ${this.#pausedNote()}
      <div class="body">
        ${
          summary
            ? nothing
            : html`<tm-device-list
                .devices=${devices}
                selected=${device?.id ?? 'cpu'}
                @ll-device-select=${(event: DeviceSelectEvent) => this.#show(event.device)}
              ></tm-device-list>`
        }
        <div
          class="panel"
          role="tabpanel"
          aria-label=${device?.name ?? ''}
          tabindex="0"
          @contextmenu=${this.#onContextMenu}
          @keydown=${this.#onPanelKeydown}
          @dblclick=${this.#toggleSummary}
        >
          <tm-device-panel
            .device=${device ?? null}
            .readings=${readings}
            .span=${this.#span}
            ?summary=${summary}
          ></tm-device-panel>
        </div>
      </div>
      <p class="visually-hidden" role="status">${this.said}</p>
      <ll-menu
        label=${device ? text.actions(device.name) : ''}
        .entries=${entries}
        @ll-select=${this.#onSelect}
      ></ll-menu>
    `;
  }

  #show(device: DeviceId): void {
    this.said = '';
    this.lab.performance.change({ device });
  }
}
