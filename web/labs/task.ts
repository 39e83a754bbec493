import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { LabText } from '../../sim/worker/sim-api.js';
import { focusStyles } from '../controls/control.styles.js';
import '../controls/field/field.js';
import type { LabField } from '../controls/field/field.js';
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

      ll-field {
        margin: 8px 0;
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

  async #onSubmit(event: Event): Promise<void> {
    const answer = (event.target as LabField).value.trim();
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
      <ll-field code label=${text.answer} action=${text.check} @ll-submit=${this.#onSubmit}></ll-field>
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
