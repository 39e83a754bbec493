import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { debug } from '../text.js';
import type { Candidate } from '../worker/debugger-api.js';

const text = debug.completion;

/** The user chose a candidate with the pointer. */
export class CandidateEvent extends Event {
  constructor(readonly place: number) {
    super('dbg-candidate');
  }
}

/**
 * What a word may go on as. The focus stays on the line; the keys are handled there.
 * @fires dbg-candidate
 */
@customElement('dbg-candidate-list')
export class CandidateList extends LitElement {
  static override styles = css`
    :host {
      display: block;
      max-height: clamp(66px, 100cqb - 110px, 260px);
      overflow: auto;
      border: 1px solid var(--stroke-menu);
      border-radius: var(--radius-control);
      background: var(--surface-menu);
      box-shadow: var(--shadow-menu);
      color: var(--text);
      font: 13px/22px var(--font-code);
    }

    .candidate {
      display: flex;
      gap: 12px;
      padding: 0 10px;
      white-space: pre;
    }

    .kind {
      width: 9ch;
      flex: none;
      color: var(--text-secondary);
      font-family: var(--font-table);
    }

    .detail {
      flex: 1;
      overflow: hidden;
      text-align: right;
      text-overflow: ellipsis;
      color: var(--text-secondary);
    }

    .chosen {
      background: var(--accent-fill);
      color: var(--accent-text);
    }

    .chosen span {
      color: inherit;
    }

    .more {
      padding: 0 10px;
      color: var(--text-secondary);
    }

    @media (forced-colors: active) {
      .chosen {
        outline: 2px solid Highlight;
        outline-offset: -2px;
      }
    }
  `;

  @property({ attribute: false }) candidates: readonly Candidate[] = [];
  @property({ type: Number }) chosen = 0;
  /** Whether there are more than these. */
  @property({ type: Boolean }) isCut = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.role = 'listbox';
    this.ariaLabel = text.label;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('chosen')) this.renderRoot.querySelector('.chosen')?.scrollIntoView({ block: 'nearest' });
  }

  #renderCandidate({ text: word, kind, detail }: Candidate, place: number): TemplateResult {
    const isChosen = place === this.chosen;
    return html`<div
      role="option"
      class=${isChosen ? 'candidate chosen' : 'candidate'}
      aria-selected=${String(isChosen)}
      @pointerdown=${(event: Event) => event.preventDefault()}
      @click=${() => this.dispatchEvent(new CandidateEvent(place))}
    >
      <span class="kind">${text.kinds[kind]}</span><span>${word}</span><span class="detail">${detail}</span>
    </div>`;
  }

  override render() {
    return html`${this.candidates.map((candidate, place) => this.#renderCandidate(candidate, place))}
    ${this.isCut ? html`<div class="more">${text.more}</div>` : nothing}`;
  }
}
