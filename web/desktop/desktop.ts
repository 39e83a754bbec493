import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { html as staticHtml, literal } from 'lit/static-html.js';
import { focusStyles } from '../controls/control.styles.js';
import type { WindowPlace, WindowPlaceEvent } from '../controls/window/window.js';
import type { Debugger } from '../debugger/debugger.js';
import { takeDrop, type Drop } from '../debugger/drop.js';
import type { Explorer } from '../explorer/explorer.js';
import type { OpenDumpEvent } from '../explorer/open-dump-event.js';
import type { Lab } from '../lab.js';
import type { SettingsStore } from '../storage/settings.js';
import { Follow } from '../storage/store.js';
import { strings } from '../strings/index.js';
import type { OpenLocationEvent } from '../task-manager/task-manager-events.js';
import { styles } from './desktop.styles.js';
import type { StartProgramEvent } from './start-menu.js';
import './taskbar.js';
import type { Taskbar, TaskbarEvent } from './taskbar.js';
import { PROGRAMS, PROGRAM_IDS, type ProgramId } from './programs.js';
import './waiting-program.js';
import { bringToFront, close, frontOf, minimize, nextWindow, type WindowOrder } from './window-order.js';
import { WindowPlaces } from './window-places.js';

/** Below this width there is room for one window at a time. */
const NARROW = matchMedia('(max-width: 699px)');

const WAITING = literal`ll-waiting-program`;

function firstOrder(): WindowOrder {
  const order: WindowOrder = { open: ['task-manager'], minimized: new Set() };
  // A machine that was started for a lab has its tasks beside it.
  return new URLSearchParams(location.search).has('lab') ? bringToFront(order, 'labs') : order;
}

/**
 * The machine's desktop: windows over a wallpaper, and the taskbar. It can be used before the machine runs; programs that
 * are opened until then wait for it.
 */
@customElement('ll-desktop')
export class Desktop extends LitElement {
  static override styles = [focusStyles, styles];

  @property({ attribute: false }) settings!: SettingsStore;
  /** Null until the machine runs. */
  @property({ attribute: false }) lab: Lab | null = null;
  @state() private order = firstOrder();
  /** Programs that have been loaded, which begins when the machine runs. */
  @state() private loaded: ReadonlySet<ProgramId> = new Set();
  /** Programs whose files did not come when they were last asked for. */
  @state() private failed: ReadonlySet<ProgramId> = new Set();
  @query('fe-explorer') private readonly explorer!: Explorer | null;
  @query('dbg-app') private readonly debugger!: Debugger | null;
  @query('ll-taskbar') private readonly taskbar!: Taskbar;
  readonly #places = new WindowPlaces();
  /** Files that were dropped beside all windows, for the debugger. */
  #drop: Drop | null = null;

  protected readonly followSettings = new Follow(this, () => [this.settings]);
  protected followMachine: Follow | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#onKeydown);
    addEventListener('dragover', this.#onDragOver);
    addEventListener('drop', this.#onDrop);
    NARROW.addEventListener('change', this.#onNarrow);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKeydown);
    removeEventListener('dragover', this.#onDragOver);
    removeEventListener('drop', this.#onDrop);
    NARROW.removeEventListener('change', this.#onNarrow);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { lab } = this;
    if (!lab || !changed.has('lab')) return;
    this.followMachine = new Follow(this, () => [lab.sampler, lab.bugCheck]);
    for (const program of this.order.open) void this.#load(program);
  }

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

  /** Loads a program. When its window waited for it with the focus, it gets that; files that do not come it tells of. */
  async #load(program: ProgramId): Promise<void> {
    if (this.loaded.has(program)) return;
    try {
      await PROGRAMS[program].load();
    } catch (error) {
      console.warn(error);
      this.failed = new Set([...this.failed, program]);
      return;
    }
    const hadFocus = this.#program(program)?.matches(':focus-within');
    this.loaded = new Set([...this.loaded, program]);
    await this.updateComplete;
    if (hadFocus) this.#program(program)?.focus();
    if (program === 'debugger') await this.#giveDrop();
  }

  async #arrange(order: WindowOrder, left?: ProgramId): Promise<void> {
    const front = frontOf(order);
    if (front && this.lab) await this.#load(front);
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

  #start(program: ProgramId): void {
    void this.#arrange(bringToFront(this.order, program), program);
  }

  readonly #onNarrow = (): void => this.requestUpdate();

  readonly #onKeydown = (event: KeyboardEvent): void => {
    const opensTaskManager = event.key === 'Escape' && event.ctrlKey && event.shiftKey;
    const next = event.key === 'F6' && event.altKey ? nextWindow(this.order) : null;
    const program = opensTaskManager ? 'task-manager' : next;
    if (!program) return;
    event.preventDefault();
    this.#start(program);
  };

  async #onOpenLocation({ folder, path }: OpenLocationEvent): Promise<void> {
    await this.#arrange(bringToFront(this.order, 'file-explorer'));
    await this.explorer?.show(folder, path);
  }

  async #onOpenDump({ path }: OpenDumpEvent): Promise<void> {
    await this.#arrange(bringToFront(this.order, 'debugger'));
    await this.debugger?.openFile(path);
  }

