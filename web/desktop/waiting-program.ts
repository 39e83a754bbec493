import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import '../controls/progress-bar/progress-bar.js';
import '../controls/window/window.js';
import type { LabWindow, WindowPlace } from '../controls/window/window.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { strings } from '../strings/index.js';
import { PROGRAMS, type ProgramId } from './programs.js';

const text = strings.boot;

/**
 * The window of a program that was opened before the machine runs. The program takes its place.
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

      p {
        margin: 0;
        text-align: center;
      }
    `,
  ];

  @property({ attribute: 'data-program' }) program!: ProgramId;
  @property({ attribute: false }) place!: WindowPlace;
  @property({ type: Boolean }) active = false;
  @property({ type: Boolean }) minimized = false;

  @query('ll-window') private readonly window!: LabWindow;

  override focus(): void {
    void this.updateComplete.then(() => this.window.focus());
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
        <div class="wait">
          <ll-progress-bar label=${text.starting}></ll-progress-bar>
          <p>${text.starting}</p>
        </div>
      </ll-window>
    `;
  }
}
