import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { iconStyles } from '../../icons/icon.styles.js';
import { focusStyles } from '../control.styles.js';
import { MenuSelectEvent, type MenuEntry, type MenuItem } from './menu-entry.js';
import { renderMenuItem } from './menu-item.js';
import { firstFocusable, focusAfterKey } from './menu-keys.js';
import { hasRoomBeside, placeAtPoint, placeBeside, type Point, type Size } from './menu-place.js';
import { styles } from './menu.styles.js';

function pageSize(): Size {
  const { clientWidth: width, clientHeight: height } = document.documentElement;
  return { width, height };
}

/**
 * A context menu or submenu in the top layer, so that it may leave its window.
 * @fires ll-select When the user chose a line (also from a submenu).
 * @fires ll-close When the menu closed; focus is back where it was.
 */
@customElement('ll-menu')
export class LabMenu extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property() label = '';
  @property({ attribute: false }) entries: readonly MenuEntry[] = [];

  /** Set by the parent menu on its submenu. */
  @property({ type: Boolean }) submenu = false;

  @state() private focused = -1;
  @state() private expanded = -1;
  @query('[role=menu]') private readonly panel!: HTMLElement;
  #origin: HTMLElement | null = null;
  #isOpen = false;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Opens a context menu; on closing, focus returns to `origin`. */
  async openAt(point: Point, origin: HTMLElement): Promise<void> {
    await this.#open(origin, (menu, page) => placeAtPoint(point, menu, page));
    addEventListener('pointerdown', this.#onPointerOutside, true);
    addEventListener('blur', this.#onLeave);
    addEventListener('resize', this.#onLeave);
    this.focusFirst();
  }

  /** Opens a submenu beside its item. */
  async openBeside(item: HTMLElement, takeFocus: boolean): Promise<void> {
    await this.#open(item, (menu, page) => placeBeside(item.getBoundingClientRect(), menu, page));
    if (takeFocus) this.focusFirst();
  }

  focusFirst(): void {
    this.#focusItem(firstFocusable(this.entries));
  }

  close(returnFocus = true): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    removeEventListener('pointerdown', this.#onPointerOutside, true);
    removeEventListener('blur', this.#onLeave);
    removeEventListener('resize', this.#onLeave);
    this.#child()?.close(false);
    this.focused = this.expanded = -1;
    this.panel.hidePopover();
    if (returnFocus) this.#origin?.focus();
    this.dispatchEvent(new Event('ll-close'));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.close(false);
  }

  async #open(origin: HTMLElement, place: (menu: Size, page: Size) => Point): Promise<void> {
    this.#origin = origin;
    this.#isOpen = true;
    await this.updateComplete;
    this.panel.showPopover();
    const { left, top } = place(this.panel.getBoundingClientRect(), pageSize());
    Object.assign(this.panel.style, { left: `${left}px`, top: `${top}px` });
  }

  #child(): LabMenu | null {
    return this.renderRoot.querySelector('ll-menu');
  }

  #itemElement(index: number): HTMLElement | null {
    return this.renderRoot.querySelector(`[data-index="${index}"]`);
  }

  #focusItem(index: number): void {
    this.focused = index;
    this.#itemElement(index)?.focus();
  }

  async #expand(index: number, takeFocus: boolean): Promise<void> {
    const item = this.#itemElement(index);
    if (!item) return;
    if (this.expanded !== index) this.#collapse();
    this.expanded = index;
    await this.updateComplete;
    const child = this.#child();
    if (child && !child.isOpen) await child.openBeside(item, takeFocus);
    else if (takeFocus) child?.focusFirst();
  }

  #collapse(): void {
    this.#child()?.close(false);
    this.expanded = -1;
  }

  #choose(item: MenuItem, index: number): void {
    if (item.disabledReason) return;
    if (item.items) void this.#expand(index, true);
    else this.#finish(new MenuSelectEvent(item.id));
  }

  /** The root menu closes before its owner hears `event`: focus is back on the origin when a dialog opens. */
  #finish(event: Event): void {
    this.#closeRoot();
    this.dispatchEvent(event);
  }

  #closeRoot(): void {
    if (!this.submenu) this.close();
  }

  readonly #onPointerOutside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.close(false);
  };

  readonly #onLeave = (): void => this.close();

  #onHover(item: MenuItem, index: number): void {
    // Where a submenu covers its parent it opens by click only: it would open under the moving pointer.
    if (!hasRoomBeside(pageSize())) return;
    this.#focusItem(index);
    if (item.items && !item.disabledReason) void this.#expand(index, false);
    else this.#collapse();
  }

  #onKeydown(event: KeyboardEvent): void {
    event.stopPropagation();
    const entry = this.entries[this.focused];
    const item = entry === 'separator' ? undefined : entry;
    const next = focusAfterKey(event.key, this.entries, this.focused);
    if (event.key === 'ArrowRight' && item?.items) this.#choose(item, this.focused);
    else if (event.key === 'ArrowLeft' && this.submenu) this.close();
    else if (event.key === 'Escape') this.close();
    else if (event.key === 'Tab') this.#finish(new Event('ll-dismiss', { bubbles: true, composed: true }));
    else if (item && (event.key === 'Enter' || event.key === ' ')) this.#choose(item, this.focused);
    else if (next !== null) this.#focusItem(next);
    else return;
    event.preventDefault();
  }

  #onChildClose(): void {
    this.expanded = -1;
  }

  #renderItem(item: MenuItem, index: number): TemplateResult {
    return renderMenuItem(item, {
      index,
      focused: this.focused === index,
      expanded: this.expanded === index,
      onChoose: () => this.#choose(item, index),
      onHover: () => this.#onHover(item, index),
    });
  }

  #renderSubmenu(): TemplateResult | typeof nothing {
    const entry = this.entries[this.expanded];
    if (!entry || entry === 'separator' || !entry.items) return nothing;
    return html`<ll-menu
      submenu
      style="--menu-width: 275px"
      .label=${entry.label}
      .entries=${entry.items}
      @ll-close=${this.#onChildClose}
      @ll-select=${this.#closeRoot}
      @ll-dismiss=${this.#closeRoot}
    ></ll-menu>`;
  }

  override render() {
    return html`
      <div
        popover="manual"
        role="menu"
        aria-label=${this.label}
        @keydown=${this.#onKeydown}
        @contextmenu=${(event: Event) => event.preventDefault()}
      >
        ${this.entries.map((entry, index) =>
          entry === 'separator' ? html`<div role="separator"></div>` : this.#renderItem(entry, index),
        )}
      </div>
      ${this.#renderSubmenu()}
    `;
  }
}
