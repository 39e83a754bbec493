import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { ProcessRow } from '../../../sim/worker/sim-api.js';
import { focusStyles } from '../../controls/control.styles.js';
import { RowWindow } from '../../controls/list/row-window.js';
import type { Point } from '../../controls/menu/menu-place.js';
import { icon } from '../../icons/icon.js';
import { iconStyles } from '../../icons/icon.styles.js';
import { strings } from '../../strings/index.js';
import { processIcon } from '../processes/process-icon.js';
import { processKey } from '../processes/tree.js';
import type { DetailColumn, DetailColumnId } from './columns.js';
import { styles } from './details-list.styles.js';
import type { DetailSort } from './details-order.js';
import { listTarget } from '../../controls/list/list-keys.js';

const ROW_HEIGHT = 19;
const HEAD_HEIGHT = 25;

/** The user wants the list sorted by `column`. */
export class DetailSortEvent extends Event {
  constructor(readonly column: DetailColumnId) {
    super('ll-sort');
  }
}

/** The user selected the row `key`. */
export class DetailSelectEvent extends Event {
  constructor(readonly key: string) {
    super('ll-row-select');
  }
}

/** The user asks for a menu: that of the row that is selected, or of the header of `column`. */
export class DetailMenuEvent extends Event {
  constructor(
    readonly column: DetailColumnId | null,
    readonly point: Point,
    readonly origin: HTMLElement,
  ) {
    super('ll-menu');
  }
}

/**
 * The list of the Details page. The list has the focus and names the row that it is at; only rows that are seen are
 * in the page.
 * @fires ll-sort | ll-row-select | ll-menu See above.
 * @fires ll-delete The user pressed Delete on the selected row.
 */
