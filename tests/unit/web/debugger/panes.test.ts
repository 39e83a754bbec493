import { describe, expect, it } from 'vitest';
import { commonStart } from '../../../../web/debugger/command-window/common-start.js';
import { ChangedValues } from '../../../../web/debugger/panes/changed-values.js';
import { memoryRows } from '../../../../web/debugger/panes/memory-rows.js';
import { orderedModules } from '../../../../web/debugger/panes/module-order.js';

describe('memory', () => {
  const field = (name: string, offset: number, size: number) => ({ name, offset, size, type: '', value: '' });

  it('is shown as db shows it, with question marks for what is not there', () => {
    const bytes = Uint8Array.from([...'Windows'].map((letter) => letter.charCodeAt(0)).concat(0, 0xff, 0x7f));
    const rows = memoryRows({ address: 'fffff80110000ff8', bytes, fields: [] }, 32);
    expect(rows.map(({ address }) => address)).toEqual(['fffff801`10000ff8', 'fffff801`10001008']);
    expect(rows[0]!.hex).toEqual([{ text: '57 69 6e 64 6f 77 73 00-ff 7f ?? ?? ?? ?? ?? ??', field: -1 }]);
    expect(rows[0]!.ascii).toEqual([{ text: 'Windows...??????', field: -1 }]);
  });

  it('is shown with fewer bytes a row where there is no room', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => i);
    const rows = memoryRows({ address: 'ff8', bytes, fields: [] }, 16, 8);
    expect(rows.map(({ address }) => address)).toEqual(['00000000`00000ff8', '00000000`00001000']);
    expect(rows.map(({ hex }) => hex[0]!.text)).toEqual([
      '00 01 02 03-04 05 06 07',
      '08 09 0a 0b-0c 0d 0e 0f',
    ]);
  });

  it.each([
    ['words', '5a4d 0090 0000 ???? ???? ???? ???? ????'],
    ['dwords', '00905a4d ???????? ???????? ????????'],
    ['qwords', '????????`???????? ????????`????????'],
  ] as const)('is shown as %s, the lowest byte last', (format, expected) => {
    const bytes = Uint8Array.of(0x4d, 0x5a, 0x90, 0, 0, 0);
    const [row] = memoryRows({ address: '0', bytes, fields: [] }, 16, 16, format);
    expect(row!.hex.map(({ text }) => text).join('')).toBe(expected);
    expect(row!.ascii).toEqual([]);
  });

  it('is shown as pointers with the names of their targets; what is no address leads nowhere', () => {
    const bytes = new Uint8Array(32);
    const view = new DataView(bytes.buffer);
    [0xfffff80110000ff8n, 0x7ff81ea11834n, 0x246n, 0xffffffffffffffffn].forEach((value, i) =>
      view.setBigUint64(i * 8, value, true),
    );
    const symbols = ['nt!KiSwapContext+0x76', '', '', ''];
    const rows = memoryRows({ address: '1000', bytes, fields: [], symbols }, 32, 16, 'pointers');
    expect(rows.map(({ address, hex, symbol }) => [address.slice(-4), hex, symbol])).toEqual([
      ['1000', [{ text: 'fffff801`10000ff8', field: -1, to: 'fffff80110000ff8' }], symbols[0]],
      ['1008', [{ text: '00007ff8`1ea11834', field: -1, to: '00007ff81ea11834' }], ''],
      ['1010', [{ text: '00000000`00000246', field: -1 }], ''],
      ['1018', [{ text: 'ffffffff`ffffffff', field: -1 }], ''],
    ]);
  });

  it('is cut where fields begin and end; of those that overlap the first counts', () => {
    const fields = [field('Type', 0, 2), field('Both', 0, 4), field('Beyond', 14, 64)];
    const [row] = memoryRows({ address: '0', bytes: new Uint8Array(16), fields }, 16);
    expect(row!.ascii).toEqual([
      { text: '..', field: 0 },
      { text: '..', field: 1 },
      { text: '..........', field: -1 },
      { text: '..', field: 2 },
    ]);
    expect(row!.hex.map(({ text }) => text).join('')).toBe('00 00 00 00 00 00 00 00-00 00 00 00 00 00 00 00');
  });
});

describe('registers that changed', () => {
  const item = (id: string, text: string) => ({
    id, text, detail: '', command: '', isCurrent: false, address: '',
  }); // prettier-ignore
  const changed = (values: ChangedValues, items: ReturnType<typeof item>[], generation: number) =>
    values.mark(items, generation).flatMap(({ id, isChanged }) => (isChanged ? [id] : []));

  it('are those that the last command has left with other values, however often they are looked at', () => {
    const values = new ChangedValues();
    const [first, second] = [
      [item('rax', 'rax=1'), item('rbx', 'rbx=2')],
      [item('rax', 'rax=1'), item('rbx', 'rbx=3')],
    ];
    expect(changed(values, first, 1)).toEqual([]);
    expect(changed(values, second, 2)).toEqual(['rbx']);
    expect(changed(values, second, 2)).toEqual(['rbx']);
    expect(changed(values, second, 3)).toEqual([]);
    values.clear();
    expect(changed(values, first, 4)).toEqual([]);
  });
});

it('modules are shown as they were loaded, by name or by address', () => {
  const module = (id: string, address: string) => ({
    id, text: id, detail: '', command: '', isCurrent: false, address,
  }); // prettier-ignore
  const modules = [module('nt', 'fffff806'), module('Wdf01000', 'fffff802'), module('hal', 'fffff804')];
  const names = (order: 'loaded' | 'name' | 'address') => orderedModules(modules, order).map(({ id }) => id);
  expect(names('loaded')).toEqual(['nt', 'Wdf01000', 'hal']);
  expect(names('name')).toEqual(['hal', 'nt', 'Wdf01000']);
  expect(names('address')).toEqual(['Wdf01000', 'hal', 'nt']);
});

it('what all candidates begin with is in the letters of the first', () => {
  expect(commonStart(['nt!KiSwapContext', 'nt!kiSwapThread', 'nt!KiSwap'])).toBe('nt!KiSwap');
  expect(commonStart(['k', 'lm'])).toBe('');
  expect(commonStart([])).toBe('');
});
