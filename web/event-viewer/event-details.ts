import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../controls/button/button.js';
import { focusStyles } from '../controls/control.styles.js';
import type { EventRecord } from './event-record.js';
import { text } from './text.js';

/** The user wants the event on the clipboard. */
export class CopyEvent extends Event {
  constructor(readonly form: 'text' | 'xml') {
    super('ev-copy');
  }
}

/**
 * All that the log says of an event.
 * @fires ev-copy See `CopyEvent`.
 */
@customElement('ev-details')
export class EventDetails extends LitElement {
  static override styles = [
    focusStyles,
    css`
      :host {
        display: block;
        padding: 8px 12px;
        border-top: 1px solid var(--stroke-pane);
        overflow: auto;
      }

      p {
        margin: 0 0 8px;
        user-select: text;
      }

      dl {
        display: grid;
        grid-template-columns: fit-content(50%) 1fr;
        gap: 2px 12px;
        margin: 0;
      }

      dt {
        color: var(--text-secondary);
        overflow-wrap: anywhere;
      }

      dd {
        margin: 0;
        overflow-wrap: anywhere;
        user-select: text;
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        margin-top: 8px;
      }
    `,
  ];

  @property({ attribute: false }) item!: EventRecord;
  /** What became of copying. */
  @property() said = '';

  #copy(form: CopyEvent['form']): void {
    this.dispatchEvent(new CopyEvent(form));
  }

  override render() {
    const { event, log, computer } = this.item;
    const facts = [
      [text.channel, log],
      [text.time, event.time],
      [text.computer, computer],
      ...Object.entries(event.payload),
    ] as const;
    return html`<div role="group" aria-label=${text.details}>
      <p>${event.text}</p>
      <dl>
        ${facts.map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${String(value)}</dd>`,
        )}
      </dl>
      <div class="actions">
        <ll-button @click=${() => this.#copy('text')}>${text.copyText}</ll-button>
        <ll-button @click=${() => this.#copy('xml')}>${text.copyXml}</ll-button>
        <span role="status">${this.said}</span>
      </div>
    </div>`;
  }
}
