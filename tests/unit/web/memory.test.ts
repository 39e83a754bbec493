import { describe, expect, test } from 'vitest';
import { addressText, hex, parseHex } from '../../../web/memory/hex.js';
import {
  CELLS,
  COLUMNS,
  cellOf,
  frameOfCell,
  revealing,
  scrolled,
  wholeView,
  zoomedIn,
  zoomedOut,
} from '../../../web/memory/map-view.js';

const END = 0x140000; // 4 GiB and a hole

describe('addresses', () => {
  test('are read as people write them', () => {
    for (const typed of [
      'fffff806`26e02000',
      '0xFFFFF80626E02000',
      ' fffff80626e02000h ',
      'ffff_f806_26e0_2000',
    ])
      expect(parseHex(typed)).toBe(0xfffff80626e02000n);
    for (const typed of ['', '0x', 'explorer', '12345678123456781', '-4'])
      expect(parseHex(typed)).toBeUndefined();
  });

  test('are written as debuggers do', () => {
    expect(addressText(0x1ad000n)).toBe('00000000`001ad000');
    expect(hex(0x1ad)).toBe('0x1ad');
  });
});

describe('the view', () => {
  test('of all memory has room for every frame, also of 512 GiB', () => {
    for (const end of [0x4000, END, 0x8040000]) {
      const { first, frames } = wholeView(end);
      expect(first).toBe(0);
      expect(frames * CELLS).toBeGreaterThanOrEqual(end);
      expect((frames / 2) * CELLS).toBeLessThan(end);
    }
  });

  test('comes closer around a frame, in whole rows, down to a frame a cell, and goes back', () => {
    let view = wholeView(END);
    for (let i = 0; i < 5; i++) {
      view = zoomedIn(view, 0x123456, END);
      expect(view.first % (view.frames * COLUMNS)).toBe(0);
      const cell = cellOf(view, 0x123456);
      expect(cell).toBeGreaterThanOrEqual(0);
      expect(cell).toBeLessThan(CELLS);
      expect(0x123456 - frameOfCell(view, cell)).toBeLessThan(view.frames);
    }
    expect(view.frames).toBe(1);
    for (let i = 0; i < 5; i++) view = zoomedOut(view, 0x123456, END);
    expect(view).toEqual(wholeView(END));
  });

  test('ends with the last row of memory, and moves only when a frame is out of it', () => {
    const view = { first: 0, frames: 1 };
    expect(revealing(view, CELLS - 1, END)).toEqual(view);
    const last = revealing(view, END - 1, END);
    expect(last.first + CELLS).toBe(END);
    expect(scrolled(last, 1, END)).toEqual(last);
    expect(scrolled(view, -1, END)).toEqual(view);
    expect(scrolled(view, 1, END).first).toBe(CELLS / 2);
  });
});
