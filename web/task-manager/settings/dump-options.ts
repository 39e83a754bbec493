import { LitElement, css, html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../../controls/button/button.js';
import '../../controls/checkbox/checkbox.js';
import type { LabCheckbox } from '../../controls/checkbox/checkbox.js';
import { focusStyles } from '../../controls/control.styles.js';
import { DEFAULT_DUMP_OPTIONS, type DumpOptions } from '../../storage/settings.js';
import { SettingsChangeEvent } from '../task-manager-events.js';
import { texts } from '../text.js';

const text = texts.settings;

/**
 * Live kernel memory dump options (Advanced): what a full live kernel dump holds besides kernel memory.
 * @fires ll-settings-change
 */
@customElement('tm-dump-options')
export class DumpOptionsGroup extends LitElement {
  static override styles = [
    focusStyles,
    css`
      :host {
        display: block;
      }

      fieldset {
        display: flow-root;
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }

      legend {
        padding: 0;
        margin-bottom: 8px;
        font-weight: 600;
        line-height: 20px;
      }

      ll-button {
        margin-bottom: 7px;
      }

      .nested {
        margin-left: 28px;
      }
    `,
  ];

  @property({ attribute: false }) options: DumpOptions = DEFAULT_DUMP_OPTIONS;
  @state() private announcement = '';
  @query('fieldset') private readonly fieldset!: HTMLElement;
  @query('legend') private readonly legend!: HTMLElement;

  /** Brings the group into view and gives its heading the focus. */
  show(): void {
    this.fieldset.scrollIntoView({ block: 'start' });
    this.legend.focus();
  }

  #set(options: DumpOptions): void {
    this.dispatchEvent(new SettingsChangeEvent({ dumpOptions: options }));
  }

  #onChange(option: keyof DumpOptions): (event: Event) => void {
    return (event) => {
      this.announcement = '';
      this.#set({ ...this.options, [option]: (event.target as LabCheckbox).checked });
    };
  }

  #revert(): void {
    this.#set({ ...DEFAULT_DUMP_OPTIONS });
    this.announcement = text.reverted;
  }

  override render() {
    const { abortIfMemoryPressure, hypervisorPages, nonEssentialHypervisorPages, userPages } = this.options;
    return html`
      <fieldset>
        <legend tabindex="-1">${text.dumpOptions}</legend>
        <ll-button @click=${this.#revert}>${text.revert}</ll-button>
        <ll-checkbox
          label=${text.abort}
          .checked=${abortIfMemoryPressure}
          @change=${this.#onChange('abortIfMemoryPressure')}
        ></ll-checkbox>
        <ll-checkbox
          label=${text.hypervisor}
          .checked=${hypervisorPages}
          @change=${this.#onChange('hypervisorPages')}
        ></ll-checkbox>
        <ll-checkbox
          class="nested"
          label=${text.nonessential}
          hint=${hypervisorPages ? '' : text.nonessentialHint}
          .checked=${nonEssentialHypervisorPages}
          .disabled=${!hypervisorPages}
          @change=${this.#onChange('nonEssentialHypervisorPages')}
        ></ll-checkbox>
        <ll-checkbox
          label=${text.user}
          .checked=${userPages}
          @change=${this.#onChange('userPages')}
        ></ll-checkbox>
      </fieldset>
      <p class="visually-hidden" role="status">${this.announcement}</p>
    `;
  }
}
