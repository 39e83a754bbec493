import { LitElement, html, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../controls/button/button.js';
import { focusStyles } from '../controls/control.styles.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { styles } from './address-bar.styles.js';
import { titleOf } from './file-format.js';
import { foldersTo } from './path.js';
import { text } from './text.js';

/** The user wants to go: back, forward, up, to read the folder again, or to `path`. */
export class TravelEvent extends Event {
  constructor(
    readonly where: 'back' | 'forward' | 'up' | 'refresh' | 'path',
    readonly path = '',
  ) {
    super('ll-travel');
  }
}

/**
 * Where File Explorer is, and the ways from there.
 * @fires ll-travel
 */
@customElement('fe-address-bar')
export class AddressBar extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property() folder = '';
  @property({ type: Boolean }) canGoBack = false;
  @property({ type: Boolean }) canGoForward = false;
  @property({ type: Boolean }) canGoUp = false;

  /** Whether the path is being typed. */
  @state() private isTyping = false;
  @query('ol') private readonly crumbs!: HTMLElement | null;
  @query('input') private readonly field!: HTMLInputElement | null;

  /** Shows the path as text that can be changed and copied. */
  async type(): Promise<void> {
    this.isTyping = true;
    await this.updateComplete;
    this.field?.focus();
    this.field?.select();
  }

  /** Room for the way comes and goes with the window and with the buttons beside it. */
  readonly #size = new ResizeObserver(() => this.#showEnd());

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  protected override updated(): void {
    if (this.crumbs) this.#size.observe(this.crumbs);
    this.#showEnd();
  }

  /** The end of a long way is what tells where one is. */
  #showEnd(): void {
    if (this.crumbs) this.crumbs.scrollLeft = this.crumbs.scrollWidth;
  }

  #onKeydown(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    const path = this.field?.value ?? '';
    this.isTyping = false;
    if (event.key === 'Enter') this.dispatchEvent(new TravelEvent('path', path));
    else void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.blank')?.focus());
  }

  #button(where: 'back' | 'forward' | 'up' | 'refresh', picture: string, can: boolean): TemplateResult {
    return html`<ll-button
      variant="subtle"
      class=${where}
      label=${text[where]}
      disabled-reason=${can ? '' : text.nowhere[where]}
      @click=${() => can && this.dispatchEvent(new TravelEvent(where))}
      >${icon(picture)}</ll-button
    >`;
  }

  #renderCrumbs(): TemplateResult {
    const folders = foldersTo(this.folder);
    return html`<nav class="address" aria-label=${text.address}>
      <ol>
        ${folders.map(
          (folder, index) =>
            html`<li>
              ${index > 0 ? icon('chevron-right') : ''}
              <button
                aria-current=${folder === this.folder ? 'page' : 'false'}
                @click=${() => this.dispatchEvent(new TravelEvent('path', folder))}
              >
                ${titleOf(folder)}
              </button>
            </li>`,
        )}
      </ol>
      <button
        class="blank"
        aria-label=${text.typeAddress}
        title=${text.typeAddress}
        @click=${this.type}
      ></button>
    </nav>`;
  }

  override render() {
    return html`
      ${this.#button('back', 'back', this.canGoBack)} ${this.#button('forward', 'forward', this.canGoForward)}
      ${this.#button('up', 'up', this.canGoUp)} ${this.#button('refresh', 'restart-service', true)}
      ${
        this.isTyping
          ? html`<input
              class="address"
              aria-label=${text.address}
              spellcheck="false"
              .value=${this.folder}
              @keydown=${this.#onKeydown}
              @blur=${() => (this.isTyping = false)}
            />`
          : this.#renderCrumbs()
      }
    `;
  }
}
