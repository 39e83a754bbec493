import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import { PdbFile } from '../../../sim/debugger/pdb/pdb-file.js';
import { BufferSource } from '../../../sim/debugger/files/byte-source.js';
import { symbolStoreFiles } from '../../../sim/images/store.js';
import { windows11_22631 } from '../../../sim/machine/profile.js';
import schema from './isf-schema.json' with { type: 'json' };

interface Type {
  kind: string;
  name?: string;
  subtype?: Type;
  type?: Type;
  count?: number;
  bit_position?: number;
  bit_length?: number;
}
interface Isf {
  metadata: { windows: { pdb: { GUID: string; age: number; database: string } } };
  base_types: Record<string, { size: number }>;
  user_types: Record<
    string,
    { kind: string; size: number; fields: Record<string, { offset: number; type: Type }> }
  >;
  enums: Record<string, { size: number; base: string; constants: Record<string, number> }>;
  symbols: Record<string, { address: number; type?: Type; linkage_name?: string }>;
}

const images = buildImages();
const types = await windows11_22631.types();
const store = [...symbolStoreFiles(images, types, await windows11_22631.moduleTypes())];
const files = store.filter(({ path }) => path.endsWith('.json'));
const read = (path: string): Isf =>
  JSON.parse(new TextDecoder().decode(files.find((file) => file.path === path)!.bytes())) as Isf;

describe.each(files.map(({ path }) => path))('%s', (path) => {
  const isf = read(path);

  it('is valid', () => {
    const ajv = new Ajv2020({ allErrors: true });
    const validate = ajv.compile(schema);
    validate(isf);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('lies where Volatility looks for the symbols of its PDB', () => {
    const { GUID, age, database } = isf.metadata.windows.pdb;
    expect(path).toBe(`windows/${database}/${GUID}-${age}.json`);
    const key = `${GUID}${age.toString(16)}`;
    expect(store.map((file) => file.path)).toContain(`${database}/${key}/${database}`);
  });

  it('names no type that it does not hold', () => {
    const named = ({ kind, name = '' }: Type) =>
      kind === 'base' ? name in isf.base_types : kind === 'enum' ? name in isf.enums : name in isf.user_types;
    const leaves = (type: Type): Type[] => {
      const inner = type.subtype ?? type.type;
      return inner ? leaves(inner) : type.name === undefined ? [] : [type];
    };
    const all = [
      ...Object.values(isf.user_types).flatMap(({ fields }) => Object.values(fields).map(({ type }) => type)),
      ...Object.values(isf.symbols).flatMap(({ type }) => type ?? []),
    ].flatMap(leaves);
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter((type) => !named(type)).map(({ name }) => name)).toEqual([]);
    expect(Object.values(isf.enums).filter(({ base }) => !(base in isf.base_types))).toEqual([]);
  });

  it('has every member inside its type', () => {
    const size = (type: Type): number => {
      switch (type.kind) {
        case 'pointer':
          return 8;
        case 'array':
          return type.count! * size(type.subtype!);
        case 'bitfield':
          return size(type.type!);
        case 'base':
          return isf.base_types[type.name!]!.size;
        case 'enum':
          return isf.enums[type.name!]!.size;
        default:
          return isf.user_types[type.name!]!.size;
      }
    };
    const outside = Object.entries(isf.user_types).flatMap(([name, { size: whole, fields }]) =>
      Object.entries(fields)
        .filter(([, { offset, type }]) => offset + size(type) > whole)
        .map(([field]) => `${name}.${field}`),
    );
    expect(outside).toEqual([]);
  });
});

describe("the kernel's symbols and types", () => {
  const isf = read(files[0]!.path);
  const { GUID, age, database } = isf.metadata.windows.pdb;
  const path = `${database}/${GUID}${age.toString(16)}/${database}`;
  const pdb = new PdbFile(new BufferSource(store.find((file) => file.path === path)!.bytes()));

  it('are at the same places in both files, and none is in one alone', () => {
    // Debuggers take underscores off what only publics name.
    const plain = (name: string) => name.replace(/^_+(?=.)/, '');
    const places = (pairs: Iterable<readonly [string, number]>) =>
      [...new Set([...pairs].map(([name, rva]) => `${plain(name)} ${rva}`))].sort();
    const inIsf = places(
      Object.entries(isf.symbols).flatMap(([name, { address, linkage_name }]) =>
        [name, linkage_name ?? name].map((each) => [each, address] as const),
      ),
    );
    expect(places(pdb.symbols().map(({ name, rva }) => [name, rva]))).toEqual(inIsf);
    expect(inIsf.length).toBeGreaterThan(900);
  });

  it('have the same names and sizes in both files, and members at the same offsets', () => {
    const unnamed = (name: string) => name.includes('<unnamed') || name.includes('::');
    const inPdb = [...pdb.types.names].filter((name) => !unnamed(name)).sort();
    const inIsf = [...Object.keys(isf.user_types), ...Object.keys(isf.enums)].filter(
      (name) => !unnamed(name),
    );
    expect(inIsf.sort()).toEqual(inPdb);
    for (const name of inPdb) {
      const type = pdb.types.find(name)!;
      if (type.kind === 'enum') {
        const values = Object.fromEntries(type.values.map(({ name: each, value }) => [each, Number(value)]));
        expect(isf.enums[name]!.constants, name).toEqual(values);
        continue;
      }
      const { size, fields } = isf.user_types[name]!;
      expect(size, name).toBe(type.size);
      const offsets = Object.fromEntries(Object.entries(fields).map(([each, { offset }]) => [each, offset]));
      expect(offsets, name).toEqual(
        Object.fromEntries(type.fields.map(({ name: each, offset }) => [each, offset])),
      );
    }
  });
});

it("the kernel's has what Volatility's plugins ask for", () => {
  const kernel = read(files[0]!.path);
  const { fields, size } = kernel.user_types['_EPROCESS']!;
  expect(size).toBeGreaterThan(0x800);
  expect(fields['ActiveProcessLinks']!.type).toEqual({ kind: 'struct', name: '_LIST_ENTRY' });
  expect(fields['ImageFileName']!.type).toMatchObject({ kind: 'array', count: 15 });
  const entry = kernel.user_types['_MMPTE_HARDWARE']!.fields['PageFrameNumber']!.type;
  expect(entry).toMatchObject({ kind: 'bitfield', bit_position: 12 });
  expect(kernel.symbols['PsActiveProcessHead']!.type).toEqual({ kind: 'struct', name: '_LIST_ENTRY' });
  // Symbols that the plugins read: see Volatility's documentation of its Windows plugins.
  const asked = ['KdVersionBlock', 'KeNumberProcessors', 'NtBuildLab', 'PsLoadedModuleList', 'ObTypeIndexTable',
    'ObHeaderCookie', 'ObpInfoMaskToOffset', 'MmProtectToValue', 'PspCidTable', 'CmpHiveListHead', 'KeServiceDescriptorTable',
    'KiServiceTable', 'KiServiceLimit', 'PoolBigPageTable', 'PoolBigPageTableSize', 'MmUnloadedDrivers', 'MmLastUnloadedDriver',
    'PspCreateProcessNotifyRoutine', 'PspLoadImageNotifyRoutine', 'KeBugCheckCallbackListHead', 'PoolTrackTable']; // prettier-ignore
  for (const name of asked) expect(kernel.symbols, name).toHaveProperty(name);
});
