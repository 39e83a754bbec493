import { LitElement, html, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { html as staticHtml } from 'lit/static-html.js';
import type { WindowPlace } from '../controls/window/window.js';
import type { Debugger } from '../debugger/debugger.js';
import type { Explorer } from '../explorer/explorer.js';
import type { OpenDumpEvent } from '../explorer/open-dump-event.js';
import type { Lab } from '../lab.js';
import { Follow } from '../storage/store.js';
import { strings } from '../strings/index.js';
import type { OpenLocationEvent } from '../task-manager/task-manager-events.js';
import { styles } from './desktop.styles.js';
import './taskbar.js';
import type { Taskbar, TaskbarEvent } from './taskbar.js';
import { PROGRAMS, PROGRAM_IDS, type ProgramId } from './programs.js';
import { bringToFront, close, frontOf, minimize, type WindowOrder } from './window-order.js';

/** Room that a window leaves around itself when it opens, CSS px. */
const MARGIN = 24;

/** In the middle of the desktop; all but the first program a little lower and to the right. */
function placeFor(program: ProgramId): WindowPlace {
  const room = { width: innerWidth, height: innerHeight - 48 };
  const shift = program === 'task-manager' ? 0 : MARGIN;
  const width = Math.min(PROGRAMS[program].width, room.width - 2 * MARGIN);
  const height = Math.min(PROGRAMS[program].height, room.height - 2 * MARGIN);
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
  @query('dbg-app') private readonly debugger!: Debugger | null;
  @query('ll-taskbar') private readonly taskbar!: Taskbar;
  readonly #places = Object.fromEntries(PROGRAM_IDS.map((program) => [program, placeFor(program)])) as Record<
    ProgramId,
    WindowPlace
  >;

  protected readonly follow = new Follow(this, () => [this.lab.sampler]);

  protected override firstUpdated(): void {
    void this.#arrange(this.order);
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
    const front = frontOf(order);
    if (front) await PROGRAMS[front].load();
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
    await this.#arrange(bringToFront(this.order, 'file-explorer'));
    await this.explorer?.show(folder, path);
  }

  async #onOpenDump({ path }: OpenDumpEvent): Promise<void> {
    await this.#arrange(bringToFront(this.order, 'debugger'));
    await this.debugger?.openFile(path);
  }

  #windowStyle(program: ProgramId): string {
    return `--z: ${this.order.open.indexOf(program)}`;
  }

  #renderProgram(program: ProgramId): TemplateResult {
    const { order, lab } = this;
    return staticHtml`<${PROGRAMS[program].tag}
      data-program=${program}
      style=${this.#windowStyle(program)}
      .lab=${lab}
      .place=${this.#places[program]}
      .active=${frontOf(order) === program}
      .minimized=${order.minimized.has(program)}
      @ll-window-activate=${() => this.#onActivate(program)}
      @ll-window-minimize=${() => void this.#arrange(minimize(order, program), program)}
      @ll-window-close=${() => void this.#arrange(close(order, program), program)}
    ></${PROGRAMS[program].tag}>`;
  }

  override render() {
    const { order, lab } = this;
    // In the order of the taskbar, so that raising a window does not move its element.
    const open = PROGRAM_IDS.filter((program) => order.open.includes(program));
    return html`
      <main
        aria-label=${strings.desktop.desktop}
        @ll-open-location=${this.#onOpenLocation}
        @ll-open-dump=${this.#onOpenDump}
      >
        ${repeat(
          open,
          (program) => program,
          (program) => this.#renderProgram(program),
        )}
      </main>
      <ll-taskbar
        .open=${order.open}
        .front=${frontOf(order)}
        .time=${lab.sampler.value?.time ?? 0}
        @ll-taskbar=${this.#onTaskbar}
      ></ll-taskbar>
    `;
  }
}
