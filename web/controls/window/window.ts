import { LitElement, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { icon } from '../../icons/icon.js';
import { iconStyles } from '../../icons/icon.styles.js';
import { strings } from '../../strings/index.js';
import { focusStyles } from '../control.styles.js';
import { followPointer } from './follow-pointer.js';
import {
  EDGES,
  desktopRoom,
  moved,
  resized,
  snapAt,
  snapByKey,
  within,
  type Edge,
  type Snap,
  type WindowPlace,
} from './window-place.js';
import { styles } from './window.styles.js';

export type { WindowPlace };

/** The user moved, resized or snapped the window to `place`. */
export class WindowPlaceEvent extends Event {
  constructor(readonly place: WindowPlace) {
    super('ll-window-place', { bubbles: true, composed: true });
  }
}

/** How far one press of an arrow key moves or resizes, CSS px. */
const STEP = 16;
/** A press that moves less is no drag. */
const DRAG_BEGINS = 3;
const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/**
 * A window of the desktop. On a narrow screen it fills the screen.
 * @slot - Its content.
 * @slot icon - 16 px, in the title bar.
 * @slot titlebar - What the title bar holds beside the title.
 * @fires ll-window-activate | ll-window-minimize | ll-window-close
 * @fires ll-window-place See `WindowPlaceEvent`.
 */
@customElement('ll-window')
export class LabWindow extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property() heading = '';
  @property({ type: Boolean, reflect: true }) active = false;

  /** Where it lies; the user changes it. */
  @property({ attribute: false }) place: WindowPlace = { left: 40, top: 24, width: 640, height: 420 };

  @query('.frame') private readonly frame!: HTMLElement;

  /** What it would fill if it were let go now. */
  @state() private preview: Snap | undefined;
  /** Where the pointer has brought it so far, whatever its program says meanwhile. */
  @state() private dragged: WindowPlace | null = null;

  constructor() {
    super();
    this.addEventListener('focusin', () => this.#tell('activate'));
    this.addEventListener('pointerdown', () => this.#tell('activate'));
    this.addEventListener('keydown', this.#onKeydown);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.role = 'region';
    addEventListener('resize', this.#onDesktopResize);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('resize', this.#onDesktopResize);
  }

  /**
   * The next Tab goes to the first control. What has the focus is within the window: Tab passes over elements that
   * cannot be tabbed to with all that is in their shadow roots.
   */
  override focus(): void {
    void this.updateComplete.then(() => this.frame.focus());
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('heading')) this.ariaLabel = this.heading;
    if (!changed.has('place') && !changed.has('dragged')) return;
    const { snap, ...sides } = this.dragged ?? this.place;
    for (const [side, value] of Object.entries(sides)) this.style.setProperty(`--${side}`, `${value}px`);
    if (snap) this.dataset.snap = snap;
    else delete this.dataset.snap;
  }

  #tell(what: 'activate' | 'minimize' | 'close'): void {
    // Windows lie in the shadow roots of their programs; the desktop listens outside of these.
    this.dispatchEvent(new Event(`ll-window-${what}`, { bubbles: true, composed: true }));
  }

  #goTo(place: WindowPlace): void {
    this.place = place;
    this.dispatchEvent(new WindowPlaceEvent(place));
  }

  #toggleMaximized(): void {
    const isMaximized = this.place.snap === 'maximized';
    this.#goTo({ ...this.place, snap: isMaximized ? undefined : 'maximized' });
  }

  readonly #onDesktopResize = (): void => {
    this.place = within(this.place, desktopRoom());
  };

  /** Alt and an arrow snaps; with Shift it moves, with Ctrl it resizes. */
  #onKeydown(event: KeyboardEvent): void {
    const way = ARROWS[event.key];
    const isInField = (event.composedPath()[0] as Element).matches('input, select, textarea');
    if (!way || !event.altKey || event.metaKey || isInField) return;
    event.preventDefault();
    const target = snapByKey(this.place.snap, event.key);
    if (event.shiftKey) this.#goTo(moved(this.#shown(), ...way, desktopRoom()));
    else if (event.ctrlKey) this.#goTo(resized(this.#shown(), 'se', ...way, desktopRoom()));
    else if (target === 'minimized') this.#tell('minimize');
    else if (target) this.#goTo({ ...this.place, snap: target === 'free' ? undefined : target });
  }

  /** Where it is on the screen, also while it is snapped. */
  #shown(): WindowPlace {
    const { left, top, width, height } = this.getBoundingClientRect();
    return { left, top, width, height };
  }

  #onMoveStart(event: PointerEvent): void {
    const onControl = event.composedPath().some((target) => (target as Element).matches?.('button, input'));
    if (event.button !== 0 || onControl || this.#fillsScreen) return;
    const shown = this.#shown();
    const { width, height } = this.place;
    // A snapped window takes its own size again, under the pointer.
    const part = (event.clientX - shown.left) / shown.width;
    const start = this.place.snap
      ? { left: event.clientX - part * width, top: shown.top, width, height }
      : this.place;
    let hasMoved = false;
    followPointer(event, {
      move: (x, y, { clientX, clientY }) => {
        hasMoved ||= Math.hypot(x, y) >= DRAG_BEGINS;
        if (!hasMoved) return;
        this.dragged = moved(start, x, y, desktopRoom());
        this.preview = snapAt(clientX, clientY, desktopRoom());
      },
      end: () => {
        const snap = this.preview;
        const place = this.dragged;
        this.preview = undefined;
        this.dragged = null;
        if (place) this.#goTo({ ...(snap ? { ...start, snap: undefined } : place), snap });
      },
    });
  }

  #onResizeStart(event: PointerEvent, edge: Edge): void {
    if (event.button !== 0) return;
    event.preventDefault();
    const start = this.#shown();
    followPointer(event, {
      move: (x, y) => (this.dragged = resized(start, edge, x, y, desktopRoom())),
      end: () => {
        const place = this.dragged;
        this.dragged = null;
        if (place) this.#goTo(place);
      },
    });
  }

  get #fillsScreen(): boolean {
    return matchMedia('(max-width: 699px)').matches;
  }

  override render() {
    const { minimize, maximize, restore, close, windowKeys } = strings.desktop;
    const isMaximized = this.place.snap === 'maximized';
    const sizeLabel = isMaximized ? restore : maximize;
    return html`
      ${this.preview ? html`<div class="preview" data-snap=${this.preview}></div>` : nothing}
      <div class="frame" tabindex="-1">
        <header @pointerdown=${this.#onMoveStart} @dblclick=${this.#toggleMaximized}>
          <slot name="icon"></slot>
          <span class="title" title=${windowKeys}>${this.heading}</span>
          <div class="space"><slot name="titlebar"></slot></div>
          <div class="captions" @dblclick=${(event: Event) => event.stopPropagation()}>
            <button aria-label=${minimize} title=${minimize} @click=${() => this.#tell('minimize')}>
              ${icon('minimize')}
            </button>
            <button
              class="maximize"
              aria-label=${sizeLabel}
              title=${sizeLabel}
              @click=${this.#toggleMaximized}
            >
              ${icon(isMaximized ? 'restore' : 'maximize')}
            </button>
            <button class="close" aria-label=${close} title=${close} @click=${() => this.#tell('close')}>
              ${icon('close')}
            </button>
          </div>
        </header>
        <div class="body"><slot></slot></div>
      </div>
      ${EDGES.map(
        (edge) =>
          html`<div
            class="edge"
            data-edge=${edge}
            @pointerdown=${(event: PointerEvent) => this.#onResizeStart(event, edge)}
          ></div>`,
      )}
    `;
  }
}
