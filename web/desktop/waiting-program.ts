import { LitElement, css, html, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import '../controls/button/button.js';
import '../controls/progress-bar/progress-bar.js';
import '../controls/window/window.js';
import type { LabWindow, WindowPlace } from '../controls/window/window.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { strings } from '../strings/index.js';
import { PROGRAMS, type ProgramId } from './programs.js';

const text = strings.boot;

/**
 * The window of a program that was opened before the machine runs, or whose files do not come. The program takes its
 * place.
 * @fires ll-retry The user wants its files asked for again.
 * @fires The events of `ll-window`.
 */
@customElement('ll-waiting-program')
export class WaitingProgram extends LitElement {
  static override styles = [
    iconStyles,
    css`
      .wait {
        display: grid;
        gap: 16px;
        place-content: center;
        height: 100%;
        color: var(--text-secondary);
      }

      ll-progress-bar {
        width: 200px;
      }

      .failure {
        justify-items: center;
        padding-inline: 24px;
      }

      p {
        max-width: 44ch;
        margin: 0;
        text-align: center;
      }
    `,
  ];

  @property({ attribute: 'data-program' }) program!: ProgramId;
  @property({ attribute: false }) place!: WindowPlace;
  @property({ type: Boolean }) active = false;
  @property({ type: Boolean }) minimized = false;
  /** Its files could not be loaded. */
  @property({ type: Boolean }) failed = false;

  @query('ll-window') private readonly window!: LabWindow;

  override focus(): void {
    void this.updateComplete.then(() => this.window.focus());
  }

  get #wait(): TemplateResult {
    return html`<div class="wait">
      <ll-progress-bar label=${text.starting}></ll-progress-bar>
      <p>${text.starting}</p>
    </div>`;
  }

  get #failure(): TemplateResult {
    return html`<div class="wait failure">
      <p role="alert">${text.programFailed(PROGRAMS[this.program].title)}</p>
      <ll-button @click=${() => this.dispatchEvent(new Event('ll-retry'))}>${text.tryAgain}</ll-button>
    </div>`;
  }

  override render() {
    return html`
      <ll-window
        heading=${PROGRAMS[this.program].title}
        .place=${this.place}
        .active=${this.active}
        ?hidden=${this.minimized}
      >
        <span slot="icon">${icon(this.program)}</span>
        ${this.failed ? this.#failure : this.#wait}
      </ll-window>
    `;
  }
}
