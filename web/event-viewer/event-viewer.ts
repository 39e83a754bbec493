import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../controls/grid/grid.js';
import type { GridMenuEvent, GridSelectEvent, GridSort, GridSortEvent } from '../controls/grid/grid-model.js';
import { sortAfterClick } from '../controls/grid/order.js';
import type { MenuEntry, MenuSelectEvent } from '../controls/menu/menu-entry.js';
import '../controls/menu/menu.js';
import type { LabMenu } from '../controls/menu/menu.js';
import '../controls/window/window.js';
import type { LabWindow, WindowPlace } from '../controls/window/window.js';
import { formatDateTime } from '../desktop/machine-time.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import type { Lab } from '../lab.js';
import { locale, strings } from '../strings/index.js';
import { asText, asXml } from './event-copy.js';
import './event-details.js';
import type { CopyEvent } from './event-details.js';
import { NO_FILTER, filtered, type EventFilter } from './event-filter.js';
import { COLUMNS, FROM_THE_LARGEST, NEWEST_FIRST, inOrder, keyOf, rowsOf } from './event-list.js';
import { recordsOf, type EventRecord } from './event-record.js';
import { styles } from './event-viewer.styles.js';
import './filter-bar.js';
import type { FilterEvent } from './filter-bar.js';
import { text } from './text.js';

const ENTRIES: readonly MenuEntry[] = [
  { id: 'text', label: text.copyText },
  { id: 'xml', label: text.copyXml },
];
const count = new Intl.NumberFormat(locale);

/** Event Viewer: what the machine has logged of its live kernel dumps, newest first. */
@customElement('ev-viewer')
export class EventViewer extends LitElement {
  static override styles = [iconStyles, styles];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) place!: WindowPlace;
  @property({ type: Boolean }) active = false;
  @property({ type: Boolean }) minimized = false;

  @state() private records: readonly EventRecord[] | null = null;
  @state() private filter: EventFilter = NO_FILTER;
  @state() private sort: GridSort = NEWEST_FIRST;
  @state() private selected = '';
  @state() private said = '';
  @query('ll-window') private readonly window!: LabWindow;
  @query('ll-menu') private readonly menu!: LabMenu;
  #endFollowing: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#refresh();
    this.#endFollowing = this.lab.dumpFlow.subscribe(() => void this.#refresh());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endFollowing?.();
  }

  override focus(): void {
    void this.updateComplete.then(() => this.window.focus());
  }

  async #refresh(): Promise<void> {
    this.records = recordsOf(await this.lab.liveDumpEvents(), this.lab.machine.computerName);
  }

  /** The selected event; none while the filter hides it. */
  #selectedOf(records: readonly EventRecord[]): EventRecord | undefined {
    return records.find((item) => keyOf(item) === this.selected);
  }

  #select(key: string): void {
    this.selected = key;
    this.said = '';
  }

  #onSort({ column }: GridSortEvent): void {
    this.sort = sortAfterClick(this.sort, column, FROM_THE_LARGEST.has(column));
  }

  #onKeydown(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== 'c') return;
    event.preventDefault();
    void this.#copy('text');
  }

  async #copy(form: CopyEvent['form']): Promise<void> {
    const item = this.#selectedOf(this.records ?? []);
    if (!item) return;
    const written = form === 'xml' ? asXml(item) : asText(item, formatDateTime(Date.parse(item.event.time)));
    try {
      await navigator.clipboard.writeText(written);
      this.said = text.wasCopied;
    } catch {
      this.said = text.notCopied;
    }
  }

  #renderList(all: readonly EventRecord[], shown: readonly EventRecord[]): TemplateResult {
    return html`<ll-grid
      label=${text.events}
      .columns=${COLUMNS}
      .rows=${rowsOf(shown)}
      .sort=${this.sort}
      .selected=${this.selected}
      .emptyText=${all.length === 0 ? text.empty : text.noMatch}
      @ll-sort=${this.#onSort}
      @ll-row-select=${({ key }: GridSelectEvent) => this.#select(key)}
      @ll-menu=${({ point, origin }: GridMenuEvent) => void this.menu.openAt(point, origin)}
      @keydown=${this.#onKeydown}
    ></ll-grid>`;
  }

  override render() {
    const all = this.records ?? [];
    const shown = inOrder(filtered(all, this.filter), this.sort);
    const item = this.#selectedOf(shown);
    return html`<ll-window
      heading=${strings.desktop.eventViewer}
      .place=${this.place}
      .active=${this.active}
      ?hidden=${this.minimized}
    >
      <span slot="icon">${icon('event-viewer')}</span>
      <div class="frame">
        <ev-filter-bar
          .filter=${this.filter}
          .counts=${text.counts(count.format(shown.length), count.format(all.length))}
          @ev-filter=${({ filter }: FilterEvent) => (this.filter = filter)}
        ></ev-filter-bar>
        ${this.records ? this.#renderList(all, shown) : nothing}
        ${
          item
            ? html`<ev-details
                .item=${item}
                .said=${this.said}
                @ev-copy=${({ form }: CopyEvent) => void this.#copy(form)}
              ></ev-details>`
            : nothing
        }
      </div>
      <ll-menu
        label=${item ? text.actions(item.event.id) : ''}
        .entries=${ENTRIES}
        @ll-select=${({ id }: MenuSelectEvent) => void this.#copy(id as CopyEvent['form'])}
      ></ll-menu>
    </ll-window>`;
  }
}
