import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import { performance } from './text.js';
import './composition-bar.js';
import { deviceColours } from './device-colours.js';
import { styles } from './device-panel.styles.js';
import type { Device, Graph, Stat } from './device.js';
import { formatNumber } from './format.js';
import './graph/graph.js';

const { captions, seconds } = performance;

/** A device's graphs, its numbers and what it is. */
@customElement('tm-device-panel')
export class DevicePanel extends LitElement {
  static override styles = [deviceColours, styles];

  @property({ attribute: false }) device: Device | null = null;
  @property({ type: Number }) readings = 0;
  /** Seconds that the width of a graph stands for. */
  @property({ type: Number }) span = 60;
  /** Without the numbers. */
  @property({ type: Boolean }) summary = false;

  #graph({ id, caption, maximum, series, description, height }: Graph): TemplateResult {
    return html`
      <div class="graph" data-graph=${id} style=${styleMap(height ? { flex: 'none' } : {})}>
        <div class="caption" aria-hidden="true"><span>${caption}</span><span>${maximum}</span></div>
        <tm-graph
          style=${styleMap(height ? { flex: 'none', height: `${height}px` } : {})}
          .series=${series}
          .readings=${this.readings}
          description=${description}
        ></tm-graph>
      </div>
    `;
  }

  #graphs({ graphs, isGrid, gridCaption }: Device): TemplateResult {
    if (!isGrid) return html`${graphs.map((graph) => this.#graph(graph))}`;
    const columns = Math.ceil(Math.sqrt(graphs.length));
    return html`
      <div class="caption" aria-hidden="true">
        <span>${gridCaption?.label}</span><span>${gridCaption?.value}</span>
      </div>
      <div class="grid" style="--grid-columns: ${columns}">
        ${graphs.map(
          ({ id, series, description }) =>
            html`<tm-graph
              data-graph=${id}
              .series=${series}
              .readings=${this.readings}
              description=${description}
            ></tm-graph>`,
        )}
      </div>
    `;
  }

  #stat({ label, value }: Stat): TemplateResult {
    return html`<div class="stat">
      <dt>${label}</dt>
      <dd>${value}</dd>
    </div>`;
  }

  #numbers({ stats, table }: Device): TemplateResult {
    return html`
      <div class="numbers">
        <div class="stats">${stats.map((row) => html`<dl>${row.map((stat) => this.#stat(stat))}</dl>`)}</div>
        <dl class="table">
          ${table.map(
            ({ label, value }) =>
              html`<div>
                <dt>${label}</dt>
                <dd>${value}</dd>
              </div>`,
          )}
        </dl>
      </div>
    `;
  }

  override render() {
    const { device } = this;
    if (!device) return nothing;
    return html`
      <div class="panel" data-device=${device.id}>
        <header>
          <h2>${device.title}</h2>
          <p>${device.detail}</p>
        </header>
        <div class="graphs">
          ${this.#graphs(device)}
          <div class="caption" aria-hidden="true">
            <span>${seconds(formatNumber(this.span))}</span><span>0</span>
          </div>
          ${
            device.composition
              ? html`
                  <div class="caption composition" aria-hidden="true">
                    <span>${captions.composition}</span>
                  </div>
                  <tm-composition-bar .parts=${device.composition}></tm-composition-bar>
                `
              : nothing
          }
        </div>
        ${this.summary ? nothing : this.#numbers(device)}
      </div>
    `;
  }
}
