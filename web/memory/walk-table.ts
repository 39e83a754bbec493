import { LitElement, css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AbsentPage, AddressWalk, WalkStep } from '../../sim/worker/sim-api.js';
import { focusStyles } from '../controls/control.styles.js';
import { ChooseFrameEvent } from './frame-map.js';
import { addressText, hex } from './hex.js';
import { frameSize } from './sizes.js';
import { tableStyles } from './table.styles.js';
import { text } from './text.js';

const PAGE = 4096;
const PAGE_SHIFT = 12n;

/** A walk, and whose page tables were walked. */
export interface ShownWalk {
  readonly walk: AddressWalk;
  readonly pid: number;
  /** With its id. */
  readonly process: string;
}

/**
 * How a virtual address is translated, level by level.
 * @fires mem-choose For a frame on the way.
 */
@customElement('mem-walk')
export class WalkTable extends LitElement {
  static override styles = [
    focusStyles,
    tableStyles,
    css`
      .scroller {
        overflow-x: auto;
      }

      p {
        margin: 4px 8px;
      }
    `,
  ];

  @property({ attribute: false }) shown!: ShownWalk;

  #renderFrame(pfn: number): TemplateResult {
    return html`<button class="link" @click=${() => this.dispatchEvent(new ChooseFrameEvent(pfn))}>
      ${hex(pfn)}
    </button>`;
  }

  #renderStep({ level, index, entryAddress, entry, frame, bits }: WalkStep): TemplateResult {
    const set = (Object.keys(text.walk.bits) as (keyof WalkStep['bits'])[]).filter((name) => bits[name]);
    return html`<tr>
      <th scope="row">${level}</th>
      <td class="number">${hex(index)}</td>
      <td class="code">${hex(entryAddress)}</td>
      <td class="code">${addressText(entry)}</td>
      <td class="code">${bits.present ? this.#renderFrame(frame) : '–'}</td>
      <td>${bits.present ? set.map((name) => text.walk.bits[name]).join(', ') : '–'}</td>
    </tr>`;
  }

  #renderEnd({ physical, pageBytes, absent }: AddressWalk): TemplateResult | string {
    if (physical !== undefined)
      return html`${text.walk.physical(hex(physical), frameSize(pageBytes! / PAGE))}
      ${this.#renderFrame(Number(physical >> PAGE_SHIFT))}`;
    return absentText(absent!);
  }

  override render() {
    const { title, process, columns } = text.walk;
    const { walk, process: name } = this.shown;
    return html`<div
        class="scroller"
        tabindex="0"
        role="region"
        aria-label=${title(addressText(walk.address))}
      >
        <table>
          <caption>
            ${title(addressText(walk.address))}. ${process(name)}
          </caption>
          <thead>
            <tr>
              <th scope="col">${columns.level}</th>
              <th scope="col" class="number">${columns.index}</th>
              <th scope="col">${columns.at}</th>
              <th scope="col">${columns.entry}</th>
              <th scope="col">${columns.frame}</th>
              <th scope="col">${columns.flags}</th>
            </tr>
          </thead>
          <tbody>
            ${walk.steps.map((step) => this.#renderStep(step))}
          </tbody>
        </table>
      </div>
      <p role="status">${this.#renderEnd(walk)}</p>`;
  }
}

function absentText(absent: AbsentPage): string {
  const { absent: said } = text.walk;
  switch (absent.is) {
    case 'transition':
      return said.transition(hex(absent.frame));
    case 'pageFile':
      return said.pageFile(absent.file, hex(absent.page));
    case 'prototype':
      return absent.prototype === undefined ? said.vad : said.prototype(addressText(absent.prototype));
    default:
      return said[absent.is];
  }
}
