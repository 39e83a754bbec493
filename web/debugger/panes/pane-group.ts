import { LitElement, css, html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { focusStyles } from '../../controls/control.styles.js';
import { debug } from '../text.js';
import type { PaneId } from './layout.js';

const text = debug.panes;

/** A tab: a pane, or in a narrow window also the command window. */
export type TabId = PaneId | 'command';

/** The user chose a tab. */
export class TabEvent extends Event {
  constructor(readonly tab: TabId) {
    super('dbg-tab');
  }
}

/**
 * Tabs, and below them what the chosen one shows.
 * @slot - The content of the chosen tab.
 * @fires dbg-tab
 */
@customElement('dbg-pane-group')
export class PaneGroup extends LitElement {
  static override styles = [
    focusStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-width: 0;
        min-height: 0;
      }

      [role='tablist'] {
        display: flex;
        flex: none;
        overflow-x: auto;
        border-bottom: 1px solid var(--stroke-bar);
        background: var(--surface-mica);
      }

      [role='tab'] {
        flex: none;
        height: 32px;
        padding: 0 12px;
        border: 0;
        border-bottom: 2px solid transparent;
        background: none;
        color: var(--text-secondary);
        font: 12px/16px var(--font-table);
        outline-offset: -3px;
      }

      [role='tab']:hover {
        background: var(--subtle-hover);
      }

      [role='tab'][aria-selected='true'] {
        border-bottom-color: var(--accent);
        color: var(--text);
        font-weight: 600;
      }

      [role='tabpanel'] {
        display: flex;
        flex-direction: column;
        flex: 1;
        min-height: 0;
      }

      ::slotted(*) {
        flex: 1;
        min-height: 0;
      }

      @media (forced-colors: active) {
        [role='tab'] {
          border-bottom-color: Canvas;
        }

        [role='tab'][aria-selected='true'] {
          border-bottom-color: Highlight;
        }
      }
    `,
  ];

  @property() label = '';
  @property({ attribute: false }) tabs: readonly TabId[] = [];
  @property() active: TabId = 'command';

  readonly #size = new ResizeObserver(() => this.#revealActive());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('active')) this.#revealActive();
  }

  /** The chosen tab is in sight, and nothing but the tabs is scrolled for it. */
  #revealActive(): void {
    const tab = this.renderRoot.querySelector('[aria-selected=true]');
    const list = tab?.parentElement;
    if (!tab || !list) return;
    const [inner, outer] = [tab.getBoundingClientRect(), list.getBoundingClientRect()];
    if (inner.left < outer.left) list.scrollLeft -= outer.left - inner.left;
    else if (inner.right > outer.right) list.scrollLeft += inner.right - outer.right;
  }

  #choose(tab: TabId): void {
    this.dispatchEvent(new TabEvent(tab));
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>('[aria-selected=true]')?.focus(),
    );
  }

  #onKeydown(event: KeyboardEvent): void {
    const at = this.tabs.indexOf(this.active);
    const last = this.tabs.length - 1;
    const next = {
      ArrowRight: at < last ? at + 1 : 0,
      ArrowLeft: at > 0 ? at - 1 : last,
      Home: 0,
      End: last,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.#choose(this.tabs[next]!);
  }

  #renderTab(tab: TabId): TemplateResult {
    const isActive = tab === this.active;
    return html`<button
      role="tab"
      id=${tab}
      aria-selected=${String(isActive)}
      aria-controls="panel"
      tabindex=${isActive ? 0 : -1}
      @click=${() => this.#choose(tab)}
    >
      ${text[tab]}
    </button>`;
  }

  override render() {
    return html`
      <div role="tablist" aria-label=${this.label} @keydown=${this.#onKeydown}>
        ${this.tabs.map((tab) => this.#renderTab(tab))}
      </div>
      <div role="tabpanel" id="panel" aria-labelledby=${this.active}><slot></slot></div>
    `;
  }
}
