import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../../controls/button/button.js';
import '../../controls/checkbox/checkbox.js';
import type { LabCheckbox } from '../../controls/checkbox/checkbox.js';
import '../../controls/dialog/dialog.js';
import type { Lab } from '../../lab.js';
import { texts } from '../text.js';

const { runTask: text } = texts;

/**
 * *Create new task*: what is typed is run on the machine. What Windows cannot find, and what there is no memory for, is
 * said in the same dialog.
 * @fires ll-close The dialog is to be closed.
 */
@customElement('tm-run-dialog')
export class RunDialog extends LitElement {
  static override styles = css`
    label {
      display: flex;
      align-items: center;
      gap: 12px;
      margin-block: 12px;
    }

    input {
      flex: 1;
      box-sizing: border-box;
      min-width: 0;
      height: 32px;
      padding-inline: 10px;
      border: 1px solid var(--stroke-search);
      border-bottom-color: var(--stroke-strong);
      border-radius: var(--radius-control);
      background: var(--surface-search);
      color: var(--text);
      font: inherit;
    }
  `;

  @property({ attribute: false }) lab!: Lab;
  @property({ type: Boolean }) open = false;
  @state() private typed = '';
  @state() private administrator = false;
  @state() private failure = '';

  get #mayElevate(): boolean {
    return this.lab.settings.value.runAs === 'administrator';
  }

  #close(): void {
    this.failure = '';
    this.dispatchEvent(new Event('ll-close'));
  }

  async #run(): Promise<void> {
    const typed = this.typed.trim();
    if (typed === '') return;
    const result = await this.lab.processes.run(typed, this.administrator && this.#mayElevate);
    if (result === 'done') {
      this.typed = '';
      this.#close();
    } else this.failure = result === 'unknown' ? text.unknown(typed) : text.noMemory(typed);
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    void this.#run();
  }

  get #field() {
    return html`<p>${text.prompt}</p>
      <label class="open-field"
        ><span>${text.open}</span
        ><input
          data-first
          spellcheck="false"
          autocomplete="off"
          .value=${this.typed}
          @input=${(event: Event) => (this.typed = (event.target as HTMLInputElement).value)}
          @keydown=${(event: KeyboardEvent) => this.#onKeydown(event)}
      /></label>
      <ll-checkbox
        label=${text.administrator}
        hint=${this.#mayElevate ? '' : text.notAdministrator}
        ?disabled=${!this.#mayElevate}
        .checked=${this.administrator && this.#mayElevate}
        @change=${(event: Event) => (this.administrator = (event.target as LabCheckbox).checked)}
      ></ll-checkbox>`;
  }

  override render() {
    const isTelling = this.failure !== '';
    return html`<ll-dialog
      heading=${isTelling ? text.failed : text.title}
      ?alert=${isTelling}
      .open=${this.open}
      .content=${!this.open ? html`${nothing}` : isTelling ? html`<p>${this.failure}</p>` : this.#field}
      .buttons=${
        isTelling
          ? html`<ll-button data-first @click=${() => (this.failure = '')}>${text.ok}</ll-button>`
          : html`<ll-button
                disabled-reason=${this.typed.trim() === '' ? text.typeFirst : ''}
                @click=${() => void this.#run()}
                >${text.ok}</ll-button
              >
              <ll-button @click=${() => this.#close()}>${text.cancel}</ll-button>`
      }
      @ll-cancel=${() => (isTelling ? (this.failure = '') : this.#close())}
    ></ll-dialog>`;
  }
}
