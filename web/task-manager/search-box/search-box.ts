import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../../icons/icon.js';
import { iconStyles } from '../../icons/icon.styles.js';
import { strings } from '../../strings/index.js';
import { styles } from './search-box.styles.js';

/**
 * The search box in the title bar.
 * @fires input After `value` changed.
 */
@customElement('tm-search-box')
export class SearchBox extends LitElement {
  static override styles = [iconStyles, styles];

  @property() value = '';

  /** Selects what stands in it, so that typing replaces it. */
  override focus(): void {
    this.renderRoot.querySelector('input')?.select();
    this.renderRoot.querySelector('input')?.focus();
  }

  #onInput(event: Event): void {
    // Native `input` leaves the shadow root by itself; listeners then find the new value here.
    this.value = (event.target as HTMLInputElement).value;
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || this.value === '') return;
    this.value = '';
    this.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  }

  override render() {
    const label = strings.taskManager.search;
    return html`
      <label>
        ${icon('search')}
        <input
          type="search"
          aria-label=${label}
          placeholder=${label}
          title=${label}
          autocomplete="off"
          spellcheck="false"
          .value=${this.value}
          @input=${this.#onInput}
          @keydown=${this.#onKeydown}
        />
      </label>
    `;
  }
}
