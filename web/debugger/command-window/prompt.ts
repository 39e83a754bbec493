import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { strings } from '../../strings/index.js';
import { CommandEvent } from '../debugger-events.js';
import type { CommandHistory } from '../history.js';

const text = strings.debug;

/**
 * The line that commands are typed in.
 * @fires dbg-command With the line. An empty one repeats the last, as in WinDbg.
 */
@customElement('dbg-prompt')
export class DebuggerPrompt extends LitElement {
  static override styles = css`
    :host {
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
      outline: none;
      background: none;
      color: inherit;
      font: inherit;
    }
  `;

  @property() prompt = '';
  @property({ type: Boolean }) busy = false;
  @property({ attribute: false }) history!: CommandHistory;
  @query('input') private readonly input!: HTMLInputElement;

  override focus(): void {
    void this.updateComplete.then(() => this.input.focus());
  }

  get hasSelection(): boolean {
    return this.input.selectionStart !== this.input.selectionEnd;
  }

  #submit(): void {
    if (this.busy) return;
    const line = this.input.value.trim() === '' ? this.history.last : this.input.value;
    this.input.value = '';
    if (line === '') return;
    void this.history.add(line);
    this.dispatchEvent(new CommandEvent(line));
  }

  #show(line: string): void {
    this.input.value = line;
    this.input.setSelectionRange(line.length, line.length);
  }

  #onKeydown(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === 'Enter') this.#submit();
    else if (event.key === 'ArrowUp') this.#show(this.history.previous(this.input.value));
    else if (event.key === 'ArrowDown') this.#show(this.history.next(this.input.value));
    else if (event.key === 'Escape') this.#show('');
    else return;
    event.preventDefault();
  }

  override render() {
    return html`
      <label for="line">${this.busy ? text.busy : this.prompt.trim()}</label>
      <input
        id="line"
        aria-label=${`${text.command} ${this.prompt.trim()}`}
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        enterkeyhint="go"
        @keydown=${this.#onKeydown}
      />
    `;
  }
}
