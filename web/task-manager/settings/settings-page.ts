import { LitElement, css, html, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import '../../controls/checkbox/checkbox.js';
import type { LabCheckbox } from '../../controls/checkbox/checkbox.js';
import '../../controls/select/select.js';
import type { LabSelect } from '../../controls/select/select.js';
import type { Lab } from '../../lab.js';
import type { RunAs, Settings, StartPage, Theme, UpdateSpeed } from '../../storage/settings.js';
import { Follow } from '../../storage/store.js';
import { strings } from '../../strings/index.js';
import '../command-bar/command-bar.js';
import { SettingsChangeEvent } from '../task-manager-events.js';
import { texts } from '../text.js';
import './dump-options.js';
import type { DumpOptionsGroup } from './dump-options.js';

const text = texts.settings;
const START_PAGES = Object.fromEntries(
  Object.entries(strings.taskManager.pages).filter(([id]) => id !== 'settings'),
);
type Choice =
  | 'alwaysOnTop'
  | 'hideWhenMinimized'
  | 'showFullAccountName'
  | 'showHistoryForAllProcesses'
  | 'askBeforeEfficiencyMode';

/**
 * The Settings page.
 * @fires ll-settings-change
 */
@customElement('tm-settings-page')
export class SettingsPage extends LitElement {
  static override styles = css`
    :host {
      display: flex;
      flex-direction: column;
      height: 100%;
    }

    .content {
      /* What is visually hidden in it scrolls with it. */
      position: relative;
      flex: 1;
      min-height: 0;
      padding: 16px;
      overflow: auto;
    }

    h2 {
      margin: 0 0 12px;
      font-size: 14px;
      font-weight: 600;
    }

    ll-select {
      margin-bottom: 16px;
    }

    ll-checkbox + h2,
    ll-select + h2 {
      margin-top: 28px;
    }

    tm-dump-options {
      margin-top: 28px;
    }
  `;

  @property({ attribute: false }) lab!: Lab;
  @query('tm-dump-options') private readonly dumpOptions!: DumpOptionsGroup;

  protected readonly follow = new Follow(this, () => [this.lab.settings]);

  /** Brings the live kernel dump options into view and gives them the focus. */
  async showDumpOptions(): Promise<void> {
    await this.updateComplete;
    this.dumpOptions.show();
  }

  #change(change: Partial<Settings>): void {
    this.dispatchEvent(new SettingsChangeEvent(change));
  }

  #onStartPage(event: Event): void {
    this.#change({ startPage: (event.target as LabSelect).value as StartPage });
  }

  #onSpeed(event: Event): void {
    this.#change({ updateSpeed: (event.target as LabSelect).value as UpdateSpeed });
  }

  #onTheme(event: Event): void {
    this.#change({ theme: (event.target as LabSelect).value as Theme });
  }

  #onRunAs(event: Event): void {
    this.#change({ runAs: (event.target as LabSelect).value as RunAs });
  }

  #box(choice: Choice): TemplateResult {
    return html`<ll-checkbox
      label=${text[choice]}
      .checked=${this.lab.settings.value[choice]}
      @change=${(event: Event) => this.#change({ [choice]: (event.target as LabCheckbox).checked })}
    ></ll-checkbox>`;
  }

  /** Texts are read as modules are loaded, so the page starts again; the machine boots to the same bytes. */
  async #onLanguage(event: Event): Promise<void> {
    const language = (event.target as LabSelect).value as Settings['language'];
    await this.lab.settings.change({ language });
    location.reload();
  }

  override render() {
    const { startPage, updateSpeed, theme, runAs, language, dumpOptions } = this.lab.settings.value;
    return html`
      <tm-command-bar heading=${strings.taskManager.pages.settings}></tm-command-bar>
      <div class="content">
        <h2>${text.general}</h2>
        <ll-select
          label=${text.startPage}
          .options=${START_PAGES}
          .value=${startPage}
          @change=${this.#onStartPage}
        ></ll-select>
        <ll-select
          label=${text.updateSpeed}
          .options=${text.speeds}
          .value=${updateSpeed}
          @change=${this.#onSpeed}
        ></ll-select>
        <ll-select
          label=${text.theme}
          .options=${text.themes}
          .value=${theme}
          @change=${this.#onTheme}
        ></ll-select>
        <ll-select
          label=${text.runAs}
          .options=${text.runAsWhom}
          .value=${runAs}
          @change=${this.#onRunAs}
        ></ll-select>
        <ll-select
          label=${text.language}
          .options=${text.languages}
          .value=${language}
          @change=${this.#onLanguage}
        ></ll-select>
        <h2>${text.windowManagement}</h2>
        ${this.#box('alwaysOnTop')}${this.#box('hideWhenMinimized')}
        <h2>${text.otherOptions}</h2>
        ${this.#box('showFullAccountName')}${this.#box('showHistoryForAllProcesses')}
        ${this.#box('askBeforeEfficiencyMode')}
        <tm-dump-options .options=${dumpOptions}></tm-dump-options>
      </div>
    `;
  }
}
