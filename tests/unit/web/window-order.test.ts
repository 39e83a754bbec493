import { expect, test } from 'vitest';
import {
  bringToFront,
  close,
  frontOf,
  minimize,
  nextWindow,
  type WindowOrder,
} from '../../../web/desktop/window-order.js';

const ORDER: WindowOrder = { open: ['task-manager', 'file-explorer', 'event-viewer'], minimized: new Set() };

test('going through the windows brings each to the front in turn', () => {
  const seen = [];
  let order = ORDER;
  for (let press = 0; press < 3; press++) {
    order = bringToFront(order, nextWindow(order)!);
    seen.push(frontOf(order));
  }
  expect(seen).toEqual(['task-manager', 'file-explorer', 'event-viewer']);
});

test('minimized windows are passed over; closed ones are gone', () => {
  expect(nextWindow(minimize(ORDER, 'task-manager'))).toBe('file-explorer');
  expect(nextWindow(close(ORDER, 'task-manager'))).toBe('file-explorer');
  expect(frontOf(minimize(ORDER, 'event-viewer'))).toBe('file-explorer');
});
