import { LitElement, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { FileEntry } from '../../sim/worker/sim-api.js';
import { focusStyles } from '../controls/control.styles.js';
import type { Point } from '../controls/menu/menu-place.js';
import { formatDateTime } from '../desktop/machine-time.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { strings } from '../strings/index.js';
import { formatCount } from '../task-manager/processes/format.js';
import { styles } from './file-list.styles.js';
import { isDump } from './path.js';

const text = strings.explorer;

/** What the user does with a file: selects it, opens it, or asks for its menu at `point`. */
export class FileEvent extends Event {
  constructor(
    type: 'll-file-select' | 'll-file-open' | 'll-file-menu',
    readonly file: FileEntry,
    readonly point: Point = { left: 0, top: 0 },
    readonly origin: HTMLElement | null = null,
  ) {
    super(type);
  }
}

function typeOf({ folder, name }: FileEntry): string {
  if (folder) return text.types.folder;
  return isDump(name) ? text.types.dmp : text.types.other;
}

/** File Explorer rounds up to whole kilobytes. */
function sizeOf({ folder, size }: FileEntry): string {
  return folder ? '' : `${formatCount(Math.ceil(size / 1024))} KB`;
}

/**
 * The files of a folder.
 * @fires ll-file-select | ll-file-open | ll-file-menu
 */
@customElement('fe-file-list')
export class FileList extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property() label = '';
  @property({ attribute: false }) files: readonly FileEntry[] = [];

  /** Said instead of files when there are none. */
  @property() emptyText = '';

  /** Path of the selected file. */
  @property() selected = '';

  /** Gives the selected file the focus, or the first one. */
  focusSelected(): void {
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>('tbody tr')];
    (rows.find((row) => row.ariaSelected === 'true') ?? rows[0])?.focus();
  }

  #openMenu(file: FileEntry, row: HTMLElement, point: Point): void {
    row.focus();
    this.dispatchEvent(new FileEvent('ll-file-select', file));
    this.dispatchEvent(new FileEvent('ll-file-menu', file, point, row));
  }

  #onContextMenu(event: MouseEvent, file: FileEntry): void {
    event.preventDefault();
    this.#openMenu(file, event.currentTarget as HTMLElement, { left: event.clientX, top: event.clientY });
  }

  #onKeydown(event: KeyboardEvent, file: FileEntry): void {
    const row = event.currentTarget as HTMLElement;
    const last = this.files.length - 1;
    const at = this.files.indexOf(file);
    const next = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last }[
      event.key
    ];
    if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      const { left, top } = row.getBoundingClientRect();
      this.#openMenu(file, row, { left: left + 32, top: top + 13 });
    } else if (event.key === 'Enter') this.dispatchEvent(new FileEvent('ll-file-open', file));
    else if (next !== undefined) {
      const target = this.files[next];
      if (target) this.dispatchEvent(new FileEvent('ll-file-select', target));
      this.renderRoot.querySelectorAll<HTMLElement>('tbody tr')[next]?.focus();
    } else return;
    event.preventDefault();
  }

  #renderFile(file: FileEntry, index: number): TemplateResult {
    const isSelected = file.path === this.selected;
    const isTabStop = isSelected || (index === 0 && !this.files.some(({ path }) => path === this.selected));
    return html`
      <tr
        role="row"
        tabindex=${isTabStop ? 0 : -1}
        aria-selected=${String(isSelected)}
        @click=${() => this.dispatchEvent(new FileEvent('ll-file-select', file))}
        @dblclick=${() => this.dispatchEvent(new FileEvent('ll-file-open', file))}
        @contextmenu=${(event: MouseEvent) => this.#onContextMenu(event, file)}
        @keydown=${(event: KeyboardEvent) => this.#onKeydown(event, file)}
      >
        <td role="gridcell">
          <span class="name">${icon(file.folder ? 'file-explorer' : 'file')}${file.name}</span>
        </td>
        <td role="gridcell">${formatDateTime(file.modified)}</td>
        <td role="gridcell">${typeOf(file)}</td>
        <td role="gridcell" class="size">${sizeOf(file)}</td>
      </tr>
    `;
  }

  override render() {
    if (this.files.length === 0) return html`<p class="empty">${this.emptyText}</p>`;
    const { name, modified, type, size } = text.columns;
    return html`
      <table role="grid" aria-label=${this.label}>
        <thead>
          <tr role="row">
            ${[name, modified, type].map((column) => html`<th role="columnheader">${column}</th>`)}
            <th role="columnheader" class="size">${size}</th>
          </tr>
        </thead>
        <tbody>
          ${this.files.map((file, index) => this.#renderFile(file, index))}
        </tbody>
      </table>
    `;
  }
}
