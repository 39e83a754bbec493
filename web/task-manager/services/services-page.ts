import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { ProcessRow, ServiceControl, ServiceInfo } from '../../../sim/worker/sim-api.js';
import '../../controls/button/button.js';
import '../../controls/dialog/dialog.js';
import type { MenuEntry, MenuSelectEvent } from '../../controls/menu/menu-entry.js';
import '../../controls/menu/menu.js';
import type { LabMenu } from '../../controls/menu/menu.js';
import type { Lab } from '../../lab.js';
import { Follow } from '../../storage/store.js';
import { strings } from '../../strings/index.js';
import '../command-bar/command-bar.js';
import { RUN_NEW_TASK, type BarCommand, type BarCommandEvent } from '../command-bar/command-bar.js';
import type { Grid } from '../../controls/grid/grid.js';
import '../../controls/grid/grid.js';
import type {
  GridColumn,
  GridMenuEvent,
  GridRow,
  GridSelectEvent,
  GridSort,
  GridSortEvent,
} from '../../controls/grid/grid-model.js';
import { sortAfterClick, sorted, type SortKeys } from '../../controls/grid/order.js';
import { pageStyles } from '../page.styles.js';
import { searchOnline } from '../search-online.js';
import { ProcessCommandEvent } from '../task-manager-events.js';
import { texts } from '../text.js';

const text = texts.services;
const { columns } = text;

const COLUMNS: readonly GridColumn[] = [
  { id: 'name', label: columns.name, width: 160 },
  { id: 'pid', label: columns.pid, width: 60, isNumber: true },
  { id: 'description', label: columns.description, width: 235 },
  { id: 'status', label: columns.status, width: 110 },
  { id: 'group', label: columns.group, width: 220 },
];

/** A service and the process that it runs in; none when it is stopped. */
interface Service extends ServiceInfo {
  process: ProcessRow | undefined;
}

const statusOf = ({ process }: Service) => (process ? text.running : text.stopped);
const KEYS: SortKeys<Service> = {
  name: ({ name }) => name,
  pid: ({ process }) => process?.pid ?? -1,
  description: ({ displayName }) => displayName,
  status: statusOf,
  group: ({ group }) => group,
};

/** The Services page: every service of the machine, and which of them runs in what process. */
@customElement('tm-services-page')
export class ServicesPage extends LitElement {
  static override styles = pageStyles;

  @property({ attribute: false }) lab!: Lab;
  @property() filter = '';

  @state() private infos: readonly ServiceInfo[] = [];
  @state() private sort: GridSort = { column: 'name', descending: false };
  @state() private selected = '';
  /** The others of a process whose services the user went to. */
  @state() private selectedToo: ReadonlySet<string> = new Set();
  @state() private failure: { title: string; body: string } | null = null;
  @query('ll-menu') private readonly menu!: LabMenu;
  @query('ll-grid') private readonly grid?: Grid;

  protected readonly follow = new Follow(this, () => [this.lab.sampler]);

  protected override firstUpdated(): void {
    void this.#readInfos();
  }

