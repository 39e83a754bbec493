import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { StartupApp } from '../../../sim/worker/sim-api.js';
import type { MenuEntry, MenuSelectEvent } from '../../controls/menu/menu-entry.js';
import '../../controls/button/button.js';
import '../../controls/dialog/dialog.js';
import '../../controls/menu/menu.js';
import type { LabMenu } from '../../controls/menu/menu.js';
import type { Lab } from '../../lab.js';
import { locale, strings } from '../../strings/index.js';
import '../command-bar/command-bar.js';
import { RUN_NEW_TASK, type BarCommand, type BarCommandEvent } from '../command-bar/command-bar.js';
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
import { texts } from '../text.js';
import { styles } from './startup-apps-page.styles.js';

const text = texts.startupApps;
const { columns } = text;
const MS = 1000;
const oneDecimal = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const COLUMNS: readonly GridColumn[] = [
  { id: 'name', label: columns.name, width: 215 },
  { id: 'publisher', label: columns.publisher, width: 150 },
  { id: 'status', label: columns.status, width: 100 },
  { id: 'impact', label: columns.impact, width: 100 },
];

const statusOf = ({ enabled }: StartupApp) => (enabled ? text.enabled : text.disabled);
/** Nothing on the machine measures what a program costs as the session starts. */
const impactOf = ({ enabled }: StartupApp) => (enabled ? text.impact.notMeasured : text.impact.none);
const KEYS: SortKeys<StartupApp> = {
  name: ({ name }) => name,
  publisher: ({ publisher }) => publisher,
  status: statusOf,
  impact: impactOf,
};

/** The Startup apps page: what starts with the user's session, and whether it may. */
@customElement('tm-startup-apps-page')
export class StartupAppsPage extends LitElement {
  static override styles = [pageStyles, styles];

  @property({ attribute: false }) lab!: Lab;
  @property() filter = '';

  @state() private apps: readonly StartupApp[] = [];
  @state() private sort: GridSort = { column: 'name', descending: false };
  @state() private selected = '';
  /** The app whose properties are shown. */
  @state() private shown: StartupApp | null = null;
  @query('ll-menu') private readonly menu!: LabMenu;

  protected override firstUpdated(): void {
    void this.lab.startup.read().then((apps) => (this.apps = apps));
  }

  get #visible(): StartupApp[] {
    const wanted = this.filter.trim().toLowerCase();
    const matching = this.apps.filter(({ name, publisher, program }) =>
      [name, publisher, program].some((value) => value.toLowerCase().includes(wanted)),
    );
    return sorted(matching, this.sort, KEYS);
  }

  #row(app: StartupApp, index: number, { length }: readonly StartupApp[]): GridRow {
    const cells = [app.name, app.publisher, statusOf(app), impactOf(app)];
    return {
      key: app.program,
      cells: cells.map((value) => ({ text: value })),
      icon: 'process',
      level: 1,
      position: index + 1,
      setSize: length,
    };
  }

  #reason(app: StartupApp | undefined, enable: boolean): string | undefined {
    if (!app) return text.selectFirst;
    if (app.enabled === enable) return enable ? text.isEnabled : text.isDisabled;
    return undefined;
  }

  #commands(app: StartupApp | undefined): BarCommand[] {
    return [
      RUN_NEW_TASK,
      { id: 'enable', icon: 'check', label: text.enable, disabledReason: this.#reason(app, true) },
      { id: 'disable', icon: 'end-task', label: text.disable, disabledReason: this.#reason(app, false) },
      {
        id: 'properties',
        icon: 'properties',
        label: text.properties,
        disabledReason: app ? undefined : text.selectFirst,
      },
    ];
  }

  #entries(app: StartupApp | undefined): MenuEntry[] {
    return [
      app?.enabled ? { id: 'disable', label: text.disable } : { id: 'enable', label: text.enable },
      { id: 'search', label: text.searchOnline },
      { id: 'properties', label: text.properties },
    ];
  }

  #onCommand(id: string): void {
    const app = this.apps.find(({ program }) => program === this.selected);
    if (!app) return;
    if (id === 'properties') this.shown = app;
    else if (id === 'search') searchOnline(`${app.program} ${app.name}`);
    else if (id === 'enable' || id === 'disable')
      void this.lab.startup.setEnabled(app.program, id === 'enable').then((apps) => (this.apps = apps));
  }

  #onSort({ column }: GridSortEvent): void {
    this.sort = sortAfterClick(this.sort, column, false);
  }

  #properties(): TemplateResult {
    const { shown } = this;
    const close = () => (this.shown = null);
    const lines = shown
      ? [
          [texts.properties.description, shown.name],
          [text.file, shown.program],
          [columns.publisher, shown.publisher],
          [columns.status, statusOf(shown)],
          [columns.impact, impactOf(shown)],
        ]
      : [];
    return html`<ll-dialog
      heading=${shown ? texts.properties.title(shown.name) : ''}
      .open=${shown !== null}
      .content=${html`<dl>
        ${lines.map(
          ([label, value]) =>
            html`<dt>${label}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>`}
      .buttons=${html`<ll-button data-first @click=${close}>${strings.messages.ok}</ll-button>`}
      @ll-cancel=${close}
    ></ll-dialog>`;
  }

  /** What the firmware took before Windows began; Windows leaves the strip empty where no firmware tells. */
  #biosTime(): TemplateResult | typeof nothing {
    const { firmwareMs } = this.lab.machine.hardware;
    if (firmwareMs === undefined) return nothing;
    return html`${text.lastBiosTime}<span>${text.seconds(oneDecimal.format(firmwareMs / MS))}</span>`;
  }

  override render() {
    const apps = this.#visible;
    const selected = apps.find(({ program }) => program === this.selected);
    const wanted = this.filter.trim();
    return html`
      <tm-command-bar
        heading=${strings.taskManager.pages['startup-apps']}
        .commands=${this.#commands(selected)}
        @ll-command=${({ id }: BarCommandEvent) => this.#onCommand(id)}
      ></tm-command-bar>
      <p class="bios-time">${this.#biosTime()}</p>
      <ll-grid
        indented
        label=${strings.taskManager.pages['startup-apps']}
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
        .entries=${this.#entries(selected)}
        @ll-select=${({ id }: MenuSelectEvent) => this.#onCommand(id)}
      ></ll-menu>
      ${this.#properties()}
    `;
  }
}
