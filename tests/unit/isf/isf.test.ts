import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/index.js';
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
  symbols: Record<string, { address: number; type?: Type }>;
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
