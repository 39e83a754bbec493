import { LitElement, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import '../button/button.js';
import { focusStyles } from '../control.styles.js';
import { styles } from './field.styles.js';

/**
 * A labelled line of text, with a button beside it where what is typed is to be sent off.
 * @fires input After `value` changed.
 * @fires ll-submit The user pressed Enter or the button.
 */
@customElement('ll-field')
export class LabField extends LitElement {
  static override styles = [focusStyles, styles];

  @property() label = '';
  @property() value = '';
  @property() placeholder = '';
  /** What its button says; no button when left out. */
  @property() action = '';
  /** What is wrong with the value, for the user. */
  @property() problem = '';
  /** Whether addresses and the like are typed, which read best in columns. */
  @property({ type: Boolean, reflect: true }) code = false;
  @query('input') private readonly input!: HTMLInputElement;

  override focus(): void {
    this.input.focus();
  }

  #onInput(): void {
    // Native `input` leaves the shadow root by itself; listeners then find the new value here.
    this.value = this.input.value;
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    this.#submit();
  }

  #submit(): void {
    this.dispatchEvent(new Event('ll-submit'));
  }

  override render() {
    const { problem } = this;
    return html`
      <div class="line">
        <label>
          <span>${this.label}</span>
          <input
            placeholder=${this.placeholder || nothing}
            autocomplete="off"
            spellcheck="false"
            .value=${this.value}
            aria-invalid=${problem ? 'true' : 'false'}
            aria-describedby=${problem ? 'problem' : nothing}
            @input=${this.#onInput}
            @keydown=${this.#onKeydown}
          />
        </label>
        ${this.action ? html`<ll-button @click=${this.#submit}>${this.action}</ll-button>` : nothing}
      </div>
      <p id="problem" role="status" ?hidden=${!problem}>${problem}</p>
    `;
  }
}
