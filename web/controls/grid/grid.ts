import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { styleMap } from 'lit/directives/style-map.js';
import { focusStyles } from '../control.styles.js';
import { icon } from '../../icons/icon.js';
import { iconStyles } from '../../icons/icon.styles.js';
import { listTarget } from '../list/list-keys.js';
import { RowWindow } from '../list/row-window.js';
import {
  GridMenuEvent,
  GridSelectEvent,
  GridSortEvent,
  GridToggleEvent,
  type GridColumn,
  type GridRow,
  type GridSort,
} from './grid-model.js';
import { styles } from './grid.styles.js';
import { heatStyles } from './heat.styles.js';

/** CSS px, as grid.styles.ts has them: a row, and the header with its lower edge. */
const ROW_HEIGHT = 28;
const HEAD_HEIGHT = 32;
const TALL_HEAD_HEIGHT = 52;

/**
 * A list or tree of lines in columns. It has the focus itself and names the line that it is at; of a long list only
 * the lines that are seen are in the page.
 * @fires ll-sort | ll-row-select | ll-row-toggle | ll-menu See grid-model.ts.
 */
@customElement('ll-grid')
export class Grid extends LitElement {
  static override styles = [focusStyles, iconStyles, styles, heatStyles];

  @property() label = '';
  @property({ attribute: false }) columns: readonly GridColumn[] = [];
  @property({ attribute: false }) rows: readonly GridRow[] = [];
  @property({ attribute: false }) sort: GridSort = { column: '', descending: false };
  @property() selected = '';
  /** Rows that are selected beside it. */
  @property({ attribute: false }) selectedToo: ReadonlySet<string> = new Set();
  /** Whether lines open, so that there is room for their chevrons. */
  @property({ type: Boolean, reflect: true }) tree = false;
  /** Said instead of rows when there are none. */
  @property() emptyText = '';

  /** The column whose button Tab goes to; the arrows go to the others. */
  @state() private headFocus = '';
  @query('.scroll') private readonly scroller!: HTMLElement;
  readonly #window = new RowWindow(this, () => this.scroller);

