import { LitElement, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { focusStyles } from '../controls/control.styles.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { strings } from '../strings/index.js';
import { formatDate, formatTime } from './machine-time.js';
import { PROGRAMS, PROGRAM_IDS, type ProgramId } from './programs.js';
import { styles } from './taskbar.styles.js';

/** The user pressed the button of `program`. */
export class TaskbarEvent extends Event {
  constructor(readonly program: ProgramId) {
    super('ll-taskbar');
  }
}

/**
 * The taskbar with the machine's clock.
 * @fires ll-taskbar
 */
@customElement('ll-taskbar')
export class Taskbar extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  /** Programs with a window, and the one in front. */
  @property({ attribute: false }) open: readonly ProgramId[] = [];
  @property() front: ProgramId | null = null;

  /** Machine time, milliseconds since 1970 (UTC). */
  @property({ type: Number }) time = 0;

  focusProgram(program: ProgramId): void {
    this.renderRoot.querySelector<HTMLElement>(`[data-program=${program}]`)?.focus();
  }

  override render() {
    return html`
      <nav aria-label=${strings.desktop.taskbar}>
        ${PROGRAM_IDS.map(
          (program) => html`
            <button
              data-program=${program}
              ?data-open=${this.open.includes(program)}
              aria-label=${PROGRAMS[program].title}
              aria-pressed=${String(this.front === program)}
              title=${PROGRAMS[program].title}
              @click=${() => this.dispatchEvent(new TaskbarEvent(program))}
            >
              ${icon(program)}
            </button>
          `,
        )}
        ${
          this.time
            ? html`<time datetime=${new Date(this.time).toISOString()} title=${strings.desktop.clock}>
                <span>${formatTime(this.time)}</span><span>${formatDate(this.time)}</span>
              </time>`
            : nothing
        }
      </nav>
    `;
  }
}
