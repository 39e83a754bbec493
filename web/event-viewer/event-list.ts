import type { GridColumn, GridRow, GridSort } from '../controls/grid/grid-model.js';
import { sorted, type SortKeys } from '../controls/grid/order.js';
import { formatDateTime } from '../desktop/machine-time.js';
import type { EventRecord } from './event-record.js';
import { text } from './text.js';

const { columns } = text;

export const COLUMNS: readonly GridColumn[] = [
  { id: 'level', label: columns.level, width: 110 },
  { id: 'time', label: columns.time, width: 150 },
  { id: 'source', label: columns.source, width: 230 },
  { id: 'id', label: columns.id, width: 70, isNumber: true },
  { id: 'task', label: columns.task, width: 210 },
];

/** Columns that begin with what is largest: the newest event comes first. */
export const FROM_THE_LARGEST: ReadonlySet<string> = new Set(['time']);
export const NEWEST_FIRST: GridSort = { column: 'time', descending: true };

const KEYS: SortKeys<EventRecord> = {
  // The order of the log is that of time, and tells apart what one moment has logged.
  time: ({ record }) => record,
  level: ({ event }) => event.level,
  source: ({ provider }) => provider.name,
  id: ({ event }) => event.id,
  task: ({ event }) => event.task,
};

export const keyOf = ({ record }: EventRecord): string => String(record);

export function inOrder(records: readonly EventRecord[], sort: GridSort): EventRecord[] {
  return sorted(records, sort, KEYS);
}

export function rowsOf(records: readonly EventRecord[]): GridRow[] {
  return records.map((item, index) => {
    const { event, provider } = item;
    const cells = [
      text.levels[event.level] ?? String(event.level),
      formatDateTime(Date.parse(event.time)),
      provider.name,
      String(event.id),
      event.task,
    ];
    return {
      key: keyOf(item),
      cells: cells.map((value) => ({ text: value })),
      level: 1,
      position: index + 1,
      setSize: records.length,
    };
  });
}
