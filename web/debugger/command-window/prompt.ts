import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { focusStyles } from '../../controls/control.styles.js';
import { debug as text } from '../text.js';
import { CommandEvent } from '../debugger-events.js';
import type { DebuggerSession } from '../debugger-session.js';
import type { CommandHistory } from '../history.js';
import type { Completion } from '../worker/debugger-api.js';
import './candidate-list.js';
import type { CandidateEvent } from './candidate-list.js';
import { commonStart } from './common-start.js';

/**
 * The line that commands are typed in. Tab completes.
 * @fires dbg-command With the line. An empty one repeats the last, as in WinDbg.
 */
@customElement('dbg-prompt')
export class DebuggerPrompt extends LitElement {
  static override styles = [
    focusStyles,
    css`
      :host {
        position: relative;
        display: flex;
        align-items: center;
        gap: 8px;
        flex: none;
        padding: 0 12px;
        border-top: 1px solid var(--stroke-pane);
        background: var(--surface-content);
        color: var(--text-table);
        font: 14px/20px var(--font-code);
      }

      :host(:focus-within) {
        box-shadow: inset 0 2px 0 var(--accent);
      }

      label {
        flex: none;
        white-space: pre;
        color: var(--text-echo);
        font-weight: 600;
      }

      input {
        flex: 1;
        min-width: 0;
        height: 36px;
        padding: 0;
        border: 0;
        background: none;
        color: inherit;
        font: inherit;
      }

      /* The line above it shows the focus. */
      input:focus-visible {
        outline: none;
        box-shadow: none;
      }

      @media (forced-colors: active) {
        :host(:focus-within) {
          outline: 2px solid Highlight;
          outline-offset: -2px;
        }
      }

      dbg-candidate-list {
        position: absolute;
        bottom: 100%;
        left: 8px;
        z-index: 1;
        width: min(640px, 100% - 16px);
        box-sizing: border-box;
      }
    `,
  ];

  @property({ attribute: false }) session!: DebuggerSession;
  @property() prompt = '';
  @property({ type: Boolean }) busy = false;
  @property({ attribute: false }) history!: CommandHistory;
  /** What is offered; null while no list is open. */
  @state() private offer: Completion | null = null;
  @state() private chosen = 0;
  @query('input') private readonly input!: HTMLInputElement;
  /** Counts what was asked, so that an answer that comes late is left alone. */
  #asked = 0;

  override focus(): void {
    void this.updateComplete.then(() => this.input.focus());
  }

  get hasSelection(): boolean {
    return this.input.selectionStart !== this.input.selectionEnd;
  }

  #submit(): void {
    if (this.busy) return;
    const line = this.input.value.trim() === '' ? this.history.last : this.input.value;
    this.#show('');
    if (line === '') return;
    void this.history.add(line);
    this.dispatchEvent(new CommandEvent(line));
  }

  #show(line: string, caret = line.length): void {
    this.#close();
    this.input.value = line;
    this.input.setSelectionRange(caret, caret);
  }

  #close(): void {
    this.#asked++;
    this.offer = null;
  }

  get #caret(): number {
    return this.input.selectionStart ?? this.input.value.length;
  }

  /** Asks what the word may go on as. @param completes whether what all candidates share is typed */
  async #ask(completes: boolean): Promise<void> {
    if (this.busy) return;
    const asked = ++this.#asked;
    const { value } = this.input;
    const caret = this.#caret;
    const offer = await this.session.look((api) => api.complete(value, caret)).catch(() => null);
    if (asked !== this.#asked) return;
    const words = offer?.candidates.map((candidate) => candidate.text) ?? [];
    if (!offer || words.length === 0) return this.#close();
    if (completes && words.length === 1) return this.#put(offer, words[0]!);
    const shared = commonStart(words);
    if (completes && !offer.isCut && shared.length > caret - offer.start) {
      this.#put(offer, shared);
      return this.#ask(false);
    }
    this.offer = offer;
    this.chosen = 0;
  }

  /** Puts a word in place of the one before the caret. */
  #put({ start }: Completion, word: string): void {
    const behind = this.input.value.slice(this.#caret);
    this.#show(this.input.value.slice(0, start) + word + behind, start + word.length);
  }

  #accept(place: number): void {
    if (this.offer) this.#put(this.offer, this.offer.candidates[place]!.text);
  }

  #onInput(): void {
    if (this.offer) void this.#ask(false);
  }

  /** @returns Whether the key was for the list. */
  #onListKey({ key }: KeyboardEvent, { candidates }: Completion): boolean {
    const last = candidates.length - 1;
    if (key === 'ArrowDown') this.chosen = this.chosen < last ? this.chosen + 1 : 0;
    else if (key === 'ArrowUp') this.chosen = this.chosen > 0 ? this.chosen - 1 : last;
    else if (key === 'PageDown') this.chosen = Math.min(last, this.chosen + 10);
    else if (key === 'PageUp') this.chosen = Math.max(0, this.chosen - 10);
    else if (key === 'Enter' || key === 'Tab') this.#accept(this.chosen);
    else if (key === 'Escape') this.#close();
    else return false;
    return true;
  }

  /** As in WinDbg: lines from before that begin with what stands in front of the caret, which stays there. */
  #search(step: -1 | 1): void {
    const caret = this.#caret;
    const { value } = this.input;
    const found = this.history.search(value.slice(0, caret), value, step);
    if (found !== undefined) this.#show(found, caret);
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.isComposing || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    const { value } = this.input;
    if (this.offer && this.#onListKey(event, this.offer)) return event.preventDefault();
    if (event.key === 'Enter') this.#submit();
    else if (event.key === 'ArrowUp') this.#show(this.history.previous(value));
    else if (event.key === 'ArrowDown') this.#show(this.history.next(value));
    else if (event.key === 'PageUp' || event.key === 'F8') this.#search(-1);
    else if (event.key === 'PageDown') this.#search(1);
    else if (event.key === 'Escape') this.#show('');
    // Tab leaves an empty line, so that the keyboard is never caught in it.
    else if (event.key === 'Tab' && value.trim() !== '') void this.#ask(true);
    else return;
    event.preventDefault();
  }

  override render() {
    const candidate = this.offer?.candidates[this.chosen];
    return html`
      <label for="line">${this.busy ? text.busy : this.prompt.trim()}</label>
      <input
        id="line"
        role="combobox"
        aria-label=${`${text.command} ${this.prompt.trim()}`}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-expanded=${String(this.offer !== null)}
        aria-controls=${this.offer ? 'candidates' : nothing}
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        enterkeyhint="go"
        @keydown=${this.#onKeydown}
        @input=${this.#onInput}
        @blur=${this.#close}
      />
      ${
        this.offer
          ? html`<dbg-candidate-list
              id="candidates"
              .candidates=${this.offer.candidates}
              .chosen=${this.chosen}
              .isCut=${this.offer.isCut}
              @dbg-candidate=${({ place }: CandidateEvent) => this.#accept(place)}
            ></dbg-candidate-list>`
          : nothing
      }
      <span class="visually-hidden" aria-live="polite"
        >${candidate ? `${candidate.text} ${candidate.detail}` : ''}</span
      >
    `;
  }
}
