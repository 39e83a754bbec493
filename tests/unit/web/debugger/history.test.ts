import { expect, it, vi } from 'vitest';
import { CommandHistory } from '../../../../web/debugger/history.js';

// There is no database in Node.
vi.mock('idb-keyval', () => ({ get: async () => undefined, set: async () => undefined }));

/** A history of these lines. */
async function historyOf(...lines: string[]): Promise<CommandHistory> {
  const history = await CommandHistory.open();
  for (const line of lines) await history.add(line);
  return history;
}

it('lines that begin as the typed one are found, the newest first, in small and capital letters', async () => {
  const history = await historyOf('k 3', 'dt nt!_LIST_ENTRY', 'lm', 'DT nt!_KTHREAD', 'k');
  const newest = history.search('dt', 'dt', -1);
  expect(newest).toBe('DT nt!_KTHREAD');
  expect(history.search('dt', newest!, -1)).toBe('dt nt!_LIST_ENTRY');
  expect(history.search('dt', 'dt nt!_LIST_ENTRY', -1)).toBeUndefined();
  expect(history.search('dt', 'dt nt!_LIST_ENTRY', 1)).toBe('DT nt!_KTHREAD');
  // Up and Down go on from there, and what was typed is at the end.
  expect(history.next('')).toBe('k');
  expect(history.next('')).toBe('dt');
});

it('a line that stands there already is passed over', async () => {
  const history = await historyOf('k 3', 'k', 'k 3');
  expect(history.search('k', 'k 3', -1)).toBe('k');
  expect(history.search('x', 'x', -1)).toBeUndefined();
});
