import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Sample } from '../../../sim/worker/sim-api.js';
import '../../controls/menu/menu.js';
import type { LabMenu } from '../../controls/menu/menu.js';
import type { MenuEntry, MenuSelectEvent } from '../../controls/menu/menu-entry.js';
import type { Lab } from '../../lab.js';
import { Follow } from '../../storage/store.js';
import { strings } from '../../strings/index.js';
import '../command-bar/command-bar.js';
import { RUN_NEW_TASK, type BarCommand } from '../command-bar/command-bar.js';
import type { ProcessCommand } from '../process-command.js';
import { ProcessCommandEvent, SettingsChangeEvent } from '../task-manager-events.js';
import {
  DEFAULT_COLUMNS,
  DEFAULT_UNITS,
  HEAT_COLUMNS,
  TEXT_COLUMNS,
  tableColumns,
  type ColumnId,
  type ResourceColumn,
  type ResourceUnits,
} from './columns.js';
import { efficiencyItem, endReason, processMenu, resourceValues, type RowCommand } from './process-menu.js';
import './process-table.js';
import type { ProcessTable } from './process-table.js';
import type {
  HeadMenuEvent,
  RowMenuEvent,
  RowSelectEvent,
  RowToggleEvent,
  SortEvent,
} from './table-events.js';
import { buildTree, type TreeRow } from './tree.js';

const { commands } = strings;
/** Before a column's name in the header's menu. */
const COLUMN = 'column-';

/**
 * The Processes page: which rows are shown, in which order, and the context menu.
 * @fires ll-process-command See task-manager-events.ts.
 */
@customElement('tm-processes-page')
export class ProcessesPage extends LitElement {
  static override styles = css`
    :host {
      display: flex;
      flex-direction: column;
      height: 100%;
    }

    tm-process-table {
      flex: 1;
    }
  `;

  @property({ attribute: false }) lab!: Lab;
  @property() filter = '';

  @state() private sort: { column: ColumnId; descending: boolean } = { column: 'name', descending: false };
  @state() private grouped = true;
  @state() private units: ResourceUnits = DEFAULT_UNITS;
  /** What the open menu is of. */
  @state() private menuOf: 'row' | 'head' = 'row';
  @state() private collapsedGroups: ReadonlySet<string> = new Set();
  @state() private expandedParents: ReadonlySet<string> = new Set();
  @state() private selected = '';
  @state() private menuRow: TreeRow | null = null;
  @query('tm-process-table') private readonly table!: ProcessTable | null;
  @query('ll-menu') private readonly menu!: LabMenu;
  #rows: TreeRow[] = [];

  protected readonly follow = new Follow(this, () => [this.lab.sampler, this.lab.settings]);

  private get sample(): Sample | null {
    return this.lab.sampler.value;
  }

