import { LitElement, css } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { focusStyles } from '../../controls/control.styles.js';
import { debug } from '../text.js';

/** The user moved a splitter: it would be at `percent` of what it splits. */
export class SplitEvent extends Event {
  constructor(readonly percent: number) {
    super('dbg-split');
  }
}

const STEP = 2; // percent, for a key

/**
 * A line between two parts that can be moved; a double-click or Home puts it back where it was at first.
 * @fires dbg-split
 */
@customElement('dbg-splitter')
export class Splitter extends LitElement {
  static override styles = [
    focusStyles,
    css`
      :host {
        display: block;
        background: var(--stroke-pane);
        touch-action: none;
      }

      :host([aria-orientation='vertical']) {
        cursor: col-resize;
      }

      :host([aria-orientation='horizontal']) {
        cursor: row-resize;
      }

      :host(:hover),
      :host(:focus-visible) {
        background: var(--accent);
      }

      @media (forced-colors: active) {
        :host {
          background: CanvasText;
        }

        :host(:hover),
        :host(:focus-visible) {
          background: Highlight;
        }
      }
    `,
  ];

  @property() label = '';
  /** Of the part before it, percent. */
  @property({ type: Number }) percent = 50;
  /** Where it was at first, percent. */
  @property({ type: Number }) first = 50;
  @property() orientation: 'vertical' | 'horizontal' = 'vertical';

  constructor() {
    super();
    this.addEventListener('pointerdown', this.#onPointerDown);
    this.addEventListener('keydown', this.#onKeydown);
    this.addEventListener('dblclick', this.#reset);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.role = 'separator';
    this.tabIndex = 0;
  }

  protected override willUpdate(): void {
    this.ariaLabel = this.label;
    this.title = debug.panes.resizeHint;
    this.ariaOrientation = this.orientation;
    this.setAttribute('aria-orientation', this.orientation);
    this.ariaValueNow = `${Math.round(this.percent)}`;
  }

  readonly #onPointerDown = (event: PointerEvent): void => {
    const whole = this.parentElement!.getBoundingClientRect();
    const end = new AbortController();
    this.setPointerCapture(event.pointerId);
    const move = ({ clientX, clientY }: PointerEvent) => {
      const place =
        this.orientation === 'vertical'
          ? (clientX - whole.left) / whole.width
          : (clientY - whole.top) / whole.height;
      this.dispatchEvent(new SplitEvent(place * 100));
    };
    this.addEventListener('pointermove', move, { signal: end.signal });
    for (const name of ['pointerup', 'pointercancel'] as const)
      this.addEventListener(name, () => end.abort(), { signal: end.signal });
  };

  readonly #reset = (): void => {
    this.dispatchEvent(new SplitEvent(this.first));
  };

  readonly #onKeydown = (event: KeyboardEvent): void => {
    if (event.key === 'Home') {
      event.preventDefault();
      return this.#reset();
    }
    const step = { ArrowLeft: -STEP, ArrowUp: -STEP, ArrowRight: STEP, ArrowDown: STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.dispatchEvent(new SplitEvent(this.percent + step));
  };
}
