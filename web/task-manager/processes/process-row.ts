import { html, nothing, type TemplateResult } from 'lit';
import type { Sample } from '../../../sim/worker/sim-api.js';
import { icon } from '../../icons/icon.js';
import { heatLevel, statusText, type ResourceUnits, type TableColumns, type TextColumn } from './columns.js';
import { processIcon } from './process-icon.js';
import type { TreeRow } from './tree.js';

/** What a row needs to know of its table. */
export interface RowContext {
  sample: Sample;
  columns: TableColumns;
  units: ResourceUnits;
  /** Levels above the processes: 1 when group titles are shown. */
  baseLevel: number;
  selected: boolean;
  tabStop: boolean;
  onToggle(): void;
}

function expander({ expanded }: TreeRow, onToggle: () => void): TemplateResult | typeof nothing {
  if (expanded === undefined) return nothing;
  const click = (event: Event) => {
    event.stopPropagation();
    onToggle();
  };
  return html`<span class="expander" @click=${click}
    >${icon(expanded ? 'chevron-down' : 'chevron-right')}</span
  >`;
}

/** What Windows shows of a process in a column of words; the name has a cell of its own. */
function textCell({ process }: TreeRow, { id, text }: TextColumn): TemplateResult {
  const value = process ? text(process) : '';
  const leaf = id === 'status' && process?.throttled && process.status === 'running';
  return html`<div role="gridcell" class="cell">
    ${leaf ? icon('efficiency-mode') : nothing}<span class="text" title=${value || nothing}>${value}</span>
  </div>`;
}

function heatCells(row: TreeRow, { sample, columns, units }: RowContext): TemplateResult[] {
  const { usage } = row;
  return columns.heats.map((column) =>
    usage
      ? html`<div role="gridcell" class="cell number heat" data-level=${heatLevel(column, usage, sample)}>
          ${column.text(usage, sample, units)}
        </div>`
      : html`<div role="gridcell" class="cell ${row.kind === 'service' ? 'heat' : ''}"></div>`,
  );
}

/** Everything but the name, for those who hear the row. */
function describe(
  { usage, process }: TreeRow,
  { sample, columns, units }: RowContext,
): string | typeof nothing {
  if (!usage || !process) return nothing;
  const numbers = columns.heats.map((column) => `${column.label} ${column.text(usage, sample, units)}`);
  return [statusText(process), ...numbers].filter((part) => part !== '').join(', ');
}

/** One line of the process table. Its accessible name is its name cell. */
export function renderRow(row: TreeRow, context: RowContext): TemplateResult {
  const { process } = row;
  const nameId = `name-${row.key}`;
  const depth = row.level - 1 - context.baseLevel;
  const picture = process ? processIcon(process) : row.kind === 'service' ? icon('services') : nothing;
  return html`
    <div
      role="row"
      class="row ${row.kind}"
      data-key=${row.key}
      style="--depth: ${Math.max(0, depth)}"
      tabindex=${context.tabStop ? 0 : -1}
      aria-labelledby=${nameId}
      aria-description=${describe(row, context)}
      aria-level=${row.level}
      aria-posinset=${row.position}
      aria-setsize=${row.setSize}
      aria-expanded=${row.expanded === undefined ? nothing : String(row.expanded)}
      aria-selected=${String(context.selected)}
    >
      <div role="rowheader" id=${nameId} class="cell name">
        ${row.kind === 'group' ? nothing : expander(row, context.onToggle)}${picture}<span
          class="text"
          title=${row.label}
          >${row.label}</span
        >${row.kind === 'group' ? expander(row, context.onToggle) : nothing}
      </div>
      ${context.columns.texts.filter(({ id }) => id !== 'name').map((column) => textCell(row, column))}
      ${heatCells(row, context)}
    </div>
  `;
}
