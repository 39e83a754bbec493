import { html, nothing, type TemplateResult } from 'lit';
import type { Sample } from '../../../sim/worker/sim-api.js';
import { icon } from '../../icons/icon.js';
import type { ColumnId, TableColumns } from './columns.js';
import { formatTotal } from './format.js';

interface HeadContext {
  columns: TableColumns;
  sample: Sample;
  sort: { column: ColumnId; descending: boolean };
  /** The column whose button Tab goes to; the arrows go to the others. */
  tabStop: ColumnId;
  onSort(column: ColumnId): void;
}

function headCell(
  { sort, tabStop, onSort }: HeadContext,
  id: ColumnId,
  label: string,
  kind: string,
  total?: string,
): TemplateResult {
  const isSorted = sort.column === id;
  const order = sort.descending ? 'descending' : 'ascending';
  return html`
    <div role="columnheader" class="cell ${kind}" aria-sort=${isSorted ? order : 'none'}>
      <button data-column=${id} tabindex=${tabStop === id ? 0 : -1} @click=${() => onSort(id)}>
        ${isSorted ? icon(sort.descending ? 'chevron-down' : 'chevron-up') : nothing}
        ${total === undefined ? nothing : html`<span class="total">${total}</span>`}
        <span class="label">${label}</span>
      </button>
    </div>
  `;
}

/** The header of the process table: totals over column names, each a button that sorts. */
export function renderHead(context: HeadContext): TemplateResult {
  const { columns, sample } = context;
  return html`
    <div role="rowgroup">
      <div role="row" class="row head-row">
        ${columns.texts.map(({ id, label }) =>
          headCell(context, id, label, id === 'name' ? 'name-head' : ''),
        )}
        ${columns.heats.map((column) =>
          headCell(context, column.id, column.label, 'number', formatTotal(column.total(sample))),
        )}
      </div>
    </div>
  `;
}
