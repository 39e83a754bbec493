import { html, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import '../../controls/button/button.js';
import { icon } from '../../icons/icon.js';
import { debug } from '../text.js';
import { Pane } from './pane.js';
import type { AddressPane } from './show-event.js';

const text = debug.panes;
const MOST_STEPS = 100;

/** Where a pane is, or was. */
export interface Place {
  /** As it was typed, or an address. */
  expression: string;
  /** The structure that is laid over it; '' for none. */
  type: string;
}

/** A pane that shows what is at a place, and goes back to the places before. */
export abstract class PlacePane<T> extends Pane<T> {
  protected abstract readonly pane: AddressPane;
  /** Where it is before the user goes anywhere. */
  protected readonly first: string = '';

  @state() protected expression = '';
  @state() protected type = '';

  override connectedCallback(): void {
    super.connectedCallback();
    ({ expression: this.expression, type: this.type } = this.#trail.at(-1)!);
  }

  /** Shows another place. @returns resolves when it is shown */
  async show(expression: string, type = ''): Promise<void> {
    const { expression: from, type: over } = this.#trail.at(-1)!;
    if (expression === from && type === over) return this.refresh();
    await this.#goTo([...this.#trail, { expression, type }]);
    await this.#toTop();
  }

  /** Shows what is beside it. That is no step to go back by, unless a structure goes out of sight. */
  protected async move(expression: string): Promise<void> {
    const steps = this.type === '' && this.#trail.length > 1 ? this.#trail.slice(0, -1) : this.#trail;
    await this.#goTo([...steps, { expression, type: '' }]);
  }

  /** Where it was, the last at the end: kept for when it is in sight again. */
  get #trail(): readonly Place[] {
    return this.session.trails.get(this.pane) ?? [{ expression: this.first, type: '' }];
  }

  async #goTo(trail: readonly Place[]): Promise<void> {
    this.session.trails.set(this.pane, trail.slice(-MOST_STEPS));
    ({ expression: this.expression, type: this.type } = trail.at(-1)!);
    await this.refresh();
  }

  async #back(): Promise<void> {
    await this.#goTo(this.#trail.slice(0, -1));
    await this.#toTop();
    this.focus();
  }

  /** Another place is seen from its beginning. */
  async #toTop(): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector('.scrolls, dbg-item-list')?.scrollTo({ top: 0 });
  }

  protected renderBack(): TemplateResult {
    return html`<ll-button
      variant="subtle"
      label=${text.back}
      disabled-reason=${this.#trail.length > 1 ? '' : text.nothingBefore}
      @click=${() => void this.#back()}
    >
      <span class="left">${icon('up')}</span>
    </ll-button>`;
  }
}
