import { describe, expect, it } from 'vitest';
import { core, machine, symbol } from '../support.js';
import { entriesOf, freeChain, freeList, get, headerOf, pointer } from './support.js';

const { exports } = core;
const EVENT = machine.kernel.typeIndex.get('Event')!;
const system = machine.stage.processes[0]!;
const systemTable = get(system.address, '_EPROCESS', 'ObjectTable');

const count = (object: bigint, path: 'HandleCount' | 'PointerCount') =>
  get(headerOf(object), '_OBJECT_HEADER', path);

function expectWhole(table: bigint): void {
  const entries = entriesOf(table);
  const free = entries.filter(({ object }) => object === 0n).map(({ address }) => address);
  const chain = freeChain(table);
  expect(new Set(chain).size).toBe(chain.length);
  expect([...chain].sort()).toEqual([...free].sort());
  expect(freeList(table, 'LastFreeHandleEntry')).toBe(chain.at(-1) ?? 0n);
  expect(Number(freeList(table, 'HandleCount'))).toBe(entries.length - free.length);
  expect(freeList(table, 'HighWaterMark')).toBeGreaterThanOrEqual(freeList(table, 'HandleCount'));
  expect(Number(get(table, '_HANDLE_TABLE', 'NextHandleNeedingPool'))).toBe((entries.length / 255) * 1024);
}

describe('a handle', () => {
  it('gives its object a handle and the references that it keeps, and takes them back', () => {
    const event = exports.objectCreate(EVENT, 0);
    expect([count(event, 'HandleCount'), count(event, 'PointerCount')]).toEqual([0n, 1n]);
    const type = pointer(symbol('ObTypeIndexTable') + BigInt(EVENT * 8));
    const before = get(type, '_OBJECT_TYPE', 'TotalNumberOfHandles');
    const values = [1, 2, 3].map(() => exports.handleOpen(systemTable, event, 0x1f0003, 2));
    const opened = entriesOf(systemTable).filter(({ object }) => object === event);
    expect(opened.map(({ value }) => value)).toEqual(values);
    expect(opened.every(({ access, attributes }) => access === 0x1f0003 && attributes === 2)).toBe(true);
    const kept = opened.reduce((sum, { references }) => sum + references + 1, 0);
    expect(count(event, 'PointerCount')).toBe(BigInt(1 + kept));
    expect(count(event, 'HandleCount')).toBe(3n);
    expect(get(type, '_OBJECT_TYPE', 'TotalNumberOfHandles')).toBe(before + 3n);
    for (const value of values) exports.handleClose(systemTable, value);
    expect([count(event, 'HandleCount'), count(event, 'PointerCount')]).toEqual([0n, 1n]);
    expect(get(type, '_OBJECT_TYPE', 'TotalNumberOfHandles')).toBe(before);
    expectWhole(systemTable);
  });

  it('is used again as soon as it is closed', () => {
    const event = exports.objectCreate(EVENT, 0);
    const first = exports.handleOpen(systemTable, event, 1, 0);
    exports.handleOpen(systemTable, event, 1, 0);
    exports.handleClose(systemTable, first);
    expect(exports.handleOpen(systemTable, event, 1, 0)).toBe(first);
  });
});

describe('a handle table', () => {
  it.each([
    ['one level', 200, 0n],
    ['two levels', 1000, 1n],
    ['three levels', 132_000, 2n],
  ])('of %s is whole', (_, handles, level) => {
    const table = exports.handleCreateTable(system.address, 0);
    const event = exports.objectCreate(EVENT, 0);
    for (let i = 0; i < handles; i++) exports.handleOpen(table, event, 1, 0);
    for (let i = 40; i < 400; i += 8) exports.handleClose(table, i);
    expect(get(table, '_HANDLE_TABLE', 'TableCode') & 3n).toBe(level);
    expectWhole(table);
    expect(count(event, 'HandleCount')).toBe(freeList(table, 'HandleCount'));
    expect(exports.handleCount(table)).toBe(Number(freeList(table, 'HandleCount')));
  });

  it('of every process and of client ids is whole', () => {
    expect(pointer(symbol('ObpKernelHandleTable'))).toBe(systemTable);
    expectWhole(pointer(symbol('PspCidTable')));
    for (const { address } of machine.stage.processes) expectWhole(get(address, '_EPROCESS', 'ObjectTable'));
  });
});
