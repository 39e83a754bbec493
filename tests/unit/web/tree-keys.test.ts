import { expect, test } from 'vitest';
import { treeAction } from '../../../web/task-manager/processes/tree-keys.js';
import type { TreeRow } from '../../../web/task-manager/processes/tree.js';
import { process } from './sample.js';

function row(label: string, level: number, expanded?: boolean): TreeRow {
  const isProcess = level > 1;
  return {
    key: label,
    kind: isProcess ? 'process' : 'group',
    level,
    label,
    expanded,
    position: 1,
    setSize: 1,
    ...(isProcess && { process: process(1, label) }),
  };
}

const rows = [
  row('Apps', 1, true),
  row('Browser', 2, true),
  row('Tab', 3),
  row('Notepad', 2),
  row('Services', 1, false),
];

// https://www.w3.org/WAI/ARIA/apg/patterns/treegrid/
test.each([
  ['ArrowDown', 0, { kind: 'focus', index: 1 }],
  ['ArrowUp', 0, { kind: 'focus', index: 0 }],
  ['ArrowDown', 4, { kind: 'focus', index: 4 }],
  ['End', 1, { kind: 'focus', index: 4 }],
  ['Home', 3, { kind: 'focus', index: 0 }],
  ['PageDown', 0, { kind: 'focus', index: 3 }],
  ['PageUp', 4, { kind: 'focus', index: 1 }],
  ['ArrowRight', 4, { kind: 'expand', key: 'Services' }],
  ['ArrowRight', 1, { kind: 'focus', index: 2 }],
  ['ArrowRight', 2, null],
  ['ArrowLeft', 1, { kind: 'collapse', key: 'Browser' }],
  ['ArrowLeft', 2, { kind: 'focus', index: 1 }],
  ['ArrowLeft', 3, { kind: 'focus', index: 0 }],
  ['Enter', 1, { kind: 'toggle', key: 'Browser' }],
  ['Enter', 3, null],
  ['n', 0, { kind: 'focus', index: 3 }],
  ['b', 3, { kind: 'focus', index: 1 }],
  ['F2', 0, null],
])('%s on line %i', (key, index, action) => {
  expect(treeAction(key, rows, index, 3)).toEqual(action);
});
