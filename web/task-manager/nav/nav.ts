import { LitElement, html, nothing, type TemplateResult } from 'lit';
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

/**
 * Task Manager's navigation: a rail of icons, with labels when expanded.
 * @fires ll-navigate
 */
@customElement('tm-nav')
export class Nav extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property() page: PageId | null = null;
  @property({ type: Boolean, reflect: true }) expanded = false;

  #go(page: PageId): void {
    // Where the labels lie over the page they have done their work.
    if (matchMedia('(max-width: 699px)').matches) this.expanded = false;
    this.dispatchEvent(new NavigateEvent(page));
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
      <nav aria-label=${title}>
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
