// Objects and handles against truth: what !handle, !object and forensic tools' lists of handles walk.
import { describe, expect, it } from 'vitest';
import { handlesOf } from './handles.js';
import type { Kernel } from './kernel.js';
import { offsetOf } from './layouts.js';
import { objectTypes, typeOf } from './objects.js';

const NAME_INFO = 2;
const BUCKETS = 37;

const hex = (value: bigint): string => `0x${value.toString(16).padStart(16, '0')}`;

export function objectRules(opened: () => Kernel): void {
  const bodyOffset = BigInt(offsetOf('_OBJECT_HEADER', 'Body'));

  function nameOf(kernel: Kernel, body: bigint): string {
    const header = body - bodyOffset;
    const mask = Number(kernel.get(header, '_OBJECT_HEADER', 'InfoMask'));
    expect(mask & NAME_INFO).toBe(NAME_INFO);
    const before = kernel.space.u8(kernel.address('ObpInfoMaskToOffset') + BigInt(mask & 3));
    return kernel.space.unicode(
      header - BigInt(before) + BigInt(offsetOf('_OBJECT_HEADER_NAME_INFO', 'Name')),
    );
  }

  function* inDirectory(kernel: Kernel, directory: bigint): Generator<bigint> {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      let entry = kernel.space.u64(directory + BigInt(8 * bucket));
      for (; entry !== 0n; entry = kernel.get(entry, '_OBJECT_DIRECTORY_ENTRY', 'ChainLink'))
        yield kernel.get(entry, '_OBJECT_DIRECTORY_ENTRY', 'Object');
    }
  }

  describe('objects against truth', () => {
    it('every handle of every process: value, type, object and access', () => {
      const kernel = opened();
      const types = objectTypes(kernel);
      for (const { address, handles } of kernel.truth.processes) {
        const table = kernel.get(BigInt(address), '_EPROCESS', 'ObjectTable');
        expect(hex(table)).toBe(handles.table);
        const expected = Object.entries(handles.open)
          .flatMap(([type, rows]) => rows.map((row) => `${row} ${type}`))
          .sort();
        const found = handlesOf(kernel, table).map(
          ({ value, object, access }) =>
            `0x${value.toString(16)} ${hex(object + bodyOffset)} 0x${access.toString(16)} ${typeOf(kernel, object + bodyOffset, types)}`,
        );
        expect(found.sort()).toEqual(expected);
        expect(handles.count).toBe(expected.length);
      }
    });

    it('every object counts the handles that lead to it, and at least as many references', () => {
      const kernel = opened();
      const open = new Map<bigint, bigint>();
      for (const { handles } of kernel.truth.processes)
        for (const { object } of handlesOf(kernel, BigInt(handles.table)))
          open.set(object, (open.get(object) ?? 0n) + 1n);
      const wrong = [...open].filter(
        ([header, count]) =>
          kernel.get(header, '_OBJECT_HEADER', 'HandleCount') !== count ||
          kernel.get(header, '_OBJECT_HEADER', 'PointerCount') < count,
      );
      expect(wrong.map(([header]) => hex(header))).toEqual([]);
    });

    it('the namespace from its root: paths, types and targets', () => {
      const kernel = opened();
      const types = objectTypes(kernel);
      const found: string[] = [];
      const walk = (directory: bigint, path: string): void => {
        for (const object of inDirectory(kernel, directory)) {
          const type = typeOf(kernel, object, types);
          const own = `${path}\\${nameOf(kernel, object)}`;
          if (type === 'Type') continue;
          const target = object + BigInt(offsetOf('_OBJECT_SYMBOLIC_LINK', 'LinkTarget'));
          found.push(
            `${own} ${type} ${hex(object)}${type === 'SymbolicLink' ? ` ${kernel.space.unicode(target)}` : ''}`,
          );
          if (type === 'Directory') walk(object, own);
        }
      };
      walk(kernel.pointer('ObpRootDirectoryObject'), '');
      const expected = kernel.truth.namedObjects
        .filter(({ path }) => path !== '\\')
        .map(
          ({ path, type, address, target }) =>
            `${path} ${type} ${address}${target === undefined ? '' : ` ${target}`}`,
        );
      expect(found.sort()).toEqual(expected.sort());
    });
  });
}
