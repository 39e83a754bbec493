import { LitElement, css, html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { LabText } from '../../sim/worker/sim-api.js';
import '../controls/button/button.js';
import { focusStyles } from '../controls/control.styles.js';
import { language } from '../strings/index.js';
import { text } from './text.js';

/** The task was solved. */
export class SolvedEvent extends Event {
  constructor(readonly task: string) {
    super('lab-solved', { bubbles: true, composed: true });
  }
}

/**
 * A question with its hints, and a field for the answer.
 * @fires lab-solved See `SolvedEvent`.
 */
@customElement('lab-task')
export class LabTask extends LitElement {
  static override styles = [
    focusStyles,
    css`
      :host {
        display: block;
        padding: 12px 0;
        border-top: 1px solid var(--stroke-column);
      }

      h3 {
        margin: 0 0 4px;
        font: 600 14px/20px var(--font-text);
      }

      p {
        margin: 4px 0;
      }

      form {
        display: flex;
        align-items: end;
        gap: 8px;
        margin: 8px 0;
      }

      label {
        flex: 1;
        min-width: 0;
        font-size: 12px;
      }

      input {
        box-sizing: border-box;
        width: 100%;
        height: 32px;
        padding: 0 10px;
        border: 1px solid var(--stroke-control);
        border-bottom-color: var(--stroke-strong);
        border-radius: var(--radius-control);
        background: var(--surface-control);
        color: var(--text);
        font: 13px/20px var(--font-code);
      }

      .said {
        min-height: 20px;
        font-weight: 600;
      }

      summary {
        width: fit-content;
        min-height: 24px;
        color: var(--text-link);
        line-height: 24px;
        cursor: pointer;
      }

      details p {
        padding-inline-start: 14px;
        user-select: text;
      }
    `,
  ];

  @property({ type: Number }) number = 1;
  @property({ attribute: false }) task!: LabText['tasks'][number];
  @property({ type: Boolean }) solved = false;
  /** Asks the machine. */
  @property({ attribute: false }) grade!: (answer: string) => Promise<boolean>;
  @state() private said = '';
  @query('input') private readonly input!: HTMLInputElement;

  async #onSubmit(event: Event): Promise<void> {
    event.preventDefault();
    const answer = this.input.value.trim();
    if (answer === '') {
      this.said = text.empty;
      return;
    }
    const isRight = await this.grade(answer);
    this.said = isRight ? text.right : text.wrong;
    if (isRight) this.dispatchEvent(new SolvedEvent(this.task.id));
  }

  override render() {
    const { question, hints } = this.task;
    return html`
      <h3>${text.task(this.number)}</h3>
      <p>${question[language]}</p>
      <form @submit=${this.#onSubmit}>
        <label>${text.answer}<input autocomplete="off" spellcheck="false" /></label>
        <ll-button @click=${this.#onSubmit}>${text.check}</ll-button>
      </form>
      <p class="said" role="status">${this.said || (this.solved ? text.right : '')}</p>
      ${hints.map(
        (hint, i) =>
          html`<details>
            <summary>${text.hint(i + 1)}</summary>
            <p>${hint[language]}</p>
          </details>`,
      )}
    `;
  }
}
