import { expect, test } from 'vitest';
import { moved, resized, snapAt, snapByKey, within } from '../../../web/controls/window/window-place.js';

const ROOM = { width: 1280, height: 752 };
const PLACE = { left: 100, top: 80, width: 600, height: 400 };

test('a dragged edge moves, and the opposite one stays', () => {
  expect(resized(PLACE, 'se', 50, 30, ROOM)).toEqual({ left: 100, top: 80, width: 650, height: 430 });
  expect(resized(PLACE, 'nw', 50, 30, ROOM)).toEqual({ left: 150, top: 110, width: 550, height: 370 });
  expect(resized(PLACE, 'n', 50, -30, ROOM)).toEqual({ left: 100, top: 50, width: 600, height: 430 });
  expect(resized(PLACE, 'w', 50, 30, ROOM)).toEqual({ left: 150, top: 80, width: 550, height: 400 });
});

test('a window does not become smaller than its smallest size, and its title bar does not leave the desktop', () => {
  const small = resized(PLACE, 'nw', 900, 900, ROOM);
  expect(small).toEqual({ left: 380, top: 280, width: 320, height: 200 });
  expect(resized(PLACE, 'n', 0, -500, ROOM)).toMatchObject({ top: 0, height: 480 });
  expect(moved(PLACE, 0, -500, ROOM).top).toBe(0);
  expect(moved(PLACE, -5000, 5000, ROOM)).toMatchObject({ left: -520, top: 704 });
  expect(within({ ...PLACE, left: 2000 }, ROOM).left).toBe(1200);
});

test('at the edges of the desktop a window fills halves, in the corners quarters, at the top all', () => {
  expect(snapAt(2, 400, ROOM)).toBe('left');
  expect(snapAt(1279, 400, ROOM)).toBe('right');
  expect(snapAt(2, 20, ROOM)).toBe('top-left');
  expect(snapAt(1279, 740, ROOM)).toBe('bottom-right');
  expect(snapAt(600, 3, ROOM)).toBe('maximized');
  expect(snapAt(600, 300, ROOM)).toBeUndefined();
});

test('arrows lead from each place to the next as they do with the Windows key', () => {
  expect(snapByKey(undefined, 'ArrowLeft')).toBe('left');
  expect(snapByKey('left', 'ArrowRight')).toBe('free');
  expect(snapByKey('left', 'ArrowUp')).toBe('top-left');
  expect(snapByKey(undefined, 'ArrowUp')).toBe('maximized');
  expect(snapByKey('maximized', 'ArrowDown')).toBe('free');
  expect(snapByKey(undefined, 'ArrowDown')).toBe('minimized');
  expect(snapByKey('left', 'a')).toBeNull();
});
