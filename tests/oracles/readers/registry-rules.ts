// The registry against truth, read as Volatility's hivelist and printkey read it: hives off CmpHiveListHead, cells
// through their maps in the address space of process Registry.
import { describe, expect, it } from 'vitest';
import { Hive, type KeyNode } from './hive.js';
import type { Kernel } from './kernel.js';
import { offsetOf } from './layouts.js';

const SYSTEM = 4n;
const HIVE_SIGNATURE = 0xbee0bee0n;
const HIVE_EXIT = 2;
const HIVE_ENTRY = 4;
const MASTER = '\\REGISTRY';

interface FoundKey {
  readonly path: string;
  readonly hive: Hive;
  readonly node: KeyNode;
}

export function registryRules(opened: () => Kernel): void {
  /** The hives, with the paths of their roots. */
  function hivesOf(kernel: Kernel): Map<string, Hive> {
    const registry = kernel.processes.find(
      (process) =>
        kernel.space.get(process, '_EPROCESS', 'InheritedFromUniqueProcessId') === SYSTEM &&
        nameOf(kernel, process) === 'Registry',
    )!;
    const space = kernel.spaceOf(registry);
    const hives = kernel.list(kernel.address('CmpHiveListHead'), '_CMHIVE', 'HiveList');
    const rootOf = (hive: bigint) => kernel.space.unicode(hive + BigInt(offsetOf('_CMHIVE', 'HiveRootPath')));
    return new Map(hives.map((hive) => [rootOf(hive), new Hive(hive, space)]));
  }

  function nameOf(kernel: Kernel, process: bigint): string {
    const bytes = kernel.space.bytes(process + BigInt(offsetOf('_EPROCESS', 'ImageFileName')), 15);
    return Buffer.from(bytes).toString('latin1').split('\0')[0]!;
  }

  /** Every key, from the registry's own hive down through its links. */
  function* keysOf(kernel: Kernel): Generator<FoundKey> {
    const hives = hivesOf(kernel);
    const byAddress = new Map([...hives.values()].map((hive) => [hive.address, hive]));
    const below = function* (path: string, hive: Hive, node: KeyNode): Generator<FoundKey> {
      if (node.signature === 'lk') {
        expect(node.flags & HIVE_EXIT).toBe(HIVE_EXIT);
        const cell = hive.addressOf(node.cell) + 4n;
        const target = byAddress.get(kernel.space.u64(cell + 36n))!; // ChildHiveReference: cell, hive 8 bytes on
        const root = target.key(kernel.space.u32(cell + 28n));
        expect(root.cell, path).toBe(target.rootCell);
        expect(root.parent, path).toBe(node.cell);
        expect(hives.get(path)).toBe(target);
        yield* below(path, target, root);
        return;
      }
      expect(node.signature, path).toBe('nk');
      yield { path, hive, node };
      for (const subkey of hive.subkeys(node.cell)) {
        expect(subkey.parent, `${path}\\${subkey.name}`).toBe(node.cell);
        yield* below(`${path}\\${subkey.name}`, hive, subkey);
      }
    };
    const master = hives.get(MASTER)!;
    yield* below(MASTER, master, master.key(master.rootCell));
  }

  describe('the registry against truth', () => {
    it('every hive: its file, its signatures and the checksum of its base block', () => {
      const kernel = opened();
      const hives = hivesOf(kernel);
      const { registry } = kernel.truth;
      expect([...hives].map(([root, { address }]) => [root, address])).toEqual(
        registry.hives.map(({ root, address }) => [root, BigInt(address)]),
      );
      for (const { root, file } of registry.hives) {
        const hive = hives.get(root)!;
        const path = kernel.space.unicode(hive.address + BigInt(offsetOf('_CMHIVE', 'FileFullPath')));
        expect(path).toBe(file ?? '');
        expect(hive.signature).toBe(HIVE_SIGNATURE);
        const block = hive.baseBlock;
        expect(Buffer.from(block.buffer, block.byteOffset, 4).toString()).toBe('regf');
        expect([block.getUint32(20, true), block.getUint32(24, true)]).toEqual([1, 5]);
        let sum = 0;
        for (let at = 0; at < 508; at += 4) sum ^= block.getUint32(at, true);
        expect(block.getUint32(508, true)).toBe(sum >>> 0);
        expect(block.getUint32(40, true)).toBe(hive.lengthOf(0));
      }
    });

    it('the memory before the bins of a hive with a file is its base block: together they are the file', () => {
      const kernel = opened();
      const hives = hivesOf(kernel);
      for (const { root, file } of kernel.truth.registry.hives) {
        const hive = hives.get(root)!;
        if (file === undefined) continue;
        const start = hive.addressOf(0) - 0x1000n;
        expect(start >> 47n, root).toBe(0n); // user mode's half
        const block = hive.baseBlock;
        const copy = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
        expect(copy.equals(hive.space.bytes(start, 0x1000)), root).toBe(true);
        for (const { offset } of hive.bins(0))
          expect(hive.addressOf(offset), root).toBe(start + 0x1000n + BigInt(offset));
      }
    });

    it('bins are full of cells, in use or free', () => {
      for (const hive of hivesOf(opened()).values())
        for (const storage of [0, 1])
          for (const { cells, size } of hive.bins(storage))
            expect(cells.reduce((sum, cell) => sum + Math.abs(cell), 32)).toBe(size);
    });

    it('every key, its class and its values', () => {
      const kernel = opened();
      const found = [...keysOf(kernel)].map(({ path, hive, node }) => ({
        path,
        ...(node.cell >>> 31 === 1 ? { volatile: true } : {}),
        ...(node.className === undefined ? {} : { class: node.className }),
        values: Object.fromEntries(hive.values(node.cell)),
      }));
      const expected = kernel.truth.registry.keys.map((key) => ({ values: {}, ...key }));
      const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
      expect(found.sort(byPath)).toEqual(expected.sort(byPath));
    });

    it('security cells count the keys that name them', () => {
      const named = new Map<Hive, Map<number, number>>();
      for (const { hive, node } of keysOf(opened())) {
        if (!named.has(hive)) named.set(hive, new Map());
        const counts = named.get(hive)!;
        counts.set(node.security, (counts.get(node.security) ?? 0) + 1);
      }
      for (const [hive, counts] of named)
        for (const [cell, count] of counts) expect(hive.securityRing(cell).get(cell)).toBe(count);
    });

    it('keys that are open lead to the cell of the key that their path names', () => {
      const kernel = opened();
      const keys = new Map([...keysOf(kernel)].map((key) => [key.path.toUpperCase(), key]));
      const pathOf = (block: bigint): string => {
        const name = kernel.get(block, '_CM_KEY_CONTROL_BLOCK', 'NameBlock');
        const length = Number(kernel.get(name, '_CM_NAME_CONTROL_BLOCK', 'NameLength'));
        const at = name + BigInt(offsetOf('_CM_NAME_CONTROL_BLOCK', 'Name'));
        const text = Buffer.from(kernel.space.bytes(at, length)).toString('latin1');
        const above = kernel.get(block, '_CM_KEY_CONTROL_BLOCK', 'ParentKcb');
        if (above === 0n) return `\\${text}`;
        const flags = Number(kernel.get(block, '_CM_KEY_CONTROL_BLOCK', 'Flags'));
        return (flags & HIVE_ENTRY) !== 0 ? pathOf(above) : `${pathOf(above)}\\${text}`;
      };
      const open = kernel.truth.processes.flatMap(({ handles }) => handles.open['Key'] ?? []);
      expect(open.length).toBeGreaterThan(50);
      for (const row of open) {
        const block = kernel.get(BigInt(row.split(' ')[1]!), '_CM_KEY_BODY', 'KeyControlBlock');
        const { hive, node } = keys.get(pathOf(block))!;
        expect(kernel.get(block, '_CM_KEY_CONTROL_BLOCK', 'KeyHive')).toBe(hive.address);
        expect(kernel.get(block, '_CM_KEY_CONTROL_BLOCK', 'KeyCell')).toBe(BigInt(node.cell));
      }
    });
  });
}
