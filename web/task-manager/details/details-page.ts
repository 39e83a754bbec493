import { LitElement, css, html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { ProcessRow } from '../../../sim/worker/sim-api.js';
import '../../controls/menu/menu.js';
import type { LabMenu } from '../../controls/menu/menu.js';
import type { MenuEntry, MenuSelectEvent } from '../../controls/menu/menu-entry.js';
import type { Lab } from '../../lab.js';
import { Follow } from '../../storage/store.js';
import { strings } from '../../strings/index.js';
import '../columns/columns-dialog.js';
import type { ColumnsChosenEvent } from '../columns/columns-dialog.js';
import '../command-bar/command-bar.js';
import { RUN_NEW_TASK, type BarCommandEvent } from '../command-bar/command-bar.js';
import type { ProcessCommand } from '../process-command.js';
import { endReason } from '../processes/process-menu.js';
import { processName } from '../processes/process-name.js';
import { processKey } from '../processes/tree.js';
import { ProcessCommandEvent, SettingsChangeEvent } from '../task-manager-events.js';
import { texts } from '../text.js';
import {
  DEFAULT_DETAIL_COLUMNS,
  DETAIL_COLUMNS,
  FULL_USER_NAME,
  type DetailColumn,
  type DetailColumnId,
} from './columns.js';
import './details-list.js';
import type { DetailMenuEvent, DetailSelectEvent, DetailSortEvent, DetailsList } from './details-list.js';
import { detailsMenu } from './details-menu.js';
import { orderRows, type DetailSort } from './details-order.js';

const { commands, taskManager, processes } = strings;
const { detailsMenu: text } = texts;
const FIXED: DetailColumnId = 'name';

/**
 * The Details page: every process with what the kernel counts of it.
 * @fires ll-process-command | ll-settings-change See task-manager-events.ts.
 */
@customElement('tm-details-page')
export class DetailsPage extends LitElement {
  static override styles = css`
    :host {
      display: flex;
      flex-direction: column;
      height: 100%;
    }

    tm-details-list {
      flex: 1;
    }
  `;

  @property({ attribute: false }) lab!: Lab;
  @property() filter = '';

  @state() private sort: DetailSort = { column: 'name', descending: false };
  @state() private selected = '';
  /** What the open menu is of: a row, a column's header, or nothing. */
  @state() private menuOf: 'row' | DetailColumnId | null = null;
  @state() private isChoosing = false;
  @query('tm-details-list') private readonly list!: DetailsList | null;
  @query('ll-menu') private readonly menu!: LabMenu;
  #rows: ProcessRow[] = [];

  protected readonly follow = new Follow(this, () => [this.lab.sampler, this.lab.settings]);

  /** Selects a process and scrolls to it. */
  async selectProcess(pid: number): Promise<void> {
    await this.updateComplete;
    const row = this.#rows.find((candidate) => candidate.pid === pid);
    if (!row) return;
    this.selected = processKey(row);
    await this.updateComplete;
    await this.list?.updateComplete;
    this.list?.showSelected();
  }

  protected override willUpdate(): void {
    const sample = this.lab.sampler.value;
    if (!sample) return;
    // A row must not run away from who is about to act on it.
    const frozen = this.menuOf === 'row' ? this.#rows.map(processKey) : null;
    this.#rows = orderRows(sample, this.filter, this.sort, frozen);
  }

  get #columns(): DetailColumn[] {
    const chosen: readonly string[] = this.lab.settings.value.columns.details ?? DEFAULT_DETAIL_COLUMNS;
    const isFull = this.lab.settings.value.showFullAccountName;
    const columns = DETAIL_COLUMNS.filter(({ id }) => id === FIXED || chosen.includes(id));
    return isFull ? columns.map((column) => (column.id === 'userName' ? FULL_USER_NAME : column)) : columns;
  }

  get #selectedRow(): ProcessRow | undefined {
    return this.#rows.find((row) => processKey(row) === this.selected);
  }

  #onSort({ column }: DetailSortEvent): void {
    const isNumber = DETAIL_COLUMNS.find(({ id }) => id === column)!.isNumber;
    const again = this.sort.column === column;
    this.sort = { column, descending: again ? !this.sort.descending : isNumber };
  }

  async #onMenu({ column, point, origin }: DetailMenuEvent): Promise<void> {
    this.menuOf = column ?? 'row';
    await this.updateComplete;
    await this.menu.openAt(point, origin);
  }

  get #entries(): MenuEntry[] {
    const row = this.#selectedRow;
    if (this.menuOf === 'row') return row ? detailsMenu(row) : [];
    return [
      ...(this.menuOf === FIXED || this.menuOf === null
        ? []
        : [{ id: `hide-${this.menuOf}`, label: text.hideColumn }]),
      { id: 'select-columns', label: text.selectColumns },
    ];
  }

  #choose(ids: readonly string[]): void {
    const { columns } = this.lab.settings.value;
    this.dispatchEvent(new SettingsChangeEvent({ columns: { ...columns, details: ids } }));
  }

  #onSelect({ id }: MenuSelectEvent): void {
    if (id === 'select-columns') this.isChoosing = true;
    else if (id.startsWith('hide-'))
      this.#choose(this.#columns.map((column) => column.id).filter((column) => `hide-${column}` !== id));
    else this.#command(id as ProcessCommand);
  }

  #command(command: ProcessCommand): void {
    const row = this.#selectedRow;
    if (row) this.dispatchEvent(new ProcessCommandEvent(command, row));
  }

  #reason(): string {
    const row = this.#selectedRow;
    if (!row) return taskManager.selectFirst;
    return endReason(row) ?? '';
  }

  override render() {
    const query = this.filter.trim();
    const row = this.#selectedRow;
    return html`
      <tm-command-bar
        heading=${taskManager.pages.details}
        .commands=${[
          RUN_NEW_TASK,
          { id: 'end-process', icon: 'end-task', label: commands.endTask, disabledReason: this.#reason() },
        ]}
        .more=${[{ id: 'select-columns', label: text.selectColumns }]}
        @ll-command=${({ id }: BarCommandEvent) => this.#command(id as ProcessCommand)}
        @ll-select=${this.#onSelect}
      ></tm-command-bar>
      <tm-details-list
        .rows=${this.#rows}
        .columns=${this.#columns}
        .sort=${this.sort}
        .selected=${this.selected}
        .emptyText=${query ? processes.noMatch(query) : ''}
        @ll-sort=${this.#onSort}
        @ll-row-select=${({ key }: DetailSelectEvent) => (this.selected = key)}
        @ll-menu=${this.#onMenu}
        @ll-delete=${() => this.#reason() || this.#command('end-process')}
      ></tm-details-list>
      <ll-menu
        label=${this.menuOf === 'row' && row ? processes.actions(processName(row)) : text.selectColumns}
        .entries=${this.#entries}
        @ll-select=${this.#onSelect}
        @ll-close=${() => (this.menuOf = null)}
      ></ll-menu>
      <tm-columns-dialog
        .columns=${DETAIL_COLUMNS.map(({ id, label }) => ({ id, label, fixed: id === FIXED }))}
        .chosen=${this.#columns.map(({ id }) => id)}
        .open=${this.isChoosing}
        @ll-columns=${({ ids }: ColumnsChosenEvent) => this.#choose(ids)}
        @ll-close=${() => (this.isChoosing = false)}
      ></tm-columns-dialog>
    `;
  }
}
