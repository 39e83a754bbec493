import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { performance } from './text.js';
import type { Part } from './device.js';
import { formatSize } from './format.js';

/** How physical memory is made up: a bar of four parts. */
@customElement('tm-composition-bar')
export class CompositionBar extends LitElement {
  static override styles = css`
    :host {
      display: block;
    }

    .bar {
      display: flex;
      height: 60px;
      box-sizing: border-box;
      border: 1px solid #757575;
    }

    .part {
      box-sizing: border-box;
      min-width: 1px;
    }

    .part + .part {
      border-left: 1px solid #757575;
    }

    [data-part='inUse'] {
      background: var(--graph-fill);
    }

    [data-part='modified'] {
      background: var(--graph-line);
    }

    [data-part='standby'] {
      background: light-dark(#f3f3f3, #292929);
    }

    @media (forced-colors: active) {
      .part {
        forced-color-adjust: none;
        border-color: CanvasText;
        background: Canvas;
      }

      [data-part='inUse'] {
        background: Highlight;
      }

      [data-part='modified'] {
        background: CanvasText;
      }
    }
  `;

  @property({ attribute: false }) parts: readonly Part[] = [];

  override render() {
    const text = (part: Part) => `${part.label}: ${formatSize(part.bytes)}`;
    const label = `${performance.captions.composition}. ${this.parts.map(text).join(', ')}`;
    return html`
      <div class="bar" role="img" aria-label=${label}>
        ${this.parts.map(
          (part) =>
            html`<div
              class="part"
              data-part=${part.id}
              title=${text(part)}
              style="flex: ${part.bytes} 0 0"
            ></div>`,
        )}
      </div>
    `;
  }
}
