import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { focusStyles } from '../../controls/control.styles.js';
import { Follow } from '../../storage/store.js';
import { debug } from '../text.js';
import { CommandEvent } from '../debugger-events.js';
import { linksOf } from '../links.js';
import type { Transcript } from '../transcript.js';
import { nextAddress, type AddressPlace } from './address-cursor.js';
import { linePieces, type Piece } from './line-pieces.js';
import { LINE, styles } from './log.styles.js';
import { isTextSelected, selectedLines } from './selected-lines.js';

/** Lines beyond those in sight that are rendered, so that scrolling does not show holes. */
const MARGIN = 30;
/** A selection that goes further is copied by Select all. */
const MOST_SELECTED = 4000;

/**
 * The answers, of which only the lines in sight are in the page.
 * @fires dbg-command When a link is followed.
 */
@customElement('dbg-log')
export class DebuggerLog extends LitElement {
  static override styles = [focusStyles, styles];

  @property({ attribute: false }) transcript!: Transcript;
  /** Marked wherever it stands. */
  @property() query = '';
  /** Line of the place that was found; -1 for none. */
  @property({ type: Number }) foundLine = -1;

  @state() private isAllSelected = false;
  /** The address that the keyboard is at. */
  @state() private at: AddressPlace | null = null;
  /** Whether what comes is scrolled to. */
  #sticks = true;
  readonly #size = new ResizeObserver(() => this.requestUpdate());
  protected readonly follow = new Follow(this, () => [this.transcript]);

  override connectedCallback(): void {
    super.connectedCallback();
    this.role = 'log';
    this.ariaLive = 'off'; // the window says how much there is; thousands of lines are not for listening
    this.ariaLabel = debug.output;
    this.tabIndex = 0;
    this.#size.observe(this);
    this.addEventListener('scroll', this.#onScroll);
    this.addEventListener('keydown', this.#onKeydown);
    this.addEventListener('copy', this.#onCopy);
    this.addEventListener('pointerdown', this.#unselectAll);
    document.addEventListener('selectionchange', this.#onSelection);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
    document.removeEventListener('selectionchange', this.#onSelection);
  }

  get hasSelection(): boolean {
    return this.isAllSelected || isTextSelected(this.shadowRoot!);
  }

  /** What comes next is in sight. */
  stickToEnd(): void {
    this.#sticks = true;
    this.requestUpdate();
  }

  readonly #unselectAll = (): void => {
    this.isAllSelected = false;
  };

  readonly #onSelection = (): void => {
    // The lines at its ends must stay in the page, also when they leave the sight.
    if (isTextSelected(this.shadowRoot!)) this.requestUpdate();
  };

  readonly #onScroll = (): void => {
    this.#sticks = this.scrollTop + this.clientHeight >= this.scrollHeight - LINE;
    this.requestUpdate();
  };

  readonly #onKeydown = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey)) return;
    if (event.key === 'a') this.isAllSelected = true;
    else if (event.key === 'ArrowUp') this.#goToAddress(-1);
    else if (event.key === 'ArrowDown') this.#goToAddress(1);
    else return;
    event.preventDefault();
  };

  readonly #onCopy = (event: ClipboardEvent): void => {
    if (!this.isAllSelected) return;
    event.clipboardData?.setData('text/plain', this.transcript.whole);
    event.preventDefault();
  };

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('foundLine') && this.foundLine >= 0) this.#sticks = false;
  }

  protected override update(changed: PropertyValues<this>): void {
    super.update(changed);
    // What the log itself is about, for whoever asks about the address that is meant.
    this.dataset['address'] = this.#place?.address ?? '';
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('foundLine') && this.foundLine >= 0) this.#reveal(this.foundLine);
    else if (this.#sticks) this.scrollTop = this.scrollHeight;
  }

  /** Where the keyboard is, unless the line has gone. */
  get #place(): AddressPlace | null {
    const { at } = this;
    return at && this.transcript.text(at.line).slice(at.start, at.end) === at.address ? at : null;
  }

  #goToAddress(step: 1 | -1): void {
    this.at = nextAddress(this.transcript, this.#place, step);
    if (!this.at) return;
    this.#sticks = false;
    this.#reveal(this.at.line);
  }

  #reveal(line: number): void {
    const top = line * LINE;
    if (top < this.scrollTop || top + 2 * LINE > this.scrollTop + this.clientHeight)
      this.scrollTop = Math.max(0, top - this.clientHeight / 2);
  }

  /** The lines that are rendered. */
  #range(): { first: number; last: number } {
    const { length } = this.transcript;
    const inSight = Math.ceil(this.clientHeight / LINE);
    const top = this.#sticks ? length - inSight : Math.floor(this.scrollTop / LINE);
    let first = Math.max(0, top - MARGIN);
    let last = Math.min(length, Math.max(0, top) + inSight + MARGIN);
    const kept = this.renderRoot instanceof ShadowRoot ? selectedLines(this.renderRoot) : undefined;
    if (kept && kept.last - kept.first < MOST_SELECTED && kept.last < length) {
      first = Math.min(first, kept.first);
      last = Math.max(last, kept.last + 1);
    }
    return { first, last };
  }

  #renderPiece({ text, command, isFound, isAt }: Piece): TemplateResult | string {
    const found = isFound ? html`<mark>${text}</mark>` : text;
    const shown = isAt ? html`<span class="at">${found}</span>` : found;
    if (command === undefined) return shown;
    const follow = (event: Event) => {
      event.preventDefault();
      if (!isTextSelected(this.shadowRoot!)) this.dispatchEvent(new CommandEvent(command));
    };
    return html`<a href="#" title=${command} @click=${follow}>${shown}</a>`;
  }

  #renderLine(number: number): TemplateResult {
    const line = this.transcript.line(number);
    const at = this.#place?.line === number ? this.#place : null;
    const pieces = linePieces(line.text, linksOf(this.transcript, number), this.query, at);
    const classes = `line${line.isEcho ? ' echo' : ''}${number === this.foundLine ? ' current' : ''}`;
    const shown = pieces.map((piece) => this.#renderPiece(piece));
    // White space counts in it.
    // prettier-ignore
    return html`<div class=${classes} data-line=${number}>${shown}</div>`;
  }

  override render() {
    const { first, last } = this.#range();
    const numbers = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
    const { length } = this.transcript;
    return html`<span class="visually-hidden" role="status">${this.#place?.address}</span>
      <div
        class=${this.isAllSelected ? 'sheet all' : 'sheet'}
        style="height: ${length * LINE}px; padding-top: ${first * LINE}px"
      >
        ${
          length === 0
            ? nothing
            : repeat(
                numbers,
                (number) => number,
                (number) => this.#renderLine(number),
              )
        }
      </div>`;
  }
}
