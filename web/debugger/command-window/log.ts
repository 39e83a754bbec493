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
import type { Match } from './find.js';
import { linePieces, type Piece } from './line-pieces.js';
import { LINE, styles } from './log.styles.js';
import { textRange } from './text-range.js';
import { isTextSelected, selectedLines } from './selected-lines.js';

/** Lines beyond those in sight that are rendered, so that scrolling does not show holes. */
const MARGIN = 30;
/** What stays to see beside a place that was found, CSS px. */
const ASIDE = 24;
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
  /** The place that was found. */
  @property({
    attribute: false,
    // More output finds the same places again.
    hasChanged: (now: Match | null, before: Match | null) =>
      now?.line !== before?.line || now?.start !== before?.start,
  })
  found: Match | null = null;

  @state() private isAllSelected = false;
  /** The address that the keyboard is at. */
  @state() private at: AddressPlace | null = null;
  /** Whether the place that was found is still to be scrolled to sideways. */
  #isSought = false;
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
    if (!changed.has('found') || !this.found) return;
    this.#sticks = false;
    this.#isSought = true;
  }

  protected override update(changed: PropertyValues<this>): void {
    super.update(changed);
    // What the log itself is about, for whoever asks about the address that is meant.
    this.dataset['address'] = this.#place?.address ?? '';
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('found') && this.found) this.#reveal(this.found.line);
    else if (this.#sticks) this.scrollTop = this.scrollHeight;
    if (this.#isSought && this.found) this.#revealColumn(this.found);
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

  /** A long line is scrolled sideways as well, once it is in the page. */
  #revealColumn({ line, start }: Match): void {
    const element = this.renderRoot.querySelector(`[data-line="${line}"]`);
    if (!element) return;
    this.#isSought = false;
    const place = textRange(element, start, start + this.query.length).getBoundingClientRect();
    const { left } = this.getBoundingClientRect();
    const right = left + this.clientWidth - ASIDE;
    if (place.right > right) this.scrollLeft += place.right - right;
    else if (place.left < left + ASIDE) this.scrollLeft -= left + ASIDE - place.left;
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
    const classes = `line${line.isEcho ? ' echo' : ''}${number === this.found?.line ? ' current' : ''}`;
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
