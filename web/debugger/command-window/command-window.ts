import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { Follow } from '../../storage/store.js';
import { debug as text } from '../text.js';
import type { DebuggerSession } from '../debugger-session.js';
import type { CommandHistory } from '../history.js';
import { FindEvent, type FindBar } from './find-bar.js';
import { findMatches, type Match } from './find.js';
import './log.js';
import type { DebuggerLog } from './log.js';
import './prompt.js';
import type { DebuggerPrompt } from './prompt.js';

/** WinDbg's Command window: answers, and a line to ask in. */
@customElement('dbg-command-window')
export class CommandWindow extends LitElement {
  static override styles = css`
    :host {
      display: flex;
      flex-direction: column;
      min-width: 0;
      min-height: 0;
    }

    :host([hidden]) {
      display: none;
    }

    dbg-log {
      flex: 1;
    }
  `;

  @property({ attribute: false }) session!: DebuggerSession;
  @property({ attribute: false }) history!: CommandHistory;
  @state() private query: string | null = null;
  @state() private place = 0;
  @query('dbg-log') private readonly log!: DebuggerLog;
  @query('dbg-prompt') private readonly prompt!: DebuggerPrompt;
  @query('dbg-find-bar') private readonly findBar!: FindBar | null;
  #matches: Match[] = [];
  /** What the matches were found in. */
  #searched = { query: '', version: -1 };

  protected readonly follow = new Follow(this, () => [this.session, this.session.transcript]);

  override connectedCallback(): void {
    super.connectedCallback();
    this.role = 'region';
    this.ariaLabel = text.commandWindow;
  }

  override focus(): void {
    void this.updateComplete.then(() => this.prompt.focus());
  }

  get hasSelection(): boolean {
    return this.log.hasSelection || this.prompt.hasSelection;
  }

  /** Opens the find bar. */
  find(): void {
    this.query ??= '';
    void this.updateComplete.then(() => this.findBar?.focus());
  }

  /** F3: the next place, or the one before; asks what to look for when nothing was. */
  findNext(step: 1 | -1): void {
    if (this.query) this.#onFind(new FindEvent(this.query, step));
    else this.find();
  }

  /** What was asked for is shown, wherever the output was scrolled to. */
  showEnd(): void {
    this.log.stickToEnd();
  }

  protected override willUpdate(): void {
    const query = this.query ?? '';
    const version = this.session.transcript.value;
    if (query === this.#searched.query && version === this.#searched.version) return;
    if (query !== this.#searched.query) this.place = 0;
    this.#searched = { query, version };
    this.#matches = findMatches(this.session.transcript, query);
    this.place = Math.min(this.place, Math.max(0, this.#matches.length - 1));
  }

  #onFind({ query, step }: FindEvent): void {
    this.query = query;
    if (query === null) return this.focus();
    const count = this.#matches.length;
    if (count > 0) this.place = (this.place + step + count) % count;
  }

  override render() {
    const { isBusy, prompt } = this.session.value;
    return html`
      ${
        this.query === null
          ? nothing
          : html`<dbg-find-bar
              .value=${this.query}
              .count=${this.#matches.length}
              .place=${this.place}
              @dbg-find=${this.#onFind}
            ></dbg-find-bar>`
      }
      <dbg-log
        .transcript=${this.session.transcript}
        .query=${this.query ?? ''}
        .found=${this.#matches[this.place] ?? null}
      ></dbg-log>
      <dbg-prompt
        .session=${this.session}
        .prompt=${prompt}
        .busy=${isBusy}
        .history=${this.history}
      ></dbg-prompt>
    `;
  }
}