  get #hasTotals(): boolean {
    return this.columns.some(({ total }) => total !== undefined);
  }

  get #headHeight(): number {
    return this.#hasTotals ? TALL_HEAD_HEIGHT : HEAD_HEIGHT;
  }

  get #index(): number {
    return this.rows.findIndex(({ key }) => key === this.selected);
  }

  /** Gives the grid the focus, at the row that is selected. */
  override focus(): void {
    this.scroller.focus({ preventScroll: true });
    if (this.#index >= 0) this.#reveal(this.#index);
  }

  #reveal(index: number): void {
    this.#window.reveal(index * ROW_HEIGHT, (index + 1) * ROW_HEIGHT, this.#headHeight);
  }

  #select(index: number): void {
    const row = this.rows[index];
    if (!row) return;
    this.#reveal(index);
    this.dispatchEvent(new GridSelectEvent(row.key));
  }

  #toggle(index: number, expand?: boolean): void {
    const row = this.rows[index];
    if (row?.expanded === undefined || row.expanded === expand) return;
    this.dispatchEvent(new GridToggleEvent(row.key, !row.expanded));
  }

  #rowOf(event: Event): number {
    const { index } = (event.target as Element).closest<HTMLElement>('[data-index]')?.dataset ?? {};
    return index === undefined ? -1 : Number(index);
  }

  #onClick(event: Event): void {
    const index = this.#rowOf(event);
    this.#select(index);
    if ((event.target as Element).closest('.expander')) this.#toggle(index);
  }

  #onContextMenu(event: MouseEvent): void {
    const index = this.#rowOf(event);
    if (index < 0) return;
    event.preventDefault();
    this.scroller.focus();
    this.#select(index);
    this.dispatchEvent(new GridMenuEvent({ left: event.clientX, top: event.clientY }, this.scroller));
  }

  #openMenu(index: number): void {
    if (index < 0) return;
    this.#reveal(index);
    const { left, top } = this.scroller.getBoundingClientRect();
    const middle = this.#headHeight + (index + 0.5) * ROW_HEIGHT - this.scroller.scrollTop;
    this.dispatchEvent(new GridMenuEvent({ left: left + 40, top: top + middle }, this.scroller));
  }

  /** Right opens a line or goes to its first child, Left closes it or goes to the line that it belongs to. */
  #moveInTree(key: string, index: number): boolean {
    const row = this.rows[index];
    if (!this.tree || !row || (key !== 'ArrowRight' && key !== 'ArrowLeft')) return false;
    if (key === 'ArrowRight') {
      if (row.expanded) this.#select(index + 1);
      else this.#toggle(index, true);
    } else if (row.expanded) this.#toggle(index, false);
    else this.#select(this.rows.findLastIndex((other, at) => at < index && other.level < row.level));
    return true;
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.target !== this.scroller || event.ctrlKey || event.altKey || event.metaKey) return;
    const index = this.#index;
    if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) this.#openMenu(index);
    else if (event.key === 'Enter') this.#toggle(index);
    else if (!this.#moveInTree(event.key, index)) {
      const seen = (this.scroller.clientHeight - this.#headHeight) / ROW_HEIGHT;
      const page = Math.max(1, Math.floor(seen) - 1);
      const names = this.rows.map(({ cells }) => cells[0]!.text);
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
    this.headFocus = next.dataset.column!;
    next.focus();
    event.preventDefault();
  }

  #head({ id, label, isNumber, total }: GridColumn, index: number): TemplateResult {
    const isSorted = this.sort.column === id;
    const order = this.sort.descending ? 'descending' : 'ascending';
    const isStop =
      this.headFocus === id || (index === 0 && !this.columns.some((column) => column.id === this.headFocus));
    return html`<div
      role="columnheader"
      class="cell ${isNumber ? 'number' : ''}"
      aria-sort=${isSorted ? order : 'none'}
    >
      <button
        data-column=${id}
        tabindex=${isStop ? 0 : -1}
        @click=${() => this.dispatchEvent(new GridSortEvent(id))}
      >
        ${isSorted ? icon(this.sort.descending ? 'chevron-down' : 'chevron-up') : nothing}
        ${total === undefined ? nothing : html`<span class="total">${total}</span>`}
        <span class="label">${label}</span>
      </button>
    </div>`;
  }

  #row(row: GridRow, index: number): TemplateResult {
    const { key, cells, expanded, level } = row;
    return html`<div
      role="row"
      class="row"
      id=${`row-${index}`}
      data-index=${index}
      aria-rowindex=${index + 2}
      style="--depth: ${level - 1}"
      aria-level=${this.tree ? level : nothing}
      aria-posinset=${this.tree ? row.position : nothing}
      aria-setsize=${this.tree ? row.setSize : nothing}
      aria-expanded=${expanded === undefined ? nothing : String(expanded)}
      aria-selected=${String(key === this.selected || this.selectedToo.has(key))}
    >
      ${cells.map(({ text, heat }, column) => {
        const kind = this.columns[column]!.isNumber ? 'number' : column === 0 ? 'name' : '';
        return html`<div
          role=${column === 0 ? 'rowheader' : 'gridcell'}
          class="cell ${kind} ${heat === undefined ? '' : 'heat'}"
          data-level=${heat ?? nothing}
        >
          ${
            column === 0 && expanded !== undefined
              ? html`<span class="expander">${icon(expanded ? 'chevron-down' : 'chevron-right')}</span>`
              : nothing
          }${column === 0 && row.icon ? icon(row.icon) : nothing}<span class="text" title=${text}
            >${text}</span
          >
        </div>`;
      })}
    </div>`;
  }

  override render() {
    const { rows, columns } = this;
    const index = this.#index;
    const offsets = Array.from({ length: rows.length + 1 }, (_, row) => row * ROW_HEIGHT);
    const { first, end, above, below } = this.#window.rows(offsets);
    const isDrawn = index >= first && index < end;
    const template = columns.map(({ width }) => `${width}px`).join(' ');
    return html`
      <div
        class="scroll"
        role=${this.tree ? 'treegrid' : 'grid'}
        tabindex="0"
        aria-label=${this.label}
        aria-multiselectable=${this.selectedToo.size > 0 ? 'true' : nothing}
        aria-rowcount=${rows.length + 1}
        aria-activedescendant=${isDrawn ? `row-${index}` : nothing}
        style=${styleMap({ '--columns': template })}
        @keydown=${this.#onKeydown}
        @contextmenu=${this.#onContextMenu}
      >
        <div class="list" role="presentation">
          <div role="rowgroup" class="head ${this.#hasTotals ? 'tall' : ''}" @keydown=${this.#onHeadKeydown}>
            <div role="row" class="head-row" aria-rowindex="1">
              ${columns.map((column, at) => this.#head(column, at))}
            </div>
          </div>
          <div
            role="rowgroup"
            style=${styleMap({ paddingTop: `${above}px`, paddingBottom: `${below}px` })}
            @click=${this.#onClick}
            @dblclick=${(event: Event) => this.#toggle(this.#rowOf(event))}
          >
            ${repeat(
              rows.slice(first, end),
              ({ key }) => key,
              (row, at) => this.#row(row, first + at),
            )}
          </div>
        </div>
      </div>
      <p class="no-match" role="status">${rows.length === 0 ? this.emptyText : ''}</p>
    `;
  }
}
