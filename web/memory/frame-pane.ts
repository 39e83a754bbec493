import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { FrameDetails } from '../../sim/worker/sim-api.js';
import '../controls/button/button.js';
import { focusStyles } from '../controls/control.styles.js';
import { memoryRows } from '../debugger/panes/memory-rows.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { ChooseFrameEvent } from './frame-map.js';
import { styles } from './frame-pane.styles.js';
import { addressText, hex } from './hex.js';
import { cssColourOf, titleOf } from './kinds.js';
import { ownerFacts } from './owner-facts.js';
import { tableStyles } from './table.styles.js';
import { text } from './text.js';

const PAGE_BYTES = 4096;
const PAGE_SHIFT = 12n;
const ACTIVE = 6n; // _MMLISTS
const END_OF_LIST = 0xffffffffffn; // of the 40 bits of a link

/** The user wants to see how an address is translated. */
export class WalkEvent extends Event {
  constructor(
    readonly address: bigint,
    readonly pid: number,
  ) {
    super('mem-walk', { bubbles: true, composed: true });
  }
}

/** A term and what is said of it. */
export type Fact = readonly [term: string, value: TemplateResult | string];

/**
 * One frame: its entry in the PFN database, whose it is, the dumps that would hold it, and its bytes.
 * @fires mem-choose For another frame.
 * @fires mem-walk See `WalkEvent`.
 */
@customElement('mem-frame')
export class FramePane extends LitElement {
  static override styles = [focusStyles, iconStyles, tableStyles, styles];

  @property({ attribute: false }) frame!: FrameDetails;

  #choose(pfn: number): void {
    this.dispatchEvent(new ChooseFrameEvent(pfn));
  }

  #frameLink(pfn: bigint): TemplateResult {
    return html`<button class="link code" @click=${() => this.#choose(Number(pfn))}>${hex(pfn)}</button>`;
  }

  #listLink(pfn: bigint): TemplateResult | string {
    return pfn === END_OF_LIST ? text.frame.endOfList : this.#frameLink(pfn);
  }

  #entryFacts(entry: NonNullable<FrameDetails['entry']>): Fact[] {
    const { frame: said } = text;
    const code = (value: string) => html`<span class="code">${value}</span>`;
    const isActive = entry.pageLocation === ACTIVE;
    const isPrototype = entry.prototypePte === 1n;
    return [
      [said.pageLocation, said.locations[Number(entry.pageLocation)]!],
      [said.referenceCount, String(entry.referenceCount)],
      ...((isActive
        ? [[said.shareCount, String(entry.shareCount)]]
        : [
            [said.flink, this.#listLink(entry.flink)],
            [said.blink, this.#listLink(entry.blink)],
          ]) as Fact[]),
      ...((entry.pteAddress === 0n
        ? []
        : [
            [
              said.pteAddress,
              html`${code(addressText(entry.pteAddress))}${isPrototype ? ` (${said.prototype})` : ''}`,
            ],
            [said.pteFrame, this.#frameLink(entry.pteFrame)],
            [said.originalPte, code(addressText(entry.originalPte))],
          ]) as Fact[]),
      [said.priority, String(entry.priority)],
      [said.modified, entry.modified ? said.yes : said.no],
      [said.cacheAttribute, said.cache[Number(entry.cacheAttribute)]!],
    ];
  }

  #renderFacts(heading: string, facts: readonly Fact[], nobody = ''): TemplateResult {
    return html`<section>
      <h3>${heading}</h3>
      ${
        facts.length === 0
          ? html`<p>${nobody}</p>`
          : html`<dl>
              ${facts.map(
                ([term, value]) =>
                  html`<dt>${term}</dt>
                    <dd>${value}</dd>`,
              )}
            </dl>`
      }
    </section>`;
  }

  #renderOwner(): TemplateResult | typeof nothing {
    const { owner, kind } = this.frame;
    if (!owner || kind === undefined) return nothing;
    const walk = (address: bigint, pid: number) => this.dispatchEvent(new WalkEvent(address, pid));
    return this.#renderFacts(text.frame.owner, ownerFacts(kind, owner, walk), text.frame.nobody);
  }

  #renderDumps(): TemplateResult {
    const { inDump, dumps, yes, no } = text.frame;
    const facts = Object.entries(inDump).map(([name, title]): Fact => {
      const isIn = this.frame.inDump[name as keyof typeof inDump];
      return [title, html`<span class=${isIn ? 'in' : ''}>${isIn ? yes : no}</span>`];
    });
    return this.#renderFacts(dumps, facts);
  }

  #renderBytes(): TemplateResult {
    const { bytes, pfn } = this.frame;
    if (!bytes) return html`<p>${text.frame.noBytes}</p>`;
    const address = (BigInt(pfn) << PAGE_SHIFT).toString(16).padStart(16, '0');
    const rows = memoryRows({ address, bytes, fields: [] }, PAGE_BYTES);
    const line = (cells: readonly { text: string }[]) => cells.map((cell) => cell.text).join('');
    // White space counts in it.
    // prettier-ignore
    return html`<div class="bytes" tabindex="0" role="region" aria-label=${text.frame.bytes}>${rows.map(
      ({ address, hex, ascii }) => html`<div>${address}  ${line(hex)}  ${line(ascii)}</div>`,
    )}</div>`;
  }

  #renderWhat(): TemplateResult | typeof nothing {
    const { entry, kind } = this.frame;
    if (kind === undefined) return html`<p>${text.frame.noMemory}</p>`;
    if (!entry) return html`<p>${text.frame.notWindows}</p>`;
    return this.#renderFacts(text.frame.entry, this.#entryFacts(entry));
  }

  override render() {
    const { frame: said } = text;
    const { pfn, kind } = this.frame;
    const physical = addressText(BigInt(pfn) << PAGE_SHIFT);
    return html`
      <header>
        <h2>${said.title(hex(pfn))}</h2>
        <ll-button variant="subtle" label=${said.previous} @click=${() => this.#choose(pfn - 1)}>
          ${icon('chevron-up')}
        </ll-button>
        <ll-button variant="subtle" label=${said.next} @click=${() => this.#choose(pfn + 1)}>
          ${icon('chevron-down')}
        </ll-button>
      </header>
      <p class="kind">
        ${kind && html`<span class="swatch" style="background: ${cssColourOf(kind)}"></span>`}${titleOf(kind)}
      </p>
      <p class="code">${said.physicalAddress} ${physical}</p>
      ${this.#renderWhat()}${this.#renderOwner()}${this.#renderDumps()}
      ${
        kind === undefined
          ? nothing
          : html`<section>
              <h3>${said.bytes}</h3>
              ${this.#renderBytes()}
            </section>`
      }
    `;
  }
}
