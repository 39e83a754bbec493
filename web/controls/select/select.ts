import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { focusStyles } from '../control.styles.js';
import { styles } from './select.styles.js';

/**
 * A labelled native drop-down list.
 * @fires change After the user chose another `value`.
 */
@customElement('ll-select')
export class LabSelect extends LitElement {
  static override styles = [focusStyles, styles];
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  @property() label = '';
  @property() value = '';

  /** Label of each value, in the order of the list. */
  @property({ attribute: false }) options: Readonly<Record<string, string>> = {};

  #onChange(event: Event): void {
    this.value = (event.target as HTMLSelectElement).value;
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  override render() {
    return html`
      <label>
        <span>${this.label}</span>
        <select @change=${this.#onChange}>
          ${Object.entries(this.options).map(
            ([value, label]) =>
              html`<option value=${value} .selected=${value === this.value}>${label}</option>`,
          )}
        </select>
      </label>
    `;
  }
}