  /** Files that no window has taken: without this the browser would leave the page for them. */
  readonly #onDragOver = (event: DragEvent): void => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  };

  readonly #onDrop = (event: DragEvent): void => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.#drop = takeDrop(event.dataTransfer);
    void this.#arrange(bringToFront(this.order, 'debugger')).then(() => this.#giveDrop());
  };

  /** The debugger opens what was dropped, as soon as it is there. */
  async #giveDrop(): Promise<void> {
    const drop = this.#drop;
    if (!drop || !this.loaded.has('debugger') || !this.debugger) return;
    this.#drop = null;
    await this.debugger.takeDrop(drop);
  }

  #onRetry(program: ProgramId): void {
    this.failed = new Set([...this.failed].filter((other) => other !== program));
    void this.#load(program);
  }

  #onPlace(program: ProgramId, place: WindowPlace): void {
    this.#places.set(program, place);
    this.requestUpdate();
  }

  #windowStyle(program: ProgramId): string {
    const { open } = this.order;
    const isOverAll = program === 'task-manager' && this.settings.value.alwaysOnTop;
    return `--z: ${isOverAll ? open.length : open.indexOf(program)}`;
  }

  /** Programs that the taskbar shows as open. */
  get #shownAsOpen(): ProgramId[] {
    const { open, minimized } = this.order;
    const { hideWhenMinimized } = this.settings.value;
    return open.filter((id) => !(hideWhenMinimized && id === 'task-manager' && minimized.has(id)));
  }

  /** Over everything once the machine has stopped; loaded then. */
  #renderStopScreen(): TemplateResult | typeof nothing {
    const bugCheck = this.lab?.bugCheck.value;
    if (!bugCheck) return nothing;
    void import('../stop-screen/stop-screen.js');
    return html`<ll-stop-screen .bugCheck=${bugCheck}></ll-stop-screen>`;
  }

  #renderProgram(program: ProgramId): TemplateResult {
    const { order, lab } = this;
    const tag = this.loaded.has(program) ? PROGRAMS[program].tag : WAITING;
    return staticHtml`<${tag}
      data-program=${program}
      ?inert=${program === 'task-manager' && !!lab?.bugCheck.value}
      style=${this.#windowStyle(program)}
      .lab=${lab}
      .place=${this.#places.of(program)}
      .active=${frontOf(order) === program}
      .failed=${this.failed.has(program)}
      .minimized=${order.minimized.has(program) || (NARROW.matches && frontOf(order) !== program)}
      @ll-retry=${() => this.#onRetry(program)}
      @ll-window-activate=${() => this.#onActivate(program)}
      @ll-window-place=${({ place }: WindowPlaceEvent) => this.#onPlace(program, place)}
      @ll-window-minimize=${() => void this.#arrange(minimize(order, program), program)}
      @ll-window-close=${() => void this.#arrange(close(order, program), program)}
    ></${tag}>`;
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
        <h1 class="visually-hidden">${strings.desktop.desktop}</h1>
        ${repeat(
          open,
          (program) => program,
          (program) => this.#renderProgram(program),
        )}
      </main>
      <ll-taskbar
        .open=${this.#shownAsOpen}
        .front=${frontOf(order)}
        .time=${lab?.sampler.value?.time ?? 0}
        @ll-taskbar=${this.#onTaskbar}
        @ll-start-program=${({ program }: StartProgramEvent) => this.#start(program)}
      ></ll-taskbar>
      ${this.#renderStopScreen()}
    `;
  }
}
