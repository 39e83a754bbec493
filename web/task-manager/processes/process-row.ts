import { html, nothing, type TemplateResult } from 'lit';
import type { Sample } from '../../../sim/worker/sim-api.js';
import { icon } from '../../icons/icon.js';
import { strings } from '../../strings/index.js';
import { HEAT_COLUMNS, heatLevel, type MemoryUnit } from './columns.js';
import { processIcon } from './process-icon.js';
import type { TreeRow } from './tree.js';

/** What a row needs to know of its table. */
export interface RowContext {
  sample: Sample;
  memoryUnit: MemoryUnit;
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

function cells(row: TreeRow, { sample, memoryUnit }: RowContext): TemplateResult[] {
  const { usage } = row;
  return HEAT_COLUMNS.map((column) =>
    usage
      ? html`<div role="gridcell" class="cell number heat" data-level=${heatLevel(column, usage, sample)}>
          ${column.text(usage, sample, memoryUnit)}
        </div>`
      : html`<div role="gridcell" class="cell"></div>`,
  );
}

/** Everything but the name, for those who hear the row. */
function describe({ usage }: TreeRow, { sample, memoryUnit }: RowContext): string | typeof nothing {
  if (!usage) return nothing;
  return HEAT_COLUMNS.map((column) => `${column.label} ${column.text(usage, sample, memoryUnit)}`).join(', ');
}

/** One line of the process table. Its accessible name is its name cell. */
export function renderRow(row: TreeRow, context: RowContext): TemplateResult {
  const { process } = row;
  const nameId = `name-${row.key}`;
  const depth = row.level - 1 - context.baseLevel;
  const picture = process && processIcon(process);
  return html`
    <div
      role="row"
      class="row ${process ? '' : 'group'}"
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
        ${process ? expander(row, context.onToggle) : nothing}${picture}<span class="text" title=${row.label}
          >${row.label}</span
        >${process ? nothing : expander(row, context.onToggle)}
      </div>
      <div role="gridcell" class="cell">
        ${process?.status === 'suspended' ? strings.processes.suspended : nothing}
      </div>
      ${cells(row, context)}
    </div>
  `;
}
