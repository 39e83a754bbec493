import type { ProcessRow, Sample } from '../../../sim/worker/sim-api.js';
import { locale } from '../../strings/index.js';
import { TextOrder } from '../../text-order.js';
import { matches } from '../processes/process-name.js';
import { processKey } from '../processes/tree.js';
import { DETAIL_COLUMNS, type DetailColumnId } from './columns.js';

export interface DetailSort {
  column: DetailColumnId;
  descending: boolean;
}

const order = new TextOrder(locale);

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : order.compare(String(a), String(b));
}

/**
 * Rows of the Details page from top to bottom.
 * @param frozen Keys of rows in the order to keep, or null to sort anew.
 */
export function orderRows(
  { processes, idle }: Sample,
  filter: string,
  sort: DetailSort,
  frozen: readonly string[] | null,
): ProcessRow[] {
  const rows = [idle, ...processes].filter((row) => matches(row, filter));
  const column = DETAIL_COLUMNS.find(({ id }) => id === sort.column)!;
  const sign = sort.descending ? -1 : 1;
  if (!column.isNumber) order.learn(rows.map((row) => String(column.value(row))));
  const byValue = (a: ProcessRow, b: ProcessRow) =>
    sign * compare(column.value(a), column.value(b)) || a.pid - b.pid;
  if (!frozen) return rows.sort(byValue);
  const place = new Map(frozen.map((key, index) => [key, index]));
  const at = (row: ProcessRow) => place.get(processKey(row)) ?? frozen.length;
  return rows.sort((a, b) => at(a) - at(b) || byValue(a, b));
}
