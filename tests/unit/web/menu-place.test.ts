import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeAtPoint, placeBeside } from '../../../web/controls/menu/menu-place.js';

const PAGE = { width: 1280, height: 800 };

test('a menu opens at the pointer, a submenu at the right of its item', () => {
  expect(placeAtPoint({ left: 100, top: 200 }, { width: 302, height: 246 }, PAGE)).toEqual({
    left: 100,
    top: 200,
  });
  const item = { left: 105, right: 397, top: 300, bottom: 324 } as DOMRect;
  const place = placeBeside(item, { width: 275, height: 90 }, PAGE);
  // It covers the parent's edge, and its first line is level with the item.
  expect(place.left).toBeGreaterThan(item.right);
  expect(place.left).toBeLessThan(item.right + 8);
  expect(place.top).toBe(item.top - 5);
});

test('nothing ever opens outside of a page that it fits into', () => {
  const menu = { width: 275, height: 90 };
  fc.assert(
    fc.property(
      fc.record({
        width: fc.integer({ min: 302, max: 2000 }),
        height: fc.integer({ min: 280, max: 1500 }),
        x: fc.integer({ min: 0, max: 2000 }),
        y: fc.integer({ min: 0, max: 1500 }),
      }),
      ({ width, height, x, y }) => {
        const left = Math.min(x, width - 292);
        const top = Math.min(y, height - 24);
        const item = { left, right: left + 292, top, bottom: top + 24 } as DOMRect;
        const places = [
          placeBeside(item, menu, { width, height }),
          placeAtPoint({ left: x, top: y }, menu, { width, height }),
        ];
        for (const place of places) {
          expect(place.left).toBeGreaterThanOrEqual(0);
          expect(place.top).toBeGreaterThanOrEqual(0);
          expect(place.left + menu.width).toBeLessThanOrEqual(width);
          expect(place.top + menu.height).toBeLessThanOrEqual(height);
        }
      },
    ),
  );
});
