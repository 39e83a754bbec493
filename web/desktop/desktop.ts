import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { WindowPlace } from '../controls/window/window.js';
import '../event-viewer/event-viewer.js';
import '../explorer/explorer.js';
import type { Explorer } from '../explorer/explorer.js';
import type { Lab } from '../lab.js';
import { Follow } from '../storage/store.js';
import { strings } from '../strings.js';
import '../task-manager/task-manager.js';
import type { OpenLocationEvent } from '../task-manager/task-manager-events.js';
import { styles } from './desktop.styles.js';
import './taskbar.js';
import type { Taskbar, TaskbarEvent } from './taskbar.js';
import { bringToFront, close, frontOf, minimize, type ProgramId, type WindowOrder } from './window-order.js';

/** Room that a window leaves around itself when it opens, and the size it would like, CSS px. */
const MARGIN = 24;
const SIZES = {
  'task-manager': { width: 1020, height: 660 },
  'file-explorer': { width: 760, height: 440 },
  'event-viewer': { width: 820, height: 480 },
};

/** In the middle of the desktop; all but the first program a little lower and to the right. */
function placeFor(program: ProgramId): WindowPlace {
  const room = { width: innerWidth, height: innerHeight - 48 };
  const shift = program === 'task-manager' ? 0 : MARGIN;
  const width = Math.min(SIZES[program].width, room.width - 2 * MARGIN);
  const height = Math.min(SIZES[program].height, room.height - 2 * MARGIN);
  return {
    left: Math.round((room.width - width) / 2) + shift,
    top: Math.round((room.height - height) / 2) + shift,
    width,
    height,
  };
}

/** The machine's desktop: windows over a wallpaper, and the taskbar. */
@customElement('ll-desktop')
export class Desktop extends LitElement {
  static override styles = styles;

  @property({ attribute: false }) lab!: Lab;
  @state() private order: WindowOrder = { open: ['task-manager'], minimized: new Set() };
  @query('fe-explorer') private readonly explorer!: Explorer | null;
  @query('ll-taskbar') private readonly taskbar!: Taskbar;
  readonly #places = {
    'task-manager': placeFor('task-manager'),
    'file-explorer': placeFor('file-explorer'),
    'event-viewer': placeFor('event-viewer'),
  };

  protected readonly follow = new Follow(this, () => [this.lab.sampler]);

  protected override firstUpdated(): void {
    this.#focusFront();
  }

  #program(id: ProgramId): HTMLElement | null {
    return this.renderRoot.querySelector(`main [data-program=${id}]`);
  }

  /** Focus goes to the window in front, else to the taskbar. */
  #focusFront(left?: ProgramId): void {
    const front = frontOf(this.order);
    if (front) this.#program(front)?.focus();
    else if (left) this.taskbar.focusProgram(left);
  }

  async #arrange(order: WindowOrder, left?: ProgramId): Promise<void> {
    this.order = order;
    await this.updateComplete;
    this.#focusFront(left);
  }

  #onActivate(program: ProgramId): void {
    this.order = bringToFront(this.order, program);
  }

  #onTaskbar({ program }: TaskbarEvent): void {
    const isFront = frontOf(this.order) === program;
    void this.#arrange(isFront ? minimize(this.order, program) : bringToFront(this.order, program), program);
  }

  async #onOpenLocation({ folder, path }: OpenLocationEvent): Promise<void> {
    this.order = bringToFront(this.order, 'file-explorer');
    await this.updateComplete;
    await this.explorer?.show(folder, path);
  }

  #windowStyle(program: ProgramId): string {
    return `--z: ${this.order.open.indexOf(program)}`;
  }

  override render() {
    const { order, lab } = this;
    const front = frontOf(order);
    const isOpen = (program: ProgramId) => order.open.includes(program);
    const events = (program: ProgramId) => ({
      activate: () => this.#onActivate(program),
      minimize: () => void this.#arrange(minimize(order, program), program),
      close: () => void this.#arrange(close(order, program), program),
    });
    const tm = events('task-manager');
    const fe = events('file-explorer');
    const ev = events('event-viewer');
    return html`
      <main aria-label=${strings.desktop.desktop}>
        ${
          isOpen('task-manager')
            ? html`<tm-app
                data-program="task-manager"
                style=${this.#windowStyle('task-manager')}
                .lab=${lab}
                .place=${this.#places['task-manager']}
                .active=${front === 'task-manager'}
                .minimized=${order.minimized.has('task-manager')}
                @ll-window-activate=${tm.activate}
                @ll-window-minimize=${tm.minimize}
                @ll-window-close=${tm.close}
                @ll-open-location=${this.#onOpenLocation}
              ></tm-app>`
            : nothing
        }
        ${
          isOpen('file-explorer')
            ? html`<fe-explorer
                data-program="file-explorer"
                style=${this.#windowStyle('file-explorer')}
                .lab=${lab}
                .place=${this.#places['file-explorer']}
                .active=${front === 'file-explorer'}
                .minimized=${order.minimized.has('file-explorer')}
                @ll-window-activate=${fe.activate}
                @ll-window-minimize=${fe.minimize}
                @ll-window-close=${fe.close}
              ></fe-explorer>`
            : nothing
        }
        ${
          isOpen('event-viewer')
            ? html`<ev-viewer
                data-program="event-viewer"
                style=${this.#windowStyle('event-viewer')}
                .lab=${lab}
                .place=${this.#places['event-viewer']}
                .active=${front === 'event-viewer'}
                .minimized=${order.minimized.has('event-viewer')}
                @ll-window-activate=${ev.activate}
                @ll-window-minimize=${ev.minimize}
                @ll-window-close=${ev.close}
              ></ev-viewer>`
            : nothing
        }
      </main>
      <ll-taskbar
        .open=${order.open}
        .front=${front}
        .time=${lab.sampler.value?.time ?? 0}
        @ll-taskbar=${this.#onTaskbar}
      ></ll-taskbar>
    `;
  }
}
