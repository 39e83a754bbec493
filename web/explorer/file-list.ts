import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { FileEntry } from '../../sim/worker/sim-api.js';
import { focusStyles } from '../controls/control.styles.js';
import type { Point } from '../controls/menu/menu-place.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { dateOf, sizeInColumn, typeOf } from './file-format.js';
import { extensionOf } from './file-name.js';
import { styles } from './file-list.styles.js';
import { BY_NAME, FILE_COLUMNS, orderAfterClick, type FileColumn, type FileOrder } from './file-order.js';
import { NOTHING, clicked, everything, moved, only, type Modifiers, type Selection } from './selection.js';
import { TypeAhead } from './type-ahead.js';
import { text } from './text.js';
/** Where the menu opens that the keyboard asks for, from the row's corner. */
const MENU_INSET = { left: 32, top: 13 };

/** What the user wants with the selected files: open them, or their menu at `point`. */
export class FileEvent extends Event {
  constructor(
    type: 'll-file-open' | 'll-file-menu',
    readonly point: Point = { left: 0, top: 0 },
    readonly origin: HTMLElement | null = null,
  ) {
    super(type);
  }
}

export class SelectionEvent extends Event {
  constructor(readonly selection: Selection) {
    super('ll-file-select');
  }
}

export class OrderEvent extends Event {
  constructor(readonly order: FileOrder) {
    super('ll-file-order');
  }
}

/** The user has typed a name, or has left it: null. */
export class RenameEvent extends Event {
  constructor(readonly name: string | null) {
    super('ll-file-rename');
  }
}

/**
 * The files of a folder as a table that is selected, sorted and renamed in.
 * @fires ll-file-select | ll-file-order | ll-file-open | ll-file-menu | ll-file-rename
 */
