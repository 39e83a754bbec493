import { html, nothing, type TemplateResult } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import type { ProcessRow, WaitChain } from '../../../sim/worker/sim-api.js';
import { texts } from '../text.js';

const text = texts.actions;
const INDENT = 20; // CSS px for each thread that another one waits for

/** What *Analyze wait chain* found: each thread, and below it the one that it waits for. */
export function waitChainView(
  name: string,
  chains: readonly WaitChain[],
  processes: readonly ProcessRow[],
): TemplateResult {
  if (chains.length === 0) return html`<p>${text.noWait(name)}</p>`;
  const nameOf = (pid: number) => processes.find((row) => row.pid === pid)?.imageName ?? '';
  return html`<p>${text.waits(name)}</p>
    ${chains.map(
      ({ links, isDeadlock }) =>
        html`<p>
          ${links.map(
            ({ pid, tid }, depth) =>
              html`<span style=${styleMap({ display: 'block', paddingLeft: `${depth * INDENT}px` })}
                >${text.thread(nameOf(pid), pid, tid)}</span
              >`,
          )}
          ${isDeadlock ? html`<strong>${text.deadlock}</strong>` : nothing}
        </p>`,
    )}`;
}
