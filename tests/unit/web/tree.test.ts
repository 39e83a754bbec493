import { describe, expect, test } from 'vitest';
import { buildTree, processKey, type TreeView } from '../../../web/task-manager/processes/tree.js';
import { process, sample } from './sample.js';

const VIEW: TreeView = {
  filter: '',
  sort: { column: 'name', descending: false },
  groupByType: true,
  collapsedGroups: new Set(),
  expandedParents: new Set(),
  frozen: null,
};

const system = process(4, 'System', { group: 'windows', description: 'NT Kernel & System', imagePath: '' });
const shell = process(20, 'explorer.exe', { group: 'app', description: 'Windows Explorer' });
const browser = process(30, 'browser.exe', { group: 'app', parentPid: 20, memory: 10 });
const tab = process(31, 'browser.exe', { group: 'app', parentPid: 30, memory: 5, cpuPercent: 2 });
const service = process(40, 'alpha.exe', { publisher: 'Fabrikam', memory: 7 });
const all = sample([system, service, tab, browser, shell]);

const labels = (view: Partial<TreeView>) => buildTree(all, { ...VIEW, ...view }).map(({ label }) => label);

describe('groups', () => {
  test('come in the order of Task Manager, each by name', () => {
    expect(labels({})).toEqual([
      'Apps (2)',
      'browser.exe (2)',
      'Windows Explorer',
      'Background processes (1)',
      'alpha.exe',
      'Windows processes (1)',
      'System',
    ]);
  });

  test('keep their count when they are closed', () => {
    expect(labels({ collapsedGroups: new Set(['group-app', 'group-windows']) })).toEqual([
      'Apps (2)',
      'Background processes (1)',
      'alpha.exe',
      'Windows processes (1)',
    ]);
  });

  test('can be switched off', () => {
    expect(labels({ groupByType: false })).toEqual([
      'alpha.exe',
      'browser.exe (2)',
      'System',
      'Windows Explorer',
    ]);
  });
});

test('processes of one program are one line with their sum, and open into their own numbers', () => {
  const rows = buildTree(all, { ...VIEW, expandedParents: new Set([processKey(browser)]) });
  const [parent, child] = rows.slice(1);
  expect(parent).toMatchObject({ level: 2, expanded: true, usage: { memory: 15, cpuPercent: 2 } });
  expect(child).toMatchObject({ level: 3, expanded: undefined, usage: { memory: 5, cpuPercent: 2 } });
});

test('a frozen order survives new numbers; what is new comes last', () => {
  const flat = { ...VIEW, groupByType: false, sort: { column: 'memory', descending: true } as const };
  expect(buildTree(all, flat).map(({ process }) => process?.pid)).toEqual([30, 40, 4, 20]);
  const frozen = [system, shell, browser].map(processKey);
  expect(buildTree(all, { ...flat, frozen }).map(({ process }) => process?.pid)).toEqual([4, 20, 30, 40]);
});

describe('the filter', () => {
  test.each([
    ['explorer', ['Windows Explorer']],
    ['FABRIKAM', ['alpha.exe']],
    ['4', ['System']],
    ['nothing', []],
  ])('%s finds %j', (filter, expected) => {
    expect(labels({ filter, groupByType: false })).toEqual(expected);
  });

  test('keeps the parent of what it finds', () => {
    expect(labels({ filter: '31', groupByType: false })).toEqual(['browser.exe (2)']);
  });
});
