import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { Sample } from '../../../sim/worker/sim-api.js';
import { focusStyles } from '../../controls/control.styles.js';
import { heatStyles } from '../../controls/grid/heat.styles.js';
import { RowWindow, type RowRange } from '../../controls/list/row-window.js';
import { iconStyles } from '../../icons/icon.styles.js';
import { strings } from '../../strings/index.js';
import {
  DEFAULT_COLUMNS,
  DEFAULT_UNITS,
  tableColumns,
  type ColumnId,
  type ResourceUnits,
  type TableColumns,
} from './columns.js';
import { renderRow } from './process-row.js';
import { styles } from './process-table.styles.js';
import { HeadMenuEvent, RowMenuEvent, RowSelectEvent, RowToggleEvent, SortEvent } from './table-events.js';
import { renderHead } from './table-head.js';
import { headStyles } from './table-head.styles.js';
import { treeAction } from './tree-keys.js';
import type { TreeRow } from './tree.js';

const ROW_HEIGHT = 28;
const GROUP_HEIGHT = 39;
const HEAD_HEIGHT = 52;

/**
 * The process table: a tree grid whose rows take the focus.
 * @fires ll-sort | ll-row-select | ll-row-toggle | ll-row-menu | ll-head-menu See table-events.ts.
 */
@customElement('tm-process-table')
export class ProcessTable extends LitElement {
  static override styles = [focusStyles, iconStyles, headStyles, styles, heatStyles];

  @property({ attribute: false }) rows: readonly TreeRow[] = [];
  @property({ attribute: false }) sample: Sample | null = null;
  @property({ attribute: false }) sort: { column: ColumnId; descending: boolean } = {
    column: 'name',
    descending: false,
  };
  @property({ attribute: false }) columns: TableColumns = tableColumns(DEFAULT_COLUMNS);
  @property({ attribute: false }) units: ResourceUnits = DEFAULT_UNITS;
  @property({ type: Boolean }) grouped = true;
  @property() selected = '';

  /** Said instead of rows when there are none. */
  @property() emptyText = '';

  /** Row and column that Tab goes to. */
  @state() private focusKey = '';
  @state() private headFocus: ColumnId = 'name';
  @query('.scroll') private readonly scroller!: HTMLElement;
  readonly #window = new RowWindow(this, () => this.scroller);
  #hasFocusToGive = false;
  #hadFocus: { key: string; index: number } | null = null;

  /** True while someone works in the table by keyboard: rows should keep their places then. */
  get hasKeyboardFocus(): boolean {
    return this.shadowRoot?.querySelector('.row:focus-visible, .scroll:focus') instanceof HTMLElement;
  }

  focusRow(index: number): void {
    const row = this.rows[index];
    if (!row) return;
    this.focusKey = row.key;
    const offsets = this.#offsets;
    this.#window.reveal(offsets[index]!, offsets[index + 1]!, HEAD_HEIGHT);
    const element = this.#rowElement(row.key);
    if (element) element.focus();
    // A row that is not drawn yet is drawn at the next update, which gives it the focus.
    else this.#hasFocusToGive = true;
  }

