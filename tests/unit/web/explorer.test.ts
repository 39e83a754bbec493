import { describe, expect, test } from 'vitest';
import { formatExactSize, formatSize } from '../../../web/explorer/file-format.js';
import { cleanName, extensionOf, faultOf } from '../../../web/explorer/file-name.js';
import { BY_NAME, orderAfterClick, sorted } from '../../../web/explorer/file-order.js';
import { folderOf, goTo, startAt, step } from '../../../web/explorer/history.js';
import { withStanding } from '../../../web/explorer/known-folders.js';
import { cleanPath, foldersTo, parentFolder } from '../../../web/explorer/path.js';
import { NOTHING, clicked, everything, kept, moved, only } from '../../../web/explorer/selection.js';
import { TypeAhead } from '../../../web/explorer/type-ahead.js';

describe('paths', () => {
  test('lead from the drive to the folder', () => {
    expect(foldersTo('C:\\Users\\lab')).toEqual(['C:\\', 'C:\\Users', 'C:\\Users\\lab']);
    expect(parentFolder('C:\\Users')).toBe('C:\\');
    expect(parentFolder('C:\\')).toBeNull();
  });

  test('are read as people type them', () => {
    expect(cleanPath(' "C:/Users\\\\lab\\" ')).toBe('C:\\Users\\lab');
    expect(cleanPath('c:')).toBe('c:\\');
  });

  test('have the folders that are always there, once', () => {
    const file = (path: string) => ({ name: 'x', path, folder: true, size: 0, modified: 5 });
    const standing = new Set(['C:\\', 'C:\\Users', 'C:\\Windows']);
    const all = withStanding('C:\\', [file('C:\\users')], standing);
    expect(all.map(({ path }) => path)).toEqual(['C:\\users', 'C:\\Windows']);
  });
});

describe('a history', () => {
  test('goes back and forward, and forgets what lay ahead', () => {
    let history = goTo(goTo(startAt('a'), 'b'), 'c');
    history = step(step(history, -1)!, -1)!;
    expect([folderOf(history), step(history, -1)]).toEqual(['a', null]);
    expect(folderOf(step(history, 1)!)).toBe('b');
    expect(goTo(history, 'd')).toEqual({ visited: ['a', 'd'], at: 1 });
    expect(goTo(history, 'a')).toBe(history);
  });
});

describe('a selection', () => {
  const all = ['a', 'b', 'c', 'd'];
  const plain = { shiftKey: false, ctrlKey: false };
  const shift = { shiftKey: true, ctrlKey: false };
  const ctrl = { shiftKey: false, ctrlKey: true };
  const pathsOf = ({ paths }: { paths: ReadonlySet<string> }) => [...paths].sort();

  test('extends from where it began, in both directions', () => {
    const down = clicked(only('b'), 'd', shift, all);
    expect(pathsOf(down)).toEqual(['b', 'c', 'd']);
    expect(pathsOf(clicked(down, 'a', shift, all))).toEqual(['a', 'b']);
  });

  test('takes in and puts out single files', () => {
    const two = clicked(only('a'), 'c', ctrl, all);
    expect(pathsOf(two)).toEqual(['a', 'c']);
    expect(pathsOf(clicked(two, 'a', ctrl, all))).toEqual(['c']);
    expect(pathsOf(clicked(two, 'b', plain, all))).toEqual(['b']);
  });

  test('stays while the keyboard goes elsewhere with Ctrl', () => {
    const gone = moved(only('a'), 'c', ctrl, all);
    expect([pathsOf(gone), gone.current]).toEqual([['a'], 'c']);
  });

  test('takes all, and loses what is gone', () => {
    expect(pathsOf(everything(NOTHING, all))).toEqual(all);
    expect(kept(clicked(only('a'), 'c', shift, all), ['b', 'd'])).toEqual({
      paths: new Set(['b']),
      current: '',
      anchor: '',
    });
  });
});

describe('an order', () => {
  const file = (name: string, size: number, modified: number, folder = false) => ({
    name,
    path: name,
    size,
    modified,
    folder,
  });
  const files = [file('b10.dmp', 1, 3), file('b9.dmp', 3, 1), file('z', 0, 0, true), file('a.txt', 2, 2)];
  const names = (order: Parameters<typeof sorted>[1]) => sorted(files, order).map(({ name }) => name);

  test('of names counts numbers, folders first', () => {
    expect(names(BY_NAME)).toEqual(['z', 'a.txt', 'b9.dmp', 'b10.dmp']);
    expect(names({ column: 'name', descending: true })).toEqual(['b10.dmp', 'b9.dmp', 'a.txt', 'z']);
  });

  test('of sizes begins with the largest, and turns round at the next click', () => {
    const first = orderAfterClick(BY_NAME, 'size');
    expect(names(first)).toEqual(['z', 'b9.dmp', 'a.txt', 'b10.dmp']);
    expect(names(orderAfterClick(first, 'size'))).toEqual(['z', 'b10.dmp', 'a.txt', 'b9.dmp']);
  });
});

describe('a name', () => {
  test.each([
    ['', 'empty'],
    ['a?b.dmp', 'characters'],
    ['a\tb', 'characters'],
    ['con.dmp', 'device'],
    ['LPT1', 'device'],
    ['x'.repeat(256), 'long'],
    ['Livedump.DMP', 'exists'],
    ['console.dmp', null],
  ])('%j: %s', (name, fault) => {
    expect(faultOf(name, ['livedump.dmp'])).toBe(fault);
  });

  test('loses what Windows takes from its ends', () => {
    expect(cleanName('  a b.dmp. . ')).toBe('a b.dmp');
  });

  test('has its extension from the last dot on', () => {
    expect(['a.b.dmp', 'readme', '.hidden'].map(extensionOf)).toEqual(['.dmp', '', '']);
  });
});

test('sizes have three digits, and the exact ones their bytes', () => {
  expect([918, 1000, 12_990_000, 333_447_168, 5 * 2 ** 30].map(formatSize)).toEqual([
    '918 bytes',
    '0.976 KB',
    '12.3 MB',
    '318 MB',
    '5.00 GB',
  ]);
  expect(formatExactSize(333_447_168)).toBe('318 MB (333,447,168 bytes)');
});

test('letters typed one after the other find a name, the same letter the next one', () => {
  const typed = new TypeAhead();
  const names = ['alpha', 'beta', 'boot', 'brand'];
  expect(typed.find('b', 0, names, 0)).toBe(1);
  expect(typed.find('r', 100, names, 1)).toBe(3);
  expect(typed.find('b', 5000, names, 3)).toBe(1);
  expect(typed.find('b', 5100, names, 1)).toBe(2);
  expect(typed.find('z', 9000, names, 2)).toBe(2);
});