  protected override willUpdate(): void {
    if (!this.sample) return;
    const isBusy = this.menuRow !== null || this.table?.hasKeyboardFocus;
    this.#rows = buildTree(this.sample, {
      filter: this.filter,
      sort: this.sort,
      groupByType: this.grouped,
      collapsedGroups: this.collapsedGroups,
      expandedParents: this.expandedParents,
      // A row must not run away from who is about to act on it.
      frozen: isBusy ? this.#rows.map((row) => row.key) : null,
    });
  }

  #onSort({ column }: SortEvent): void {
    const isText = TEXT_COLUMNS.some(({ id }) => id === column);
    const again = this.sort.column === column;
    // The first click shows the largest consumers, or the beginning of the alphabet.
    this.sort = { column, descending: again ? !this.sort.descending : !isText };
  }

  #toggle(key: string, expand: boolean): void {
    const isGroup = key.startsWith('group-');
    const keys = new Set(isGroup ? this.collapsedGroups : this.expandedParents);
    // Of the groups the closed ones are kept, of the parents the open ones.
    if (isGroup === expand) keys.delete(key);
    else keys.add(key);
    if (isGroup) this.collapsedGroups = keys;
    else this.expandedParents = keys;
  }

  async #onRowMenu({ key, point, origin }: RowMenuEvent): Promise<void> {
    const row = this.#rows.find((candidate) => candidate.key === key);
    if (!row?.process) return;
    this.menuRow = row;
    this.menuOf = 'row';
    await this.updateComplete;
    await this.menu.openAt(point, origin);
  }

  async #onHeadMenu({ point, origin }: HeadMenuEvent): Promise<void> {
    this.menuOf = 'head';
    await this.updateComplete;
    await this.menu.openAt(point, origin);
  }

  get #chosen(): readonly string[] {
    return this.lab.settings.value.columns.processes ?? DEFAULT_COLUMNS;
  }

  /** The header's menu: a check box for each column but Name. */
  get #headEntries(): MenuEntry[] {
    const chosen = this.#chosen;
    const columns = [...TEXT_COLUMNS, ...HEAT_COLUMNS].filter(({ id }) => id !== 'name');
    return [
      ...columns.map(({ id, label }) => ({
        id: `${COLUMN}${id}`,
        label,
        choice: 'checkbox' as const,
        checked: chosen.includes(id),
      })),
      'separator',
      resourceValues(this.units),
    ];
  }

  #toggleColumn(id: ColumnId): void {
    const chosen = this.#chosen;
    const processes = chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id];
    const { columns } = this.lab.settings.value;
    this.dispatchEvent(new SettingsChangeEvent({ columns: { ...columns, processes } }));
  }

  get #entries(): MenuEntry[] {
    if (this.menuOf === 'head') return this.#headEntries;
    return this.menuRow ? processMenu(this.menuRow, this.units) : [];
  }

  #onCommand({ id }: MenuSelectEvent): void {
    const row = this.#rows.find(({ key }) => key === this.selected);
    const command = id as RowCommand;
    const [column, unit] = id.split('-') as [ResourceColumn, 'percents' | 'values'];
    if (id.startsWith(COLUMN)) this.#toggleColumn(id.slice(COLUMN.length) as ColumnId);
    else if (column in this.units) this.units = { ...this.units, [column]: unit };
    else if (command === 'toggle') {
      if (row) this.#toggle(row.key, !row.expanded);
    } else if (row?.process)
      this.dispatchEvent(new ProcessCommandEvent(command as ProcessCommand, row.process));
  }

  #onDelete(): void {
    const process = this.#rows.find(({ key }) => key === this.selected)?.process;
    if (process && endReason(process) === undefined)
      this.dispatchEvent(new ProcessCommandEvent('end-task', process));
  }

  get #commands(): BarCommand[] {
    const { selectFirst } = strings.taskManager;
    const selected = this.#rows.find(({ key }) => key === this.selected)?.process;
    return [
      RUN_NEW_TASK,
      {
        id: 'end-task',
        icon: 'end-task',
        label: commands.endTask,
        disabledReason: selected ? endReason(selected) : selectFirst,
      },
      {
        id: 'efficiency-mode',
        icon: 'efficiency-mode',
        label: commands.efficiencyMode,
        disabledReason: selected ? efficiencyItem(selected).disabledReason : selectFirst,
      },
    ];
  }

  get #viewEntries(): MenuEntry[] {
    return [
      { id: 'group-by-type', label: commands.groupByType, choice: 'checkbox', checked: this.grouped },
      'separator',
      { id: 'expand-all', label: commands.expandAll },
      { id: 'collapse-all', label: commands.collapseAll },
    ];
  }

  #onView({ id }: MenuSelectEvent): void {
    if (id === 'group-by-type') this.grouped = !this.grouped;
    else if (id === 'collapse-all') this.expandedParents = new Set();
    else if (id === 'expand-all') {
      this.collapsedGroups = new Set();
      const parents = this.#rows.filter((row) => row.process && row.expanded !== undefined);
      this.expandedParents = new Set([...this.expandedParents, ...parents.map((row) => row.key)]);
    }
  }

  override render() {
    const query = this.filter.trim();
    return html`
      <tm-command-bar
        heading=${strings.taskManager.pages.processes}
        .commands=${this.#commands}
        .more=${this.#viewEntries}
        @ll-command=${this.#onCommand}
        @ll-select=${this.#onView}
      ></tm-command-bar>
      ${
        this.sample
          ? html`<tm-process-table
              .rows=${this.#rows}
              .sample=${this.sample}
              .sort=${this.sort}
              .columns=${tableColumns(this.#chosen)}
              .units=${this.units}
              @ll-head-menu=${this.#onHeadMenu}
              .grouped=${this.grouped}
              .selected=${this.selected}
              .emptyText=${query ? strings.processes.noMatch(query) : ''}
              @ll-sort=${this.#onSort}
              @ll-row-select=${(event: RowSelectEvent) => (this.selected = event.key)}
              @ll-row-toggle=${(event: RowToggleEvent) => this.#toggle(event.key, event.expand)}
              @ll-row-menu=${this.#onRowMenu}
              @ll-delete=${this.#onDelete}
            ></tm-process-table>`
          : nothing
      }
      <ll-menu
        label=${this.menuRow ? strings.processes.actions(this.menuRow.label) : strings.processes.chooseColumns}
        .entries=${this.#entries}
        @ll-select=${this.#onCommand}
        @ll-close=${() => (this.menuRow = null)}
      ></ll-menu>
    `;
  }
}
