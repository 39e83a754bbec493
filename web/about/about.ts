import { LitElement, html, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { version } from '../../package.json';
import { focusStyles } from '../controls/control.styles.js';
import '../controls/window/window.js';
import type { LabWindow, WindowPlace } from '../controls/window/window.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import type { Lab } from '../lab.js';
import { strings } from '../strings/index.js';
import { about as text } from './text.js';
import { formatCount } from '../task-manager/processes/format.js';
import { styles } from './about.styles.js';
import libraries from './libraries.json';

/** About: what this is, how real it is, its keys, and whose work is in it. */
@customElement('ab-about')
export class About extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) place!: WindowPlace;
  @property({ type: Boolean }) active = false;
  @property({ type: Boolean }) minimized = false;

  @query('ll-window') private readonly window!: LabWindow;

  override focus(): void {
    void this.updateComplete.then(() => this.window.focus());
  }

  get #facts(): readonly (readonly [string, string])[] {
    const { build, scenario, seed, processors, memory, computerName } = this.lab.machine;
    return [
      [text.version, version],
      [text.build, String(build)],
      [text.scenario, `${scenario}, ${text.seed(seed)}`],
      [text.computer, computerName],
      [text.processors, formatCount(processors)],
      [text.memory, `${formatCount(memory / 2 ** 20)} MB`],
    ];
  }

  #list(lines: readonly (readonly [string, string])[]): TemplateResult {
    return html`<dl>
      ${lines.map(
        ([term, value]) =>
          html`<dt>${term}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>`;
  }

  override render() {
    return html`
      <ll-window
        heading=${strings.desktop.about}
        .place=${this.place}
        .active=${this.active}
        ?hidden=${this.minimized}
      >
        <span slot="icon">${icon('about')}</span>
        <div class="content" tabindex="0" role="group" aria-label=${strings.desktop.about}>
          <p>${text.intro}</p>
          <h2>${text.machine}</h2>
          ${this.#list(this.#facts)}
          <h2>${text.real}</h2>
          <ul>
            ${text.reality.map((line) => html`<li>${line}</li>`)}
          </ul>
          <h2>${text.keys}</h2>
          ${this.#list(text.shortcuts)}
          <h2>${text.licences}</h2>
          <p>${text.licence}</p>
          ${this.#list(libraries.map(({ name, licence }) => [name, licence] as const))}
          <p><a href="./licences.txt" target="_blank" rel="noopener">${text.allLicences}</a></p>
          <p>${text.notAffiliated}</p>
        </div>
      </ll-window>
    `;
  }
}
