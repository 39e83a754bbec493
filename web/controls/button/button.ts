import { LitElement, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { iconStyles } from '../../icons/icon.styles.js';
import { focusStyles } from '../control.styles.js';
import { styles } from './button.styles.js';

/**
 * A push button. Its label is its content.
 * @fires click Not while it is disabled.
 */
@customElement('ll-button')
export class LabButton extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  @property({ reflect: true }) variant: 'standard' | 'accent' | 'subtle' = 'standard';

  /** Why it cannot be used now. It stays focusable, so that everyone can learn the reason. */
  @property({ attribute: 'disabled-reason' }) disabledReason = '';

  /** Name for a button whose content is only an icon. */
  @property() label = '';

  /** Set on a button that opens a menu. */
  @property({ attribute: 'menu-open', type: Boolean }) menuOpen?: boolean;

  #onClick(event: Event): void {
    if (this.disabledReason) event.stopImmediatePropagation();
  }

  override render() {
    const reason = this.disabledReason || nothing;
    return html`
      <button
        type="button"
        aria-label=${this.label || nothing}
        aria-disabled=${this.disabledReason ? 'true' : nothing}
        aria-description=${reason}
        aria-haspopup=${this.menuOpen === undefined ? nothing : 'menu'}
        aria-expanded=${this.menuOpen === undefined ? nothing : String(this.menuOpen)}
        title=${this.disabledReason || this.label || nothing}
        @click=${this.#onClick}
      >
        <slot></slot>
      </button>
    `;
  }
}
