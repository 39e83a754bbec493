import { LitElement, html, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../../icons/icon.js';
import { iconStyles } from '../../icons/icon.styles.js';
import { strings } from '../../strings/index.js';
import { focusStyles } from '../control.styles.js';
import { styles } from './window.styles.js';

/** Where a window lies in the desktop, CSS px. */
export interface WindowPlace {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * A window of the desktop. On a narrow screen it fills the screen.
 * @slot - Its content.
 * @slot icon - 16 px, in the title bar.
 * @slot titlebar - What the title bar holds beside the title.
 * @fires ll-window-activate | ll-window-minimize | ll-window-close
 */
@customElement('ll-window')
export class LabWindow extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property() heading = '';
  @property({ type: Boolean, reflect: true }) active = false;
  @property({ type: Boolean, reflect: true }) maximized = false;

  /** Where it opens; afterwards the user moves it. */
  @property({ attribute: false }) place: WindowPlace = { left: 40, top: 24, width: 640, height: 420 };

  constructor() {
    super();
    this.addEventListener('focusin', () => this.#tell('activate'));
    this.addEventListener('pointerdown', () => this.#tell('activate'));
  }

  /** The window itself is the region and takes the focus, so that the next Tab goes to its first control. */
  override connectedCallback(): void {
    super.connectedCallback();
    this.role = 'region';
    this.tabIndex = -1;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('heading')) this.ariaLabel = this.heading;
    if (!changed.has('place')) return;
    for (const [side, value] of Object.entries(this.place)) this.style.setProperty(`--${side}`, `${value}px`);
  }

  #tell(what: 'activate' | 'minimize' | 'close'): void {
    // Windows lie in the shadow roots of their programs; the desktop listens outside of these.
    this.dispatchEvent(new Event(`ll-window-${what}`, { bubbles: true, composed: true }));
  }

  #toggleMaximized(): void {
    this.maximized = !this.maximized;
  }

  #onDragStart(event: PointerEvent): void {
    const header = event.currentTarget as HTMLElement;
    const onControl = event.composedPath().some((target) => (target as Element).matches?.('button, input'));
    if (event.button !== 0 || onControl || this.maximized) return;
    const grip = { x: event.clientX - this.offsetLeft, y: event.clientY - this.offsetTop };
    const end = new AbortController();
    header.setPointerCapture(event.pointerId);
    const move = ({ clientX, clientY }: PointerEvent) => {
      // A part of the title bar always stays within reach.
      const left = Math.min(Math.max(clientX - grip.x, 80 - this.offsetWidth), innerWidth - 80);
      const top = Math.min(Math.max(clientY - grip.y, 0), innerHeight - 96);
      this.style.setProperty('--left', `${left}px`);
      this.style.setProperty('--top', `${top}px`);
    };
    header.addEventListener('pointermove', move, { signal: end.signal });
    for (const name of ['pointerup', 'pointercancel'] as const)
      header.addEventListener(name, () => end.abort(), { signal: end.signal });
  }

  override render() {
    const { minimize, maximize, restore, close } = strings.desktop;
    const sizeLabel = this.maximized ? restore : maximize;
    return html`
      <header @pointerdown=${this.#onDragStart} @dblclick=${this.#toggleMaximized}>
        <slot name="icon"></slot>
        <span class="title">${this.heading}</span>
        <div class="space"><slot name="titlebar"></slot></div>
        <div class="captions" @dblclick=${(event: Event) => event.stopPropagation()}>
          <button aria-label=${minimize} title=${minimize} @click=${() => this.#tell('minimize')}>
            ${icon('minimize')}
          </button>
          <button class="maximize" aria-label=${sizeLabel} title=${sizeLabel} @click=${this.#toggleMaximized}>
            ${icon(this.maximized ? 'restore' : 'maximize')}
          </button>
          <button class="close" aria-label=${close} title=${close} @click=${() => this.#tell('close')}>
            ${icon('close')}
          </button>
        </div>
      </header>
      <div class="body"><slot></slot></div>
    `;
  }
}