@customElement('fe-file-list')
export class FileList extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property() label = '';
  @property({ attribute: false }) files: readonly FileEntry[] = [];
  @property({ attribute: false }) order: FileOrder = BY_NAME;
  @property({ attribute: false }) selection: Selection = NOTHING;

  /** Said instead of files when there are none. */
  @property() emptyText = '';

  /** Path of the file whose name is being typed. */
  @property() renaming = '';

  @query('.rename') private readonly field!: HTMLInputElement | null;
  /** Whether the focus goes along when the owner has taken the selection over. */
  #followsSelection = false;
  readonly #typed = new TypeAhead();

  /** Gives the file that the keyboard is at the focus, or the first one. */
  focusSelected(): void {
    const rows = this.#rows;
    (rows.find((row) => row.tabIndex === 0) ?? rows[0])?.focus();
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('selection') && this.#followsSelection) {
      this.#followsSelection = false;
      this.focusSelected();
    }
    if (!changed.has('renaming') || !this.field) return;
    this.field.focus();
    const { value } = this.field;
    this.field.setSelectionRange(0, value.length - extensionOf(value).length);
  }

  get #rows(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('tbody tr')];
  }

  get #paths(): string[] {
    return this.files.map(({ path }) => path);
  }

  #select(selection: Selection): void {
    this.dispatchEvent(new SelectionEvent(selection));
  }

  #goTo(path: string | undefined, modifiers: Modifiers): void {
    if (path === undefined) return;
    this.#followsSelection = true;
    this.#select(moved(this.selection, path, modifiers, this.#paths));
  }

  #openMenu(file: FileEntry, row: HTMLElement, point: Point): void {
    row.focus();
    if (!this.selection.paths.has(file.path)) this.#select(only(file.path));
    this.dispatchEvent(new FileEvent('ll-file-menu', point, row));
  }

  #onContextMenu(event: MouseEvent, file: FileEntry): void {
    event.preventDefault();
    this.#openMenu(file, event.currentTarget as HTMLElement, { left: event.clientX, top: event.clientY });
  }

  #onKeydown(event: KeyboardEvent, file: FileEntry): void {
    if (event.altKey || event.metaKey) return;
    const row = event.currentTarget as HTMLElement;
    const paths = this.#paths;
    const last = paths.length - 1;
    const at = this.files.indexOf(file);
    const page = Math.max(1, Math.floor(this.clientHeight / row.offsetHeight) - 1);
    const next = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      const { left, top } = row.getBoundingClientRect();
      this.#openMenu(file, row, { left: left + MENU_INSET.left, top: top + MENU_INSET.top });
    } else if (next !== undefined) this.#goTo(paths[Math.max(0, Math.min(next, last))], event);
    else if (event.key === 'Enter') {
      if (!this.selection.paths.has(file.path)) this.#select(only(file.path));
      this.dispatchEvent(new FileEvent('ll-file-open'));
    } else if (event.ctrlKey && event.key.toLowerCase() === 'a')
      this.#select(everything(this.selection, paths));
    else if (event.key === ' ')
      this.#select(clicked(this.selection, file.path, { ctrlKey: true, shiftKey: event.shiftKey }, paths));
    else if (event.key.length === 1 && !event.ctrlKey) {
      const names = this.files.map(({ name }) => name);
      const found = this.#typed.find(event.key, event.timeStamp, names, at);
      this.#goTo(paths[found], { shiftKey: false, ctrlKey: false });
    } else return;
    event.preventDefault();
  }

  #onFieldKey(event: KeyboardEvent): void {
    // The keys are the field's: neither the row nor the window acts on them.
    event.stopPropagation();
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    // The key would go on to a dialog that opens because of it.
    event.preventDefault();
    this.#endRenaming(event.key === 'Enter' ? (event.target as HTMLInputElement).value : null);
  }

  #endRenaming(name: string | null): void {
    if (this.renaming) this.dispatchEvent(new RenameEvent(name));
  }

  #renderName(file: FileEntry): TemplateResult {
    const picture = icon(file.folder ? 'file-explorer' : 'file');
    if (file.path !== this.renaming)
      return html`<span class="name">${picture}<span>${file.name}</span></span>`;
    const stop = (event: Event) => event.stopPropagation();
    return html`<span class="name"
      >${picture}<input
        class="rename"
        aria-label=${text.newName(file.name)}
        spellcheck="false"
        .value=${file.name}
        @keydown=${this.#onFieldKey}
        @click=${stop}
        @dblclick=${stop}
        @blur=${(event: Event) => this.#endRenaming((event.target as HTMLInputElement).value)}
    /></span>`;
  }

  #renderFile(file: FileEntry, index: number): TemplateResult {
    const { current, paths } = this.selection;
    const isTabStop = current ? file.path === current : index === 0;
    return html`
      <tr
        role="row"
        tabindex=${isTabStop ? 0 : -1}
        aria-selected=${String(paths.has(file.path))}
        aria-rowindex=${index + 2}
        @click=${(event: MouseEvent) => this.#select(clicked(this.selection, file.path, event, this.#paths))}
        @dblclick=${() => this.dispatchEvent(new FileEvent('ll-file-open'))}
        @contextmenu=${(event: MouseEvent) => this.#onContextMenu(event, file)}
        @keydown=${(event: KeyboardEvent) => this.#onKeydown(event, file)}
      >
        <td role="gridcell">${this.#renderName(file)}</td>
        <td role="gridcell" class="modified">${dateOf(file)}</td>
        <td role="gridcell" class="type">${typeOf(file)}</td>
        <td role="gridcell" class="size">${sizeInColumn(file)}</td>
      </tr>
    `;
  }

  #renderColumn(column: FileColumn): TemplateResult {
    const { column: sortedBy, descending } = this.order;
    const isSorted = column === sortedBy;
    return html`<th
      role="columnheader"
      class=${column}
      aria-sort=${isSorted ? (descending ? 'descending' : 'ascending') : nothing}
    >
      <button @click=${() => this.dispatchEvent(new OrderEvent(orderAfterClick(this.order, column)))}>
        ${text.columns[column]}${isSorted ? icon(descending ? 'chevron-down' : 'chevron-up') : nothing}
      </button>
    </th>`;
  }

  override render() {
    if (this.files.length === 0) return html`<p class="empty">${this.emptyText}</p>`;
    return html`
      <table
        role="grid"
        aria-label=${this.label}
        aria-multiselectable="true"
        aria-rowcount=${this.files.length + 1}
      >
        <thead>
          <tr role="row" aria-rowindex="1">
            ${FILE_COLUMNS.map((column) => this.#renderColumn(column))}
          </tr>
        </thead>
        <tbody>
          ${repeat(
            this.files,
            ({ path }) => path,
            (file, index) => this.#renderFile(file, index),
          )}
        </tbody>
      </table>
    `;
  }
}
