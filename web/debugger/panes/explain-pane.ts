import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { debug } from '../text.js';
import { addressesIn } from '../addresses.js';
import { CommandEvent } from '../debugger-events.js';
import type { EvidenceView, ExplainView, FindingView } from '../worker/debugger-api.js';
import { PlacePane } from './place-pane.js';
import { ShowEvent, ShowStackEvent, type AddressPane } from './show-event.js';

const text = debug.panes;

/** What an address is, from its region to whose it is, with the values that show it; each address in it leads on. */
@customElement('dbg-explain')
export class ExplainPane extends PlacePane<ExplainView> {
  static override styles = [
    ...PlacePane.styles,
    css`
      .answer {
        flex: 1;
        overflow: auto;
        padding: 8px 12px;
        font-family: var(--font-text);
        outline-offset: -2px;
      }

      h2,
      h3,
      p,
      dl {
        margin: 0;
      }

      h2 {
        font: 600 14px/20px var(--font-text);
        overflow-wrap: anywhere;
      }

      .symbol {
        color: var(--text-secondary);
        overflow-wrap: anywhere;
      }

      .more {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 16px;
        margin-top: 4px;
      }

      section {
        margin-top: 12px;
        padding-top: 8px;
        border-top: 1px solid var(--stroke-bar);
      }

      h3 {
        font: 12px/16px var(--font-text);
        color: var(--text-secondary);
      }

      .title {
        font-weight: 600;
        overflow-wrap: anywhere;
      }

      dl {
        display: grid;
        grid-template-columns: fit-content(40%) 1fr;
        gap: 2px 12px;
        margin-top: 4px;
      }

      dt {
        min-width: 110px;
        overflow-wrap: anywhere;
        color: var(--text-secondary);
      }

      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }

      dt,
      dd,
      code {
        font: 13px/20px var(--font-code);
      }

      a {
        color: var(--text-link);
        text-underline-offset: 3px;
      }
    `,
  ];

  protected readonly pane = 'explain';
  protected override readonly first = '@rip';

  protected override load = () => this.session.look((api) => api.explain(this.expression));

  override focus(): void {
    const find = (part: string) => this.renderRoot.querySelector<HTMLElement>(part);
    void this.updateComplete.then(() => (find('.answer') ?? find('input'))?.focus());
  }

  #onSubmit(event: Event): void {
    event.preventDefault();
    void this.show(this.renderRoot.querySelector('input')!.value.trim() || '@rip');
  }

  /** A link that does something in this window. */
  #link(shown: string, title: string, follow: () => void): TemplateResult {
    const onClick = (event: Event) => {
      event.preventDefault();
      follow();
    };
    return html`<a href="#" title=${title} @click=${onClick}>${shown}</a>`;
  }

  #command(command: string): TemplateResult {
    return this.#link(command, text.runs, () => this.dispatchEvent(new CommandEvent(command)));
  }

  #pane(pane: AddressPane, address: string, type = ''): TemplateResult {
    const title = text.shows[pane](type);
    return this.#link(text[pane], title, () => this.dispatchEvent(new ShowEvent(pane, address, type)));
  }

  #stack(thread: string): TemplateResult {
    return this.#link(text.stack, text.shows.stack, () => this.dispatchEvent(new ShowStackEvent(thread)));
  }

  protected override renderHead(): TemplateResult {
    return html`<form @submit=${this.#onSubmit}>
      ${this.renderBack()}
      <input aria-label=${text.address} autocomplete="off" spellcheck="false" .value=${this.expression} />
      <button class="visually-hidden" tabindex="-1">${text.show}</button>
    </form>`;
  }

  #renderEvidence(evidence: EvidenceView): TemplateResult {
    const { label, value, asks, address, pane, type, thread, command } = evidence;
    const link = (shown: string) =>
      this.#link(shown, text.asks, () => void this.show(asks).then(() => this.focus()));
    const isInLabel = addressesIn(label).length > 0;
    const links = [
      ...(command ? [this.#command(command)] : []),
      ...(pane ? [this.#pane(pane, address, type)] : []),
      ...(thread ? [this.#stack(thread)] : []),
    ];
    return html`<dt>${asks && isInLabel ? link(label) : label}</dt>
      <dd>${asks && !isInLabel ? link(value) : value}${links.map((each) => html` · ${each}`)}</dd>`;
  }

  #renderFinding({ kind, title, evidence }: FindingView): TemplateResult {
    return html`<section>
      <h3>${text.findings[kind]}</h3>
      <p class="title" lang="en">${title}</p>
      ${
        evidence.length > 0
          ? html`<dl lang="en">${evidence.map((item) => this.#renderEvidence(item))}</dl>`
          : nothing
      }
    </section>`;
  }

  protected override renderShown(view: ExplainView): TemplateResult {
    const { address, isPhysical, symbol, summary, findings } = view;
    const [high, low] = [address.slice(0, 8), address.slice(8)];
    const shown = isPhysical ? `/p ${address.replace(/^0+(?=.)/, '')}` : `${high}\`${low}`;
    return html`<div class="answer scrolls" tabindex="0" role="group" aria-label=${text.explain}>
      <h2 data-address=${isPhysical ? nothing : address}>
        <code>${shown}</code>: <span lang="en">${summary}</span>
      </h2>
      ${symbol ? html`<code class="symbol">${symbol}</code>` : nothing}
      ${
        isPhysical
          ? nothing
          : html`<div class="more">
              ${this.#pane('memory', address)} ${this.#pane('disassembly', address)}
            </div>`
      }
      ${findings.map((finding) => this.#renderFinding(finding))}
    </div>`;
  }
}