  async #readInfos(): Promise<void> {
    this.infos = await this.lab.services();
  }

  /** Selects all services that a process hosts, the first in order as the one that commands are for. */
  async selectServicesOf(pid: number): Promise<void> {
    if (this.infos.length === 0) await this.#readInfos();
    const [first, ...others] = this.#services.filter(({ process }) => process?.pid === pid);
    if (!first) return;
    this.selected = first.name;
    this.selectedToo = new Set(others.map(({ name }) => name));
    await this.updateComplete;
    await this.grid?.updateComplete;
    this.grid?.focus();
  }

  #select(name: string): void {
    this.selected = name;
    this.selectedToo = new Set();
  }

  /** The services that the search box leaves, in order. */
  get #services(): Service[] {
    const hosts = new Map<string, ProcessRow>();
    for (const process of this.lab.sampler.value?.processes ?? [])
      for (const [name] of process.services) hosts.set(name, process);
    const wanted = this.filter.trim().toLowerCase();
    const services = this.infos.map((info): Service => ({ ...info, process: hosts.get(info.name) }));
    const matching = services.filter(
      ({ name, displayName, group, process }) =>
        wanted === '' ||
        String(process?.pid) === wanted ||
        [name, displayName, group].some((value) => value.toLowerCase().includes(wanted)),
    );
    return sorted(matching, this.sort, KEYS);
  }

  #row(service: Service, index: number, { length }: readonly Service[]): GridRow {
    const { name, displayName, group, process } = service;
    const cells = [name, process ? String(process.pid) : '', displayName, statusOf(service), group];
    return {
      key: name,
      cells: cells.map((value) => ({ text: value })),
      icon: 'services',
      level: 1,
      position: index + 1,
      setSize: length,
    };
  }

  /** Why the selected service cannot be started (`start`) or stopped. */
  #reason(service: Service | undefined, start: boolean): string {
    if (!service) return text.selectFirst;
    if (start === (service.process !== undefined)) return start ? text.isRunning : text.isStopped;
    return '';
  }

  #commands(service: Service | undefined): BarCommand[] {
    return [
      RUN_NEW_TASK,
      { id: 'start', icon: 'start-service', label: text.start, disabledReason: this.#reason(service, true) },
      { id: 'stop', icon: 'stop-service', label: text.stop, disabledReason: this.#reason(service, false) },
      {
        id: 'restart',
        icon: 'restart-service',
        label: text.restart,
        disabledReason: this.#reason(service, false),
      },
      { id: 'open', icon: 'services', label: text.openServices, disabledReason: text.noConsole },
    ];
  }

  #entries(service: Service | undefined): MenuEntry[] {
    return [
      { id: 'start', label: text.start, disabledReason: this.#reason(service, true) },
      { id: 'stop', label: text.stop, disabledReason: this.#reason(service, false) },
      { id: 'restart', label: text.restart, disabledReason: this.#reason(service, false) },
      'separator',
      { id: 'open', label: text.openServices, disabledReason: text.noConsole },
      { id: 'search', label: text.searchOnline },
      {
        id: 'details',
        label: text.goToDetails,
        disabledReason: service?.process ? undefined : text.isStopped,
      },
    ];
  }

  #onCommand(id: string): void {
    const service = this.#services.find(({ name }) => name === this.selected);
    if (service && (id === 'start' || id === 'stop' || id === 'restart')) void this.#control(service, id);
    else if (id === 'search' && service) searchOnline(`${service.name} ${service.displayName}`);
    else if (id === 'details' && service?.process)
      this.dispatchEvent(new ProcessCommandEvent('details', service.process));
  }

  async #control({ name }: Service, control: ServiceControl): Promise<void> {
    const result = await this.lab.controlService(name, control);
    await this.#readInfos();
    if (result !== 'done') this.failure = { title: text.unable[control], body: text.failures[result](name) };
  }

  #onSort({ column }: GridSortEvent): void {
    this.sort = sortAfterClick(this.sort, column, column === 'pid');
  }

  override render() {
    const services = this.#services;
    const selected = services.find(({ name }) => name === this.selected);
    const wanted = this.filter.trim();
    return html`
      <tm-command-bar
        heading=${strings.taskManager.pages.services}
        .commands=${this.#commands(selected)}
        @ll-command=${({ id }: BarCommandEvent) => this.#onCommand(id)}
      ></tm-command-bar>
      ${
        this.infos.length === 0
          ? nothing
          : html`<ll-grid
              label=${strings.taskManager.pages.services}
              .columns=${COLUMNS}
              .rows=${services.map((service, index) => this.#row(service, index, services))}
              .sort=${this.sort}
              .selected=${this.selected}
              .selectedToo=${this.selectedToo}
              .emptyText=${wanted ? text.noMatch(wanted) : ''}
              @ll-sort=${this.#onSort}
              @ll-row-select=${({ key }: GridSelectEvent) => this.#select(key)}
              @ll-menu=${({ point, origin }: GridMenuEvent) => void this.menu.openAt(point, origin)}
            ></ll-grid>`
      }
      <ll-menu
        label=${selected ? text.actions(selected.name) : ''}
        .entries=${this.#entries(selected)}
        @ll-select=${({ id }: MenuSelectEvent) => this.#onCommand(id)}
      ></ll-menu>
      <ll-dialog
        alert
        heading=${this.failure?.title ?? ''}
        .open=${this.failure !== null}
        .content=${html`<p>${this.failure?.body}</p>`}
        .buttons=${html`<ll-button data-first @click=${() => (this.failure = null)}>${text.ok}</ll-button>`}
        @ll-cancel=${() => (this.failure = null)}
      ></ll-dialog>
    `;
  }
}
