import { LitElement, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { focusStyles } from '../control.styles.js';
import { styles } from './checkbox.styles.js';

/**
 * A native check box in Windows 11's dress.
 * @fires change After the user changed `checked`.
 */
@customElement('ll-checkbox')
export class LabCheckbox extends LitElement {
  static override styles = [focusStyles, styles];
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  @property() label = '';
  @property({ type: Boolean }) checked = false;
  @property({ type: Boolean }) disabled = false;

  /** Said after the label, for example why the box is disabled. */
  @property() hint = '';

  #onChange(event: Event): void {
    this.checked = (event.target as HTMLInputElement).checked;
    // The native event stays inside the shadow root.
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  override render() {
    return html`
      <label title=${this.hint || nothing}>
        <input
          type="checkbox"
          .checked=${this.checked}
          ?disabled=${this.disabled}
          aria-describedby=${this.hint ? 'hint' : nothing}
          @change=${this.#onChange}
        />
        <span>${this.label}</span>
      </label>
      <span id="hint" class="visually-hidden" ?hidden=${!this.hint}>${this.hint}</span>
    `;
  }
}
