import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { focusStyles } from '../controls/control.styles.js';
import type { MenuEntry } from '../controls/menu/menu-entry.js';
import '../controls/menu/menu.js';
import type { LabMenu } from '../controls/menu/menu.js';
import type { Point } from '../controls/menu/menu-place.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { strings } from '../strings/index.js';
import { formatDate, formatTime } from './machine-time.js';
import { PROGRAMS, PROGRAM_IDS, type ProgramId } from './programs.js';
import './start-menu.js';
import { StartProgramEvent, type StartMenu } from './start-menu.js';
import { styles } from './taskbar.styles.js';

/** The user pressed the button of `program`. */
export class TaskbarEvent extends Event {
  constructor(readonly program: ProgramId) {
    super('ll-taskbar');
  }
}

/** What the taskbar's context menu offers. */
const COMMANDS: readonly MenuEntry[] = [{ id: 'task-manager', label: PROGRAMS['task-manager'].title }];
const MENU_WIDTH = 200;

/** The taskbar's menus are parts of its landmark, but keys and clicks in them are theirs. */
function isOfMenu(event: Event): boolean {
  return (event.target as Element).matches('ll-start-menu, ll-menu');
}

/**
 * The taskbar: Start, the programs and the machine's clock.
 * @fires ll-taskbar | ll-start-program
 */
@customElement('ll-taskbar')
export class Taskbar extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  /** Programs with a window, and the one in front. */
  @property({ attribute: false }) open: readonly ProgramId[] = [];
  @property() front: ProgramId | null = null;

  /** Machine time, milliseconds since 1970 (UTC). */
  @property({ type: Number }) time = 0;

  @state() private startIsOpen = false;
  @query('ll-start-menu') private readonly startMenu!: StartMenu;
  @query('ll-menu') private readonly menu!: LabMenu;

  #startWasOpen = false;

  focusProgram(program: ProgramId): void {
    const button = this.renderRoot.querySelector<HTMLElement>(`[data-program=${program}]`);
    (button ?? this.renderRoot.querySelector<HTMLElement>('.start'))?.focus();
  }

  #start(program: ProgramId): void {
    this.dispatchEvent(new StartProgramEvent(program));
  }

  #openMenu(origin: HTMLElement, point: Point): void {
    void this.menu.openAt(point, origin);
  }

  #onContextMenu(event: MouseEvent): void {
    if (isOfMenu(event)) return;
    event.preventDefault();
    const origin = (event.target as Element).closest('button') ?? this.#startButton;
    this.#openMenu(origin, { left: event.clientX, top: event.clientY });
  }

  #onKeydown(event: KeyboardEvent): void {
    if (isOfMenu(event)) return;
    if (event.key !== 'ContextMenu' && !(event.shiftKey && event.key === 'F10')) return;
    event.preventDefault();
    const origin = event.target as HTMLElement;
    const { left, top } = origin.getBoundingClientRect();
    this.#openMenu(origin, { left, top: top - MENU_WIDTH });
  }

  /** A press on the button has closed the open menu already, as any press outside of it does. */
  #onStart(): void {
    if (!this.#startWasOpen) this.startMenu.toggle();
    this.#startWasOpen = false;
  }

  get #startButton(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('.start')!;
  }

  override render() {
    const shown = PROGRAM_IDS.filter((id) => PROGRAMS[id].pinned !== false || this.open.includes(id));
    return html`
      <nav
        aria-label=${strings.desktop.taskbar}
        @contextmenu=${this.#onContextMenu}
        @keydown=${this.#onKeydown}
      >
        <button
          class="start"
          aria-label=${strings.desktop.start}
          aria-haspopup="menu"
          aria-expanded=${String(this.startIsOpen)}
          title=${strings.desktop.start}
          @pointerdown=${() => (this.#startWasOpen = this.startIsOpen)}
          @click=${this.#onStart}
        >
          ${icon('start')}
        </button>
        ${shown.map(
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
        <ll-start-menu
          @ll-start-program=${({ program }: StartProgramEvent) => this.#start(program)}
          @toggle=${() => (this.startIsOpen = this.startMenu.isOpen)}
          @ll-close=${() => this.#startButton.focus()}
        ></ll-start-menu>
        <ll-menu
          style="--menu-width: ${MENU_WIDTH}px"
          label=${strings.desktop.taskbarMenu}
          .entries=${COMMANDS}
          @ll-select=${() => this.#start('task-manager')}
        ></ll-menu>
      </nav>
    `;
  }
}
