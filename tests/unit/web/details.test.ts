import { describe, expect, it } from 'vitest';
import { visibleRows } from '../../../web/controls/list/row-window.js';
import { DEFAULT_DETAIL_COLUMNS, DETAIL_COLUMNS } from '../../../web/task-manager/details/columns.js';
import { orderRows } from '../../../web/task-manager/details/details-order.js';
import { formatCpuTime, formatKilobytes, formatLoad } from '../../../web/task-manager/details/format.js';
import leftOut from '../../../web/task-manager/details/left-out.json';
import { listTarget } from '../../../web/controls/list/list-keys.js';
import { process, sample } from './sample.js';

describe('numbers of the Details page', () => {
  it.each([
    [0, '00'],
    [0.49, '00'],
    [7.4, '07'],
    [99.6, '100'],
  ])('a load of %s percent is %s', (percent, text) => expect(formatLoad(percent)).toBe(text));

  it.each([
    [0, '0 K'],
    [52_744_192, '51,508 K'],
    [-8192, '-8 K'],
  ])('%s bytes are %s', (bytes, text) => expect(formatKilobytes(bytes)).toBe(text));

  it.each([
    [0.97, '0:00:00'],
    [275, '0:04:35'],
    [40_906.875, '11:21:46'],
  ])('%s seconds are %s', (seconds, text) => expect(formatCpuTime(seconds)).toBe(text));
});

describe('columns of the Details page', () => {
  it('are those that a fresh Windows shows, in its order', () => {
    const shown = DETAIL_COLUMNS.filter(({ id }) => DEFAULT_DETAIL_COLUMNS.includes(id));
    expect(shown.map(({ label }) => label)).toEqual([
      'Name',
      'PID',
      'Status',
      'User name',
      'CPU',
      'Memory (active private working set)',
      'Architecture',
      'Description',
    ]);
  });

  it('are shown, or left out for a reason, never both', () => {
    const labels = new Set(DETAIL_COLUMNS.map(({ label }) => label));
    expect(labels.size).toBe(DETAIL_COLUMNS.length);
    for (const [label, reason] of Object.entries(leftOut.columns)) {
      expect(labels).not.toContain(label);
      expect(reason).not.toBe('');
    }
  });

  it('sort priorities by urgency, not by name', () => {
    const column = DETAIL_COLUMNS.find(({ id }) => id === 'priority')!;
    const classes = [0, 1, 5, 2, 6, 3, 4].map((priorityClass) => process(1, 'a.exe', { priorityClass }));
    const values = classes.map((row) => column.value(row) as number);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(new Set(values).size).toBe(values.length);
  });
});

describe('rows of the Details page', () => {
  const rows = sample([process(8, 'b.exe', { threads: 2 }), process(12, 'a.exe', { threads: 9 })]);
  const pids = (...view: [string, Parameters<typeof orderRows>[2], readonly string[] | null]) =>
    orderRows(rows, ...view).map(({ pid }) => pid);

  it('have the idle process among them', () => {
    expect(pids('', { column: 'pid', descending: false }, null)).toEqual([0, 8, 12]);
  });

  it('follow the column that they are sorted by', () => {
    expect(pids('', { column: 'name', descending: false }, null)).toEqual([12, 8, 0]);
    expect(pids('', { column: 'threads', descending: true }, null)).toEqual([12, 8, 0]);
  });

  it('keep their places while they are frozen, new ones at the end', () => {
    const frozen = ['process-8-b_exe', 'process-0-System_Idle_Process'];
    expect(pids('', { column: 'name', descending: false }, frozen)).toEqual([8, 0, 12]);
  });

  it('are those that the search box looks for', () => {
    expect(pids('12', { column: 'name', descending: false }, null)).toEqual([12]);
  });
});

describe('the keyboard of a list', () => {
  const names = ['alpha', 'beta', 'bravo', 'gamma'];
  it.each([
    ['ArrowDown', 1, 2],
    ['ArrowUp', 0, 0],
    ['End', 0, 3],
    ['Home', 3, 0],
    ['PageDown', 0, 2],
    ['PageUp', 3, 1],
    ['b', 1, 2],
    ['b', 2, 1],
    ['x', 2, 2],
  ])('%s at %i leads to %i', (key, from, to) => expect(listTarget(key, names, from, 2)).toBe(to));

  it('leaves other keys alone', () => expect(listTarget('Tab', names, 0, 2)).toBeNull());
});

describe('rows that are drawn', () => {
  const offsets = (rows: number) => Array.from({ length: rows + 1 }, (_, i) => i * 19);

  it('are all of a short list', () =>
    expect(visibleRows(offsets(150), 0, 400)).toEqual({ first: 0, end: 150, above: 0, below: 0 }));

  it('are those that are seen of a long one, and the space of the others is kept', () => {
    const { first, end, above, below } = visibleRows(offsets(1000), 5000, 400);
    expect(first * 19).toBeLessThanOrEqual(5000);
    expect(end * 19).toBeGreaterThanOrEqual(5400);
    expect(end - first).toBeLessThan(50);
    expect(above + (end - first) * 19 + below).toBe(19_000);
  });

  it('are none of an empty list', () =>
    expect(visibleRows([0], 0, 400)).toEqual({ first: 0, end: 0, above: 0, below: 0 }));
});
