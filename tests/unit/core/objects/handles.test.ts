import { describe, expect, it } from 'vitest';
import { createMachine } from '../../../../sim/index.js';
import { offsetOf } from '../../../oracles/readers/layouts.js';
import { core, machine, pointer, symbol } from '../support.js';
import { entriesOf, get, headerOf } from './support.js';

const SLOW = 60_000; // a classroom boots in a second or two, on a busy computer in ten
const { typeIndex } = machine.kernel;
const { processes } = machine.stage;
const tables = processes.map(({ address }) => get(address, '_EPROCESS', 'ObjectTable'));
const handles = tables.flatMap((table) => entriesOf(table).filter(({ object }) => object !== 0n));

describe('handles of a machine', () => {
  it(
    'are as many as a machine of its size has',
    async () => {
      expect(handles.length).toBeGreaterThan(1500);
      const { kernel, stage } = await createMachine({ machine: 'classroom', seed: 5 });
      const counted = stage.processes.map(({ address }) => {
        const { exports, exchange } = kernel.core;
        const table = exports.handleTable(address);
        if (table === 0n) return 0;
        const list = table + BigInt(offsetOf('_HANDLE_TABLE', 'FreeLists'));
        exports.memoryRead(list + BigInt(offsetOf('_HANDLE_TABLE_FREE_LIST', 'HandleCount')), 4);
        return exchange.getUint32(0, true);
      });
      expect(counted.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(50_000);
    },
    SLOW,
  );

  it('are what each object counts, with the references that they keep', () => {
    const open = new Map<bigint, { handles: number; references: number }>();
    for (const { object, references } of handles) {
      const known = open.get(object) ?? { handles: 0, references: 0 };
      known.handles++;
      known.references += references + 1;
      open.set(object, known);
    }
    const wrong = [...open].filter(([object, { handles, references }]) => {
      const header = headerOf(object);
      return (
        get(header, '_OBJECT_HEADER', 'HandleCount') !== BigInt(handles) ||
        get(header, '_OBJECT_HEADER', 'PointerCount') < BigInt(references)
      );
    });
    expect(wrong).toEqual([]);
  });

  it('are what each type counts', () => {
    const byType = new Map<number, number>();
    for (const { object } of handles) {
      const index = core.exports.objectType(object);
      byType.set(index, (byType.get(index) ?? 0) + 1);
    }
    for (const [name, index] of typeIndex) {
      const type = pointer(symbol('ObTypeIndexTable') + BigInt(index * 8));
      expect([name, Number(get(type, '_OBJECT_TYPE', 'TotalNumberOfHandles'))]).toEqual([
        name,
        byType.get(index) ?? 0,
      ]);
    }
  });

  it('are those of the ledger', () => {
    for (const table of tables)
      expect(core.exports.handleCount(table)).toBe(
        entriesOf(table).filter(({ object }) => object !== 0n).length,
      );
  });
});
