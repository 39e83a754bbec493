import { expect, test } from 'vitest';
import {
  formatDisk,
  formatMemory,
  formatNetwork,
  formatPercent,
  formatTotal,
} from '../../../web/task-manager/processes/format.js';

// Expected texts are those of screenshots of Task Manager.
test.each([
  [0, '0%'],
  [0.049, '0%'],
  [0.05, '0.1%'],
  [0.7, '0.7%'],
  [3.7, '3.7%'],
])('%d percent reads %s', (percent, text) => expect(formatPercent(percent)).toBe(text));

test.each([
  [0, '0 MB'],
  [5.2, '5.2 MB'],
  [68.1, '68.1 MB'],
  [1077, '1,077.0 MB'],
])('%d MB reads %s', (megabytes, text) => expect(formatMemory(megabytes * 1024 * 1024)).toBe(text));

test('disk counts bytes in binary megabytes, network counts bits in decimal ones', () => {
  expect(formatDisk(0)).toBe('0 MB/s');
  expect(formatDisk(0.1 * 1024 * 1024)).toBe('0.1 MB/s');
  expect(formatNetwork(0)).toBe('0 Mbps');
  expect(formatNetwork(100_000)).toBe('0.1 Mbps');
});

test('totals in the header are whole', () =>
  expect([0.4, 8, 23.6].map(formatTotal)).toEqual(['0%', '8%', '24%']));
