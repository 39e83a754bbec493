import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../../controls/button/button.js';
import '../../controls/checkbox/checkbox.js';
import type { LabCheckbox } from '../../controls/checkbox/checkbox.js';
import '../../controls/dialog/dialog.js';
import '../../controls/field/field.js';
import type { LabField } from '../../controls/field/field.js';
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

  get #field() {
    return html`<p>${text.prompt}</p>
      <ll-field
        data-first
        label=${text.open}
        .value=${this.typed}
        @input=${(event: Event) => (this.typed = (event.currentTarget as LabField).value)}
        @ll-submit=${() => void this.#run()}
      ></ll-field>
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
