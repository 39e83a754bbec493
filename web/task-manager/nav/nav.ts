import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { focusStyles } from '../../controls/control.styles.js';
import { icon } from '../../icons/icon.js';
import { iconStyles } from '../../icons/icon.styles.js';
import { strings } from '../../strings/index.js';
import type { PageId } from '../pages.js';
import { styles } from './nav.styles.js';

/** The user goes to `page`. */
export class NavigateEvent extends Event {
  constructor(readonly page: PageId) {
    super('ll-navigate');
  }
}

/** Where the window is narrower the navigation begins as the rail of icons, so that the columns have room. CSS px. */
const WIDE_ENOUGH_FOR_LABELS = 960;
/** Where it is narrower still there is no room beside the labels: they lie over the page. */
const WIDE_ENOUGH_BESIDE = 700;

/**
 * Task Manager's navigation: a rail of icons, with labels when expanded. It folds and unfolds as its window gets
 * narrower and wider; over the page it folds when it has done its work or the user goes elsewhere.
 * @fires ll-navigate
 */
@customElement('tm-nav')
export class Nav extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property() page: PageId | null = null;
  /** Width of the window, CSS px; 0 as long as it is not known. */
  @property({ type: Number }) room = 0;
  @property({ type: Boolean, reflect: true }) expanded = false;
  /** The labels lie over the page. */
  @property({ type: Boolean, reflect: true }) overlay = false;

  readonly #foldWhenElsewhere = (event: Event) => {
    if (this.overlay && !event.composedPath().includes(this)) this.expanded = false;
  };

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('pointerdown', this.#foldWhenElsewhere);
    addEventListener('focusin', this.#foldWhenElsewhere);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('pointerdown', this.#foldWhenElsewhere);
    removeEventListener('focusin', this.#foldWhenElsewhere);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('room') || this.room === 0) return;
    const before = changed.get('room') ?? 0;
    const isWide = this.room >= WIDE_ENOUGH_FOR_LABELS;
    if (before === 0 || isWide !== before >= WIDE_ENOUGH_FOR_LABELS) this.expanded = isWide;
    this.overlay = this.room < WIDE_ENOUGH_BESIDE;
    // What the user has unfolded beside the page would lie over it now.
    if (this.overlay && before >= WIDE_ENOUGH_BESIDE) this.expanded = false;
  }

  #go(page: PageId): void {
    if (this.overlay) this.expanded = false;
    this.dispatchEvent(new NavigateEvent(page));
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.overlay || !this.expanded) return;
    event.stopPropagation();
    this.expanded = false;
    this.renderRoot.querySelector<HTMLElement>('.hamburger')?.focus();
  }

  #item(id: PageId): TemplateResult {
    const label = strings.taskManager.pages[id];
    return html`
      <button
        class=${id === 'settings' ? 'settings' : ''}
        aria-label=${label}
        aria-current=${id === this.page ? 'page' : nothing}
        title=${this.expanded ? nothing : label}
        @click=${() => this.#go(id)}
      >
        ${icon(id)}<span class="label">${label}</span>
      </button>
    `;
  }

  override render() {
    const { title, navigation, pages } = strings.taskManager;
    return html`
      <nav aria-label=${title} @keydown=${this.#onKeydown}>
        <button
          class="hamburger"
          aria-label=${navigation}
          title=${navigation}
          aria-expanded=${String(this.expanded)}
          @click=${() => (this.expanded = !this.expanded)}
        >
          ${icon('hamburger')}
        </button>
        ${(Object.keys(pages) as PageId[]).map((id) => this.#item(id))}
      </nav>
    `;
  }
}
