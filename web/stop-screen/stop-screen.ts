import { LitElement, html, svg, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { BugCheckInfo } from '../../sim/worker/sim-api.js';
import '../controls/button/button.js';
import type { LabButton } from '../controls/button/button.js';
import { focusStyles } from '../controls/control.styles.js';
import { styles } from './stop-screen.styles.js';
import { text } from './text.js';

/** A processor, with the line of what it did until it stopped. */
const PICTURE = svg`<g fill="none" stroke="currentColor" stroke-width="3">
  <rect x="14" y="6" width="44" height="44" rx="5" />
  <path d="M24 0v6M36 0v6M48 0v6M24 50v6M36 50v6M48 50v6M8 16h6M8 28h6M8 40h6M58 16h6M58 40h6" />
  <path d="M22 28h5l4-9 6 18 4-9h55" />
  <path d="M90 22l10 12M100 22l-10 12" stroke="#ffb4ab" />
</g>`;

const hex = (value: bigint | number, digits: number) =>
  value.toString(16).toUpperCase().padStart(digits, '0');

/** What is seen after a bug check: over everything, or folded to a bar while what the machine left is looked at. */
@customElement('ll-stop-screen')
export class StopScreen extends LitElement {
  static override styles = [focusStyles, styles];

  @property({ attribute: false }) bugCheck!: BugCheckInfo;
  @state() private isFolded = false;
  @query('dialog') private readonly dialog!: HTMLDialogElement | null;
  @query('dialog [data-first]') private readonly first!: LabButton | null;

  protected override updated(): void {
    if (this.dialog?.open !== false) return;
    this.dialog.showModal();
    // It can have the focus only when it is drawn itself.
    void this.first?.updateComplete.then(() => this.first?.focus());
  }

  /** The same scenario and seed boot anew; the disk is the browser's. */
  #restart(): void {
    location.reload();
  }

  #onCancel(event: Event): void {
    event.preventDefault();
    this.isFolded = true;
  }

  #renderBar(): TemplateResult {
    return html`<div class="bar" role="region" aria-label=${text.title}>
      <span>${text.bar(this.bugCheck.name)}</span>
      <ll-button @click=${() => (this.isFolded = false)}>${text.show}</ll-button>
      <ll-button variant="accent" @click=${this.#restart}>${text.restart}</ll-button>
    </div>`;
  }

  override render() {
    if (this.isFolded) return this.#renderBar();
    const { name, code, parameters, imageName } = this.bugCheck;
    const facts = [
      [text.stopCode, `${name} (0x${hex(code, 8)})`],
      [text.process, text.processMeaning(`0x${hex(parameters[0], 16)}`)],
      ...(parameters[1] === 0n ? [[text.kind, text.kindMeaning] as const] : []),
    ] as const;
    return html`<dialog
      role="alertdialog"
      aria-labelledby="title"
      aria-describedby="said"
      @cancel=${this.#onCancel}
    >
      <div class="page">
        <svg viewBox="0 0 104 60" aria-hidden="true">${PICTURE}</svg>
        <h1 id="title">${text.title}</h1>
        <p id="said">${text.lost(imageName)}</p>
        <dl>
          ${facts.map(
            ([term, fact]) =>
              html`<dt>${term}</dt>
                <dd>${fact}</dd>`,
          )}
        </dl>
        <p>${text.noDump}</p>
        <div class="actions">
          <ll-button variant="accent" data-first @click=${this.#restart}>${text.restart}</ll-button>
          <ll-button @click=${() => (this.isFolded = true)}>${text.lookOn}</ll-button>
        </div>
      </div>
    </dialog>`;
  }
}