@customElement('tm-details-list')
export class DetailsList extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property({ attribute: false }) rows: readonly ProcessRow[] = [];
  @property({ attribute: false }) columns: readonly DetailColumn[] = [];
  @property({ attribute: false }) sort: DetailSort = { column: 'name', descending: false };
  @property() selected = '';

  /** Said instead of rows when there are none. */
  @property() emptyText = '';

  /** The column whose button Tab goes to; the arrows go to the others. */
  @state() private headFocus: DetailColumnId = 'name';
  @query('.scroll') private readonly scroller!: HTMLElement;
  readonly #window = new RowWindow(this, () => this.scroller);

  /** Scrolls to the selected row, and gives the list the focus. */
  showSelected(): void {
    const index = this.#selectedIndex;
    if (index >= 0) this.#reveal(index);
    this.scroller.focus();
  }

  get #selectedIndex(): number {
    return this.rows.findIndex((row) => processKey(row) === this.selected);
  }

  #reveal(index: number): void {
    this.#window.reveal(index * ROW_HEIGHT, (index + 1) * ROW_HEIGHT, HEAD_HEIGHT);
  }

  #select(index: number): void {
    const row = this.rows[index];
    if (!row) return;
    this.#reveal(index);
    this.dispatchEvent(new DetailSelectEvent(processKey(row)));
  }

  #rowOf(event: Event): number {
    const { index } = (event.target as Element).closest<HTMLElement>('[data-index]')?.dataset ?? {};
    return index === undefined ? -1 : Number(index);
  }

  #onClick(event: Event): void {
    this.#select(this.#rowOf(event));
  }

  #onContextMenu(event: MouseEvent): void {
    const { column } = (event.target as Element).closest<HTMLElement>('[data-column]')?.dataset ?? {};
    const point = { left: event.clientX, top: event.clientY };
    const index = this.#rowOf(event);
    if (column === undefined && index < 0) return;
    event.preventDefault();
    const origin = (event.target as Element).closest<HTMLElement>('button') ?? this.scroller;
    origin.focus();
    if (column === undefined) this.#select(index);
    this.dispatchEvent(new DetailMenuEvent((column ?? null) as DetailColumnId | null, point, origin));
  }

  #openMenuAt(index: number): void {
    const { left, top } = this.scroller.getBoundingClientRect();
    const bottom = top + HEAD_HEIGHT + (index + 1) * ROW_HEIGHT - this.scroller.scrollTop;
    this.dispatchEvent(
      new DetailMenuEvent(null, { left: left + 40, top: bottom - ROW_HEIGHT / 2 }, this.scroller),
    );
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.target !== this.scroller || event.ctrlKey || event.altKey || event.metaKey) return;
    const index = this.#selectedIndex;
    if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      if (index < 0) return;
      this.#reveal(index);
      this.#openMenuAt(index);
    } else if (event.key === 'Delete') {
      if (index >= 0) this.dispatchEvent(new Event('ll-delete'));
    } else {
      const page = Math.max(1, Math.floor((this.scroller.clientHeight - HEAD_HEIGHT) / ROW_HEIGHT) - 1);
      const names = this.rows.map(({ imageName }) => imageName);
      const target = listTarget(event.key, names, index, page);
      if (target === null) return;
      this.#select(target);
    }
    event.preventDefault();
  }

  /** In the header, Left and Right go from column to column. */
  #onHeadKeydown(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const buttons = [...this.renderRoot.querySelectorAll<HTMLElement>('button[data-column]')];
    const next =
      step === undefined ? undefined : buttons[buttons.indexOf(event.target as HTMLElement) + step];
    if (!next) return;
    this.headFocus = next.dataset.column as DetailColumnId;
    next.focus();
    event.preventDefault();
  }

  #renderHead({ id, label, width, isNumber }: DetailColumn, index: number): TemplateResult {
    const isSorted = this.sort.column === id;
    const order = this.sort.descending ? 'descending' : 'ascending';
    const isStop =
      this.headFocus === id || (index === 0 && !this.columns.some((c) => c.id === this.headFocus));
    return html`<div
      role="columnheader"
      class="cell ${isNumber ? 'number' : ''}"
      style=${styleMap({ width: `${width}px` })}
      aria-sort=${isSorted ? order : 'none'}
    >
      <button
        data-column=${id}
        title=${label}
        tabindex=${isStop ? 0 : -1}
        @click=${() => this.dispatchEvent(new DetailSortEvent(id))}
      >
        ${isSorted ? icon(this.sort.descending ? 'chevron-down' : 'chevron-up') : nothing}${label}
      </button>
    </div>`;
  }

  #renderRow(row: ProcessRow, index: number): TemplateResult {
    const key = processKey(row);
    return html`<div
      role="row"
      class="row"
      id=${key}
      data-index=${index}
      aria-rowindex=${index + 2}
      aria-selected=${String(key === this.selected)}
    >
      ${this.columns.map(({ id, width, isNumber, text }) => {
        const value = text(row);
        return html`<div
          role="gridcell"
          class="cell ${isNumber ? 'number' : id}"
          style=${styleMap({ width: `${width}px` })}
        >
          ${id === 'name' ? processIcon(row) : nothing}${value}
        </div>`;
      })}
    </div>`;
  }

  override render() {
    const { rows } = this;
    const offsets = Array.from({ length: rows.length + 1 }, (_, index) => index * ROW_HEIGHT);
    const { first, end, above, below } = this.#window.rows(offsets);
    const selectedIndex = this.#selectedIndex;
    const isDrawn = selectedIndex >= first && selectedIndex < end;
    return html`
      <div
        class="scroll"
        role="grid"
        tabindex="0"
        aria-label=${strings.taskManager.pages.details}
        aria-rowcount=${rows.length + 1}
        aria-activedescendant=${isDrawn ? this.selected : nothing}
        @keydown=${this.#onKeydown}
        @contextmenu=${this.#onContextMenu}
      >
        <div class="list" role="presentation">
          <div role="rowgroup" @keydown=${this.#onHeadKeydown}>
            <div role="row" class="head" aria-rowindex="1">
              ${this.columns.map((column, index) => this.#renderHead(column, index))}
            </div>
          </div>
          <div
            role="rowgroup"
            style=${styleMap({ paddingTop: `${above}px`, paddingBottom: `${below}px` })}
            @click=${this.#onClick}
          >
            ${repeat(rows.slice(first, end), processKey, (row, index) => this.#renderRow(row, first + index))}
          </div>
        </div>
      </div>
      <p class="no-match" role="status">${rows.length === 0 ? this.emptyText : ''}</p>
    `;
  }
}
