import { describe, expect, it } from 'vitest';
import { commonStart } from '../../../../web/debugger/command-window/common-start.js';
import { memoryRows } from '../../../../web/debugger/panes/memory-rows.js';

describe('memory', () => {
  const field = (name: string, offset: number, size: number) => ({ name, offset, size, type: '', value: '' });

  it('is shown as db shows it, with question marks for what is not there', () => {
    const bytes = Uint8Array.from([...'Windows'].map((letter) => letter.charCodeAt(0)).concat(0, 0xff, 0x7f));
    const rows = memoryRows({ address: 'fffff80110000ff8', symbol: '', bytes, fields: [] }, 32);
    expect(rows.map(({ address }) => address)).toEqual(['fffff801`10000ff8', 'fffff801`10001008']);
    expect(rows[0]!.hex).toEqual([{ text: '57 69 6e 64 6f 77 73 00-ff 7f ?? ?? ?? ?? ?? ??', field: -1 }]);
    expect(rows[0]!.ascii).toEqual([{ text: 'Windows...??????', field: -1 }]);
  });

  it('is shown with fewer bytes a row where there is no room', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => i);
    const rows = memoryRows({ address: 'ff8', symbol: '', bytes, fields: [] }, 16, 8);
    expect(rows.map(({ address }) => address)).toEqual(['00000000`00000ff8', '00000000`00001000']);
    expect(rows.map(({ hex }) => hex[0]!.text)).toEqual([
      '00 01 02 03-04 05 06 07',
      '08 09 0a 0b-0c 0d 0e 0f',
    ]);
  });

  it('is cut where fields begin and end; of those that overlap the first counts', () => {
    const fields = [field('Type', 0, 2), field('Both', 0, 4), field('Beyond', 14, 64)];
    const [row] = memoryRows({ address: '0', symbol: '', bytes: new Uint8Array(16), fields }, 16);
    expect(row!.ascii).toEqual([
      { text: '..', field: 0 },
      { text: '..', field: 1 },
      { text: '..........', field: -1 },
      { text: '..', field: 2 },
    ]);
    expect(row!.hex.map(({ text }) => text).join('')).toBe('00 00 00 00 00 00 00 00-00 00 00 00 00 00 00 00');
  });
});

it('what all candidates begin with is in the letters of the first', () => {
  expect(commonStart(['nt!KiSwapContext', 'nt!kiSwapThread', 'nt!KiSwap'])).toBe('nt!KiSwap');
  expect(commonStart(['k', 'lm'])).toBe('');
  expect(commonStart([])).toBe('');
});
