import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { MenuEntry, MenuSelectEvent } from '../../controls/menu/menu-entry.js';
import '../../controls/menu/menu.js';
import type { LabMenu } from '../../controls/menu/menu.js';
import type { Lab } from '../../lab.js';
import { Follow } from '../../storage/store.js';
import { strings } from '../../strings/index.js';
import '../command-bar/command-bar.js';
import { RUN_NEW_TASK, type BarCommand } from '../command-bar/command-bar.js';
import '../../controls/grid/grid.js';
import type {
  GridMenuEvent,
  GridRow,
  GridSelectEvent,
  GridSort,
  GridSortEvent,
  GridToggleEvent,
} from '../../controls/grid/grid-model.js';
import { sortAfterClick } from '../../controls/grid/order.js';
import { pageStyles } from '../page.styles.js';
import { HEAT_COLUMNS } from '../processes/columns.js';
import { processKey } from '../processes/tree.js';
import { ProcessCommandEvent } from '../task-manager-events.js';
import { texts } from '../text.js';
import { userColumns, userRows } from './users-tree.js';

const text = texts.users;

const COMMANDS: readonly BarCommand[] = [
  RUN_NEW_TASK,
  { id: 'disconnect', icon: 'end-task', label: text.disconnect, disabledReason: text.cannotDisconnect },
  { id: 'accounts', icon: 'users', label: text.manageAccounts, disabledReason: text.noAccounts },
];

/** The Users page: who is signed in, and what the processes of each session use. */
@customElement('tm-users-page')
export class UsersPage extends LitElement {
  static override styles = pageStyles;

  @property({ attribute: false }) lab!: Lab;
  @property() filter = '';

  @state() private sort: GridSort = { column: 'user', descending: false };
  @state() private selected = '';
  @state() private expanded: ReadonlySet<string> = new Set();
  @query('ll-menu') private readonly menu!: LabMenu;

  protected readonly follow = new Follow(this, () => [this.lab.sampler, this.lab.settings]);

  #toggle({ key, expand }: GridToggleEvent): void {
    const keys = new Set(this.expanded);
    if (expand) keys.add(key);
    else keys.delete(key);
    this.expanded = keys;
  }

  #entries(row: GridRow | undefined): MenuEntry[] {
    if (row?.expanded === undefined) return [{ id: 'details', label: text.goToDetails }];
    return [
      { id: 'toggle', label: row.expanded ? text.collapse : text.expand },
      'separator',
      { id: 'disconnect', label: text.disconnect, disabledReason: text.cannotDisconnect },
      { id: 'accounts', label: text.manageAccounts, disabledReason: text.noAccounts },
    ];
  }

  #onMenu(id: string, row: GridRow | undefined): void {
    const process = this.lab.sampler.value?.processes.find((other) => processKey(other) === row?.key);
    if (id === 'toggle' && row?.expanded !== undefined)
      this.#toggle({ key: row.key, expand: !row.expanded } as GridToggleEvent);
    else if (id === 'details' && process) this.dispatchEvent(new ProcessCommandEvent('details', process));
  }

  #onSort({ column }: GridSortEvent): void {
    this.sort = sortAfterClick(
      this.sort,
      column,
      HEAT_COLUMNS.some(({ id }) => id === column),
    );
  }

  override render() {
    const sample = this.lab.sampler.value;
    if (!sample) return nothing;
    const rows = userRows(
      sample,
      this.filter,
      this.sort,
      this.expanded,
      this.lab.settings.value.showFullAccountName,
    );
    const selected = rows.find(({ key }) => key === this.selected);
    const wanted = this.filter.trim();
    return html`
      <tm-command-bar heading=${strings.taskManager.pages.users} .commands=${COMMANDS}></tm-command-bar>
      <ll-grid
        tree
        label=${strings.taskManager.pages.users}
        .columns=${userColumns(sample)}
        .rows=${rows}
        .sort=${this.sort}
        .selected=${this.selected}
        .emptyText=${wanted ? text.noMatch(wanted) : ''}
        @ll-sort=${this.#onSort}
        @ll-row-select=${({ key }: GridSelectEvent) => (this.selected = key)}
        @ll-row-toggle=${this.#toggle}
        @ll-menu=${({ point, origin }: GridMenuEvent) => void this.menu.openAt(point, origin)}
      ></ll-grid>
      <ll-menu
        label=${selected ? text.actions(selected.cells[0]!.text) : ''}
        .entries=${this.#entries(selected)}
        @ll-select=${({ id }: MenuSelectEvent) => this.#onMenu(id, selected)}
      ></ll-menu>
    `;
  }
}
