import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../controls/button/button.js';
import '../controls/field/field.js';
import type { LabField } from '../controls/field/field.js';
import '../controls/select/select.js';
import type { LabSelect } from '../controls/select/select.js';
import { NO_FILTER, parseIds, type EventFilter } from './event-filter.js';
import { text } from './text.js';

/** The user wants to see other events. */
export class FilterEvent extends Event {
  constructor(readonly filter: EventFilter) {
    super('ev-filter');
  }
}

/**
 * Level, ids and text that events are to have.
 * @fires ev-filter See `FilterEvent`.
 */
@customElement('ev-filter-bar')
export class FilterBar extends LitElement {
  static override styles = css`
    :host {
      display: block;
      padding: 8px 12px;
      border-bottom: 1px solid var(--stroke-pane);
    }

    [role='search'] {
      display: flex;
      flex-wrap: wrap;
      align-items: end;
      gap: 8px;
    }

    ll-field {
      flex: 1 1 140px;
      max-width: 260px;
    }

    p {
      margin: 6px 0 0;
      color: var(--text-secondary);
    }
  `;

  @property({ attribute: false }) filter: EventFilter = NO_FILTER;
  /** What the filter has left, as a sentence. */
  @property() counts = '';

  #change(change: Partial<EventFilter>): void {
    this.dispatchEvent(new FilterEvent({ ...this.filter, ...change }));
  }

  override render() {
    const { level, ids, text: words } = this.filter;
    return html`
      <div role="search" aria-label=${text.filter}>
        <ll-select
          label=${text.level}
          .value=${level}
          .options=${{ '': text.allLevels, ...text.levels }}
          @change=${(event: Event) => this.#change({ level: (event.target as LabSelect).value })}
        ></ll-select>
        <ll-field
          label=${text.ids}
          placeholder=${text.idsExample}
          .value=${ids}
          .problem=${parseIds(ids) ? '' : text.badIds}
          @input=${(event: Event) => this.#change({ ids: (event.target as LabField).value })}
        ></ll-field>
        <ll-field
          label=${text.find}
          .value=${words}
          @input=${(event: Event) => this.#change({ text: (event.target as LabField).value })}
        ></ll-field>
        <ll-button @click=${() => this.#change(NO_FILTER)}>${text.clear}</ll-button>
      </div>
      <p role="status">${this.counts}</p>
    `;
  }
}
