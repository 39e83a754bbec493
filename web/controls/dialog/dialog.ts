import { LitElement, html, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { focusStyles } from '../control.styles.js';
import { styles } from './dialog.styles.js';

/**
 * A modal dialog on the platform's `<dialog>`: focus stays inside and goes back to where it was when it closes.
 * The element with `data-first` among its buttons gets the focus.
 * @fires ll-cancel On Escape. The owner decides; the dialog stays open until `open` is false.
 */
@customElement('ll-dialog')
export class LabDialog extends LitElement {
  static override styles = [focusStyles, styles];

  @property() heading = '';
  @property({ type: Boolean }) open = false;

  /** An alert interrupts: it reports a failure. */
  @property({ type: Boolean }) alert = false;

  /** What it says: paragraphs, a `dl`, a progress bar. */
  @property({ attribute: false }) content: TemplateResult | null = null;

  /** `ll-button`s, the most likely first. */
  @property({ attribute: false }) buttons: TemplateResult | null = null;

  @query('dialog') private readonly dialog!: HTMLDialogElement;

  override updated(): void {
    if (this.open && !this.dialog.open) {
      this.dialog.showModal();
      void this.#focusFirst();
    } else if (!this.open && this.dialog.open) {
      this.dialog.close();
    }
  }

  /** What was made with the dialog can take the focus only once it has drawn itself. */
  async #focusFirst(): Promise<void> {
    const first = this.dialog.querySelector<HTMLElement & Partial<LitElement>>('[data-first]');
    await first?.updateComplete;
    if (this.open) first?.focus();
  }

  #onCancel(event: Event): void {
    event.preventDefault();
    this.dispatchEvent(new Event('ll-cancel'));
  }

  #onKeydown(event: KeyboardEvent): void {
    // What is typed into a dialog is not for the window behind it. Chromium also lets a second Escape
    // close a dialog whose `cancel` was prevented, so Escape never gets that far.
    event.stopPropagation();
    if (event.key === 'Escape') this.#onCancel(event);
  }

  override render() {
    return html`
      <dialog
        role=${this.alert ? 'alertdialog' : 'dialog'}
        aria-modal="true"
        aria-labelledby="heading"
        aria-describedby="content"
        @cancel=${this.#onCancel}
        @keydown=${this.#onKeydown}
      >
        <h2 id="heading">${this.heading}</h2>
        <div id="content" class="content">${this.content}</div>
        <footer>${this.buttons}</footer>
      </dialog>
    `;
  }
}
