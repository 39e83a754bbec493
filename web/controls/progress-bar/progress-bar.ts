import { LitElement, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { styles } from './progress-bar.styles.js';

/** How far a task is. Without a value it only says that the task runs. */
@customElement('ll-progress-bar')
export class LabProgressBar extends LitElement {
  static override styles = styles;

  @property() label = '';

  /** Percent from 0 to 100, or null while nothing can be said. */
  @property({ attribute: false }) value: number | null = null;

  override render() {
    const percent = this.value === null ? null : Math.round(Math.min(100, Math.max(0, this.value)));
    return html`
      <div
        class="track ${percent === null ? 'indeterminate' : ''}"
        role="progressbar"
        aria-label=${this.label}
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${percent ?? nothing}
      >
        <div class="value" style=${percent === null ? '' : `width: ${percent}%`}></div>
      </div>
    `;
  }
}
