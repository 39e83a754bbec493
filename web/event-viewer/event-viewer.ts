import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { EventFile } from '../../sim/worker/sim-api.js';
import { focusStyles } from '../controls/control.styles.js';
import '../controls/window/window.js';
import type { LabWindow, WindowPlace } from '../controls/window/window.js';
import { formatDateTime } from '../desktop/machine-time.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import type { Lab } from '../lab.js';
import { strings } from '../strings/index.js';
import { styles } from './event-viewer.styles.js';

const text = strings.eventViewer;

/** Event Viewer: what the machine has logged of its live kernel dumps, newest first. */
@customElement('ev-viewer')
export class EventViewer extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) place!: WindowPlace;
  @property({ type: Boolean }) active = false;
  @property({ type: Boolean }) minimized = false;

  @state() private log: EventFile | null = null;
  @state() private selected = -1;
  @query('ll-window') private readonly window!: LabWindow;
  #endFollowing: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#refresh();
    this.#endFollowing = this.lab.dumpFlow.subscribe(() => void this.#refresh());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endFollowing?.();
  }

  override focus(): void {
    void this.updateComplete.then(() => this.window.focus());
  }

  async #refresh(): Promise<void> {
    this.log = await this.lab.liveDumpEvents();
  }

  #onKey(event: KeyboardEvent, place: number): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const rows = this.renderRoot.querySelectorAll<HTMLElement>('tbody tr');
    rows[place + step]?.focus();
  }

  #renderRows({ provider, events }: EventFile): TemplateResult[] {
    return events
      .map((event, index) => ({ event, index }))
      .reverse()
      .map(
        ({ event, index }, place) =>
          html`<tr
            tabindex=${index === this.selected || (this.selected < 0 && place === 0) ? 0 : -1}
            aria-selected=${String(index === this.selected)}
            @focus=${() => (this.selected = index)}
            @click=${() => (this.selected = index)}
            @keydown=${(key: KeyboardEvent) => this.#onKey(key, place)}
          >
            <td>${text.information}</td>
            <td>${formatDateTime(Date.parse(event.time))}</td>
            <td>${provider.name}</td>
            <td class="number">${event.id}</td>
            <td>${event.task}</td>
          </tr>`,
      );
  }

  #renderDetails(): TemplateResult | typeof nothing {
    const event = this.log?.events[this.selected];
    if (!event) return nothing;
    return html`<div class="details" role="group" aria-label=${text.details}>
      <p>${event.text}</p>
      <dl>
        <dt>${text.channel}</dt>
        <dd>${event.channel}</dd>
        <dt>${text.time}</dt>
        <dd>${event.time}</dd>
        ${Object.entries(event.payload).map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${String(value)}</dd>`,
        )}
      </dl>
    </div>`;
  }

  override render() {
    const { columns } = text;
    return html`<ll-window
      heading=${text.title}
      .place=${this.place}
      .active=${this.active}
      ?hidden=${this.minimized}
    >
      <span slot="icon">${icon('event-viewer')}</span>
      <div class="frame">
        <div class="events">
          <table role="grid" aria-label=${text.events}>
            <thead>
              <tr>
                ${Object.values(columns).map((column) => html`<th scope="col">${column}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${this.log ? this.#renderRows(this.log) : nothing}
            </tbody>
          </table>
          ${this.log?.events.length === 0 ? html`<p class="empty">${text.empty}</p>` : nothing}
        </div>
        ${this.#renderDetails()}
      </div>
    </ll-window>`;
  }
}
