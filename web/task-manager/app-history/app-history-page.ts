import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { MenuEntry, MenuSelectEvent } from '../../controls/menu/menu-entry.js';
import '../../controls/menu/menu.js';
import type { LabMenu } from '../../controls/menu/menu.js';
import { formatDate } from '../../desktop/machine-time.js';
import type { Lab } from '../../lab.js';
import { Follow } from '../../storage/store.js';
import { strings } from '../../strings/index.js';
import '../command-bar/command-bar.js';
import { RUN_NEW_TASK, type BarCommand } from '../command-bar/command-bar.js';
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
import { formatMemory } from '../processes/format.js';
import { searchOnline } from '../search-online.js';
import { texts } from '../text.js';
import { appUsages, formatCpuTime, type AppUsage } from './apps.js';

const text = texts.appHistory;
const { columns } = text;

const COLUMNS: readonly GridColumn[] = [
  { id: 'name', label: columns.name, width: 280 },
  { id: 'cpuTime', label: columns.cpuTime, width: 90, isNumber: true },
  { id: 'network', label: columns.network, width: 90, isNumber: true },
];
const KEYS: SortKeys<AppUsage> = {
  name: ({ name }) => name,
  cpuTime: ({ cpuTime }) => cpuTime,
  network: ({ network }) => network,
};
const COMMANDS: readonly BarCommand[] = [
  RUN_NEW_TASK,
  { id: 'delete', icon: 'delete', label: text.deleteHistory, disabledReason: text.cannotDelete },
];
const ENTRIES: readonly MenuEntry[] = [{ id: 'search', label: text.searchOnline }];

/** The App history page: what packaged apps, or all programs, have used since the machine was started. */
@customElement('tm-app-history-page')
export class AppHistoryPage extends LitElement {
  static override styles = [
    pageStyles,
    css`
      .since {
        display: flex;
        align-items: center;
        flex: none;
        min-height: 48px;
        margin: 0;
        padding-inline: 16px;
        font: 12px/16px var(--font-table);
      }
    `,
  ];

  @property({ attribute: false }) lab!: Lab;
  @property() filter = '';

  @state() private sort: GridSort = { column: 'name', descending: false };
  @state() private selected = '';
  @query('ll-menu') private readonly menu!: LabMenu;

  protected readonly follow = new Follow(this, () => [this.lab.sampler, this.lab.settings]);

  get #hasAll(): boolean {
    return this.lab.settings.value.showHistoryForAllProcesses;
  }

  get #apps(): AppUsage[] {
    const wanted = this.filter.trim().toLowerCase();
    const apps = appUsages(this.lab.sampler.value?.processes ?? [], this.lab.machine.userName, this.#hasAll);
    return sorted(
      apps.filter(({ name, id }) => `${name} ${id}`.toLowerCase().includes(wanted)),
      this.sort,
      KEYS,
    );
  }

  #row({ id, name, cpuTime, network }: AppUsage, index: number, { length }: readonly AppUsage[]): GridRow {
    const cells = [
      { text: name },
      { text: formatCpuTime(cpuTime), heat: cpuTime >= 60 ? 1 : 0 },
      { text: formatMemory(network), heat: 0 },
    ];
    return { key: id, cells, icon: 'process', level: 1, position: index + 1, setSize: length };
  }

  #onMenu(app: AppUsage | undefined): void {
    if (app) searchOnline(`${app.id} ${app.name}`);
  }

  #onSort({ column }: GridSortEvent): void {
    this.sort = sortAfterClick(this.sort, column, column !== 'name');
  }

  override render() {
    const sample = this.lab.sampler.value;
    if (!sample) return nothing;
    const apps = this.#apps;
    const selected = apps.find(({ id }) => id === this.selected);
    const wanted = this.filter.trim();
    const { time, uptime } = sample.performance;
    return html`
      <tm-command-bar
        heading=${strings.taskManager.pages['app-history']}
        .commands=${COMMANDS}
      ></tm-command-bar>
      <p class="since">${(this.#hasAll ? text.sinceForAll : text.since)(formatDate(time - uptime))}</p>
      <ll-grid
        label=${strings.taskManager.pages['app-history']}
        .columns=${COLUMNS}
        .rows=${apps.map((app, index) => this.#row(app, index, apps))}
        .sort=${this.sort}
        .selected=${this.selected}
        .emptyText=${wanted ? text.noMatch(wanted) : ''}
        @ll-sort=${this.#onSort}
        @ll-row-select=${({ key }: GridSelectEvent) => (this.selected = key)}
        @ll-menu=${({ point, origin }: GridMenuEvent) => void this.menu.openAt(point, origin)}
      ></ll-grid>
      <ll-menu
        label=${selected ? text.actions(selected.name) : ''}
        .entries=${ENTRIES}
        @ll-select=${(_: MenuSelectEvent) => this.#onMenu(selected)}
      ></ll-menu>
    `;
  }
}
