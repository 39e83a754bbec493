import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { FileEntry } from '../../sim/worker/sim-api.js';
import '../controls/button/button.js';
import '../controls/dialog/dialog.js';
import { strings } from '../strings/index.js';
import { dateOf, formatSize, typeOf } from './file-format.js';
import { text } from './text.js';
/** So many files are named one by one. */
const NAMED = 8;

/** What File Explorer asks or tells. */
export type Question =
  | { kind: 'error'; message: string }
  | { kind: 'delete'; files: readonly FileEntry[] }
  | { kind: 'extension'; name: string };

/** The user's answer to a question. */
export class AnswerEvent extends Event {
  constructor(readonly yes: boolean) {
    super('ll-answer');
  }
}

/**
 * File Explorer's questions and messages, one at a time.
 * @fires ll-answer
 */
@customElement('fe-questions')
export class Questions extends LitElement {
  /** Null closes the dialog. */
  @property({ attribute: false }) question: Question | null = null;

  #answer(yes: boolean): void {
    this.dispatchEvent(new AnswerEvent(yes));
  }

  get #heading(): string {
    const { question } = this;
    if (question?.kind === 'delete') return text.deleteTitle(question.files.length);
    return question?.kind === 'extension' ? text.rename : text.failed;
  }

  #renderFacts(file: FileEntry): TemplateResult {
    return html`<p>${text.deleteQuestion(1)}</p>
      <dl>
        <dt>${text.columns.name}</dt>
        <dd>${file.name}</dd>
        <dt>${text.columns.type}</dt>
        <dd>${typeOf(file)}</dd>
        <dt>${text.columns.size}</dt>
        <dd>${formatSize(file.size)}</dd>
        <dt>${text.columns.modified}</dt>
        <dd>${dateOf(file)}</dd>
      </dl>`;
  }

  #renderLost(files: readonly FileEntry[]): TemplateResult {
    const [first] = files;
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const lost =
      files.length === 1 && first
        ? this.#renderFacts(first)
        : html`<p>${text.deleteQuestion(files.length)}</p>
            <p>
              ${files.slice(0, NAMED).map(({ name }) => html`${name}<br />`)}${files.length > NAMED ? '…' : nothing}
            </p>
            <p>${formatSize(bytes)}</p>`;
    return html`${lost}
      <p class="small">${text.noRecycleBin}</p>`;
  }

  get #content(): TemplateResult | null {
    const { question } = this;
    if (question?.kind === 'delete') return this.#renderLost(question.files);
    if (question?.kind === 'extension') return html`<p>${text.extensionQuestion}</p>`;
    return question ? html`${question.message.split('\n').map((line) => html`<p>${line}</p>`)}` : null;
  }

  #renderButtons(): TemplateResult {
    const button = (label: string, yes: boolean, isFirst: boolean) =>
      html`<ll-button ?data-first=${isFirst} @click=${() => this.#answer(yes)}>${label}</ll-button>`;
    if (this.question?.kind === 'error') return button(strings.messages.ok, false, true);
    return html`${button(text.yes, true, true)} ${button(text.no, false, false)}`;
  }

  override render() {
    return html`<ll-dialog
      ?alert=${this.question?.kind === 'error'}
      heading=${this.#heading}
      .open=${this.question !== null}
      .content=${this.#content}
      .buttons=${this.#renderButtons()}
      @ll-cancel=${() => this.#answer(false)}
    ></ll-dialog>`;
  }
}
