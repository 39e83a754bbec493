import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { focusStyles } from '../../controls/control.styles.js';
import { icon } from '../../icons/icon.js';
import { iconStyles } from '../../icons/icon.styles.js';
import { debug } from '../text.js';
import type { Item } from '../worker/debugger-api.js';

/** An item in a list, or in a tree. */
export interface Row {
  item: Item;
  level: number;
  /** Whether its children are shown; `undefined` for one that has none. */
  isExpanded?: boolean;
}

/** What the user does with an item: chooses it, or opens and closes it. */
export class ItemEvent extends Event {
  constructor(
    type: 'dbg-item' | 'dbg-expand',
    readonly item: Item,
  ) {
    super(type);
  }
}

/** The user goes on beyond the last line, or in front of the first. */
export class EdgeEvent extends Event {
  constructor(readonly step: 1 | -1) {
    super('dbg-edge');
  }
}

/**
 * Lines to choose from.
 * @fires dbg-item | dbg-expand | dbg-edge
 */
@customElement('dbg-item-list')
export class ItemList extends LitElement {
  static override styles = [
    focusStyles,
    iconStyles,
    css`
      :host {
        --icon-size: 12px;
        display: block;
        height: 100%;
        overflow: auto;
      }

      [role='listbox'],
      [role='tree'] {
        min-width: max-content;
      }

      .row {
        display: flex;
        align-items: center;
        height: 22px;
        padding: 0 12px 0 calc(12px + var(--level, 0) * 16px);
        white-space: nowrap;
        cursor: default;
        outline-offset: -2px;
      }

      .row:hover {
        background: var(--subtle-hover);
      }

      .row[aria-current='true'] {
        background: light-dark(#cce8ff, #143047);
      }

      .twist {
        display: grid;
        place-items: center;
        width: 18px;
        height: 22px;
      }

      .row > span {
        white-space: pre;
      }

      .detail {
        padding-left: 16px;
        color: var(--text-secondary);
      }

      .row[aria-current='true'] .detail {
        color: inherit;
      }

      .leads {
        color: var(--text-link);
        text-decoration: underline;
        text-underline-offset: 3px;
      }

      .changed {
        color: var(--text-changed);
        font-weight: 600;
      }

      @media (forced-colors: active) {
        .row[aria-current='true'] {
          outline: 1px dashed Highlight;
        }
      }
    `,
  ];

  @property() label = '';
  @property({ attribute: false }) rows: readonly Row[] = [];
  @property({ type: Boolean }) tree = false;
  /** Id of the row that the arrow keys are at. */
  #at = '';
  #current = '';
  /** Whether another row is the current one since it was last scrolled to. */
  #isMoved = false;
  /** Whether a row had the focus, which goes with it when other rows come. */
  #hadFocus = false;

  override focus(): void {
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>('[tabindex="0"]')?.focus(),
    );
  }

  /** The keyboard is at the first row, or the last. */
  goToEnd(end: 'first' | 'last'): void {
    this.#goTo(end === 'first' ? 0 : this.rows.length - 1);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#hadFocus = Boolean(this.shadowRoot?.activeElement);
    if (!changed.has('rows')) return;
    const current = this.rows.find(({ item }) => item.isCurrent)?.item.id ?? '';
    if (current !== this.#current) {
      this.#at = current;
      this.#isMoved = true;
    }
    this.#current = current;
  }

  protected override updated(): void {
    if (this.#isMoved)
      this.renderRoot.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' });
    this.#isMoved = false;
    if (this.#hadFocus && !this.shadowRoot?.activeElement) this.focus();
  }

  get #place(): number {
    return Math.max(
      0,
      this.rows.findIndex(({ item }) => item.id === this.#at),
    );
  }

  #tell(type: 'dbg-item' | 'dbg-expand', { item }: Row): void {
    this.#at = item.id;
    this.dispatchEvent(new ItemEvent(type, item));
  }

  #goTo(place: number): void {
    const row = this.rows[Math.min(Math.max(0, place), this.rows.length - 1)];
    if (!row) return;
    this.#at = row.item.id;
    this.requestUpdate();
    this.focus();
  }

  #onKeydown(event: KeyboardEvent): void {
    const place = this.#place;
    const row = this.rows[place];
    if (!row) return;
    const isEdge = {
      ArrowUp: place === 0,
      PageUp: place === 0,
      ArrowDown: place === this.rows.length - 1,
      PageDown: place === this.rows.length - 1,
    }[event.key];
    if (isEdge) this.dispatchEvent(new EdgeEvent(/Down$/.test(event.key) ? 1 : -1));
    const next = {
      ArrowDown: place + 1,
      ArrowUp: place - 1,
      Home: 0,
      End: this.rows.length,
      PageDown: place + 12,
      PageUp: place - 12,
    }[event.key];
    if (next !== undefined) this.#goTo(next);
    else if (event.key === 'Enter' || event.key === ' ') this.#tell('dbg-item', row);
    else if (event.key === 'ArrowRight' && row.isExpanded === false) this.#tell('dbg-expand', row);
    else if (event.key === 'ArrowLeft' && row.isExpanded) this.#tell('dbg-expand', row);
    else if (event.key === 'ArrowLeft' && row.level > 1)
      this.#goTo(this.rows.findLastIndex(({ level }, i) => i < place && level < row.level));
    else return;
    event.preventDefault();
  }

  #renderText({ text, leadsFrom }: Item): TemplateResult | string {
    if (leadsFrom === undefined) return text;
    return html`${text.slice(0, leadsFrom)}<span class="leads">${text.slice(leadsFrom)}</span>`;
  }

  #renderRow(row: Row, place: number): TemplateResult {
    const { item, level, isExpanded } = row;
    const expand = (event: Event) => {
      event.stopPropagation();
      this.#tell('dbg-expand', row);
    };
    return html`<div
      class="row"
      role=${this.tree ? 'treeitem' : 'option'}
      style="--level: ${level - 1}"
      aria-level=${this.tree ? level : nothing}
      aria-expanded=${isExpanded === undefined ? nothing : String(isExpanded)}
      aria-selected=${String(item.isCurrent)}
      aria-current=${String(item.isCurrent)}
      data-address=${item.address || nothing}
      tabindex=${place === this.#place ? 0 : -1}
      title=${item.command || nothing}
      @focus=${() => (this.#at = item.id)}
      @click=${() => this.#tell('dbg-item', row)}
    >
      ${
        this.tree
          ? html`<span class="twist" @click=${isExpanded === undefined ? nothing : expand}>
              ${isExpanded === undefined ? nothing : icon(isExpanded ? 'chevron-down' : 'chevron-right')}
            </span>`
          : nothing
      }
      <span class=${item.isChanged ? 'changed' : ''}>${this.#renderText(item)}</span>
      ${item.isChanged ? html`<span class="visually-hidden">${debug.panes.changed}</span>` : nothing}
      <span class="detail">${item.detail}</span>
    </div>`;
  }

  override render() {
    return html`<div
      role=${this.tree ? 'tree' : 'listbox'}
      aria-label=${this.label}
      @keydown=${this.#onKeydown}
    >
      ${repeat(
        this.rows,
        ({ item }) => item.id,
        (row, place) => this.#renderRow(row, place),
      )}
    </div>`;
  }
}