  /** Where each row begins, CSS px; at last the height of all. */
  get #offsets(): number[] {
    const offsets = [0];
    for (const { kind } of this.rows)
      offsets.push(offsets.at(-1)! + (kind === 'group' ? GROUP_HEIGHT : ROW_HEIGHT));
    return offsets;
  }

  protected override willUpdate(): void {
    const key = this.#focusedRow()?.dataset.key;
    this.#hadFocus = key ? { key, index: this.#indexOf(key) } : null;
    if (!this.rows.some((row) => row.key === this.focusKey))
      this.focusKey =
        this.selected && this.#indexOf(this.selected) >= 0 ? this.selected : (this.rows[0]?.key ?? '');
  }

  /** A row that was moved or went away takes the focus with it; give it back to the row or its neighbour. */
  protected override updated(): void {
    if (this.#hasFocusToGive) {
      this.#hasFocusToGive = false;
      this.#rowElement(this.focusKey)?.focus({ preventScroll: true });
    }
    if (!this.#hadFocus || this.#focusedRow()) return;
    const row = this.#rowElement(this.#hadFocus.key);
    if (row) row.focus({ preventScroll: true });
    // Scrolled out of sight: the table keeps its place until a key is pressed.
    else if (this.#indexOf(this.#hadFocus.key) >= 0) this.scroller.focus({ preventScroll: true });
    else this.focusRow(Math.min(Math.max(this.#hadFocus.index, 0), this.rows.length - 1));
  }

  #indexOf(key: string): number {
    return this.rows.findIndex((row) => row.key === key);
  }

  #rowElement(key: string): HTMLElement | null {
    return this.renderRoot.querySelector(`[data-key="${key}"]`);
  }

  #focusedRow(): HTMLElement | null {
    return this.shadowRoot?.querySelector<HTMLElement>('.row:focus') ?? null;
  }

  #eventRow(event: Event): HTMLElement | null {
    return (event.target as Element).closest<HTMLElement>('[data-key]');
  }

  #select(key: string): void {
    this.focusKey = key;
    this.dispatchEvent(new RowSelectEvent(key));
  }

  #toggle(key: string): void {
    const row = this.rows[this.#indexOf(key)];
    if (row?.expanded !== undefined) this.dispatchEvent(new RowToggleEvent(key, !row.expanded));
  }

  #openMenu(row: HTMLElement, left: number, top: number): void {
    const key = row.dataset.key ?? '';
    row.focus();
    this.#select(key);
    this.dispatchEvent(new RowMenuEvent(key, { left, top }, row));
  }

  #onContextMenu(event: MouseEvent): void {
    const row = this.#eventRow(event);
    if (!row) return;
    event.preventDefault();
    this.#openMenu(row, event.clientX, event.clientY);
  }

  #onClick(event: Event): void {
    const key = this.#eventRow(event)?.dataset.key;
    if (key) this.#select(key);
  }

  #onDoubleClick(event: Event): void {
    const key = this.#eventRow(event)?.dataset.key;
    if (key) this.#toggle(key);
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.target === this.scroller) return this.#onScrollerKeydown(event);
    const row = this.#eventRow(event);
    if (!row || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      event.preventDefault();
      const { left, bottom } = row.getBoundingClientRect();
      this.#openMenu(row, left + 58, bottom - ROW_HEIGHT / 2);
      return;
    }
    if (event.key === 'Delete') {
      this.#select(row.dataset.key ?? '');
      this.dispatchEvent(new Event('ll-delete'));
      return;
    }
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / ROW_HEIGHT) - 2);
    const action = treeAction(event.key, this.rows, this.#indexOf(row.dataset.key ?? ''), page);
    if (event.key === ' ') this.#select(row.dataset.key ?? '');
    else if (!action) return;
    else if (action.kind === 'focus') {
      this.focusRow(action.index);
      this.#select(this.focusKey);
    } else this.#toggle(action.key);
    event.preventDefault();
  }

  /** The row that had the focus is out of sight: a key goes on from there. */
  #onScrollerKeydown(event: KeyboardEvent): void {
    const index = this.#indexOf(this.focusKey);
    if (index < 0 || !treeAction(event.key, this.rows, index, 1)) return;
    this.focusRow(index);
    event.preventDefault();
  }

  #onHeadMenu(event: MouseEvent): void {
    const button = (event.target as Element).closest<HTMLElement>('[data-column]');
    if (!button) return;
    event.preventDefault();
    this.dispatchEvent(new HeadMenuEvent({ left: event.clientX, top: event.clientY }, button));
  }

  /** In the header, Left and Right go from column to column. */
  #onHeadKeydown(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      const { left, bottom } = target.getBoundingClientRect();
      this.dispatchEvent(new HeadMenuEvent({ left, top: bottom }, target));
      event.preventDefault();
      return;
    }
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const buttons = [...this.renderRoot.querySelectorAll<HTMLElement>('[data-column]')];
    const at = buttons.findIndex((button) => button === event.target);
    const next = step && at >= 0 ? buttons[at + step] : undefined;
    if (!next) return;
    this.headFocus = next.dataset.column as ColumnId;
    next.focus();
    event.preventDefault();
  }

  override render() {
    const { sample } = this;
    if (!sample) return nothing;
    const { first, end, above, below }: RowRange = this.#window.rows(this.#offsets);
    const { texts, heats } = this.columns;
    const widths = [...texts, ...heats].map(({ width }) => `${width}px`);
    return html`
      <div
        class="scroll"
        tabindex="-1"
        style=${styleMap({ '--columns': widths.join(' ') })}
        @keydown=${this.#onKeydown}
      >
        <div
          class="grid"
          aria-rowcount=${this.rows.length + 1}
          role="treegrid"
          aria-label=${strings.taskManager.pages.processes}
        >
          <div
            role="presentation"
            class="head"
            @keydown=${this.#onHeadKeydown}
            @contextmenu=${this.#onHeadMenu}
          >
            ${renderHead({
              sample,
              columns: this.columns,
              sort: this.sort,
              tabStop: this.headFocus,
              onSort: (column) => this.dispatchEvent(new SortEvent(column)),
            })}
          </div>
          <div
            role="rowgroup"
            style=${styleMap({ paddingTop: `${above}px`, paddingBottom: `${below}px` })}
            @click=${this.#onClick}
            @dblclick=${this.#onDoubleClick}
            @contextmenu=${this.#onContextMenu}
          >
            ${repeat(
              this.rows.slice(first, end),
              (row) => row.key,
              (row) =>
                renderRow(row, {
                  sample,
                  columns: this.columns,
                  units: this.units,
                  baseLevel: this.grouped ? 1 : 0,
                  selected: row.key === this.selected,
                  tabStop: row.key === this.focusKey,
                  onToggle: () => this.#toggle(row.key),
                }),
            )}
          </div>
          ${this.rows.length === 0 ? html`<p class="no-match" aria-hidden="true">${this.emptyText}</p>` : nothing}
          <div class="filler" aria-hidden="true">${widths.map(() => html`<div class="cell"></div>`)}</div>
        </div>
        <p class="visually-hidden" role="status">${this.rows.length === 0 ? this.emptyText : ''}</p>
      </div>
    `;
  }
}
