import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../sim/images/index.js';
import kdbg from '../../../sim/profiles/win11-22631/kdbg.json';
import types from '../../../sim/profiles/win11-22631/types.json';

const SCALARS: Record<string, number> = { u8: 1, u16: 2, i32: 4, u32: 4, u64: 8, fnptr: 8 };
const layouts = types.types as unknown as Record<string, { size: number }>;

/** Bytes of a global's type: a structure of the profile, a scalar, a pointer, or an array of them. */
function sizeOf(type: string): number | undefined {
  const array = /^(.*)\[(\d+)\]$/.exec(type);
  if (array) return sizeOf(array[1]!)! * Number(array[2]);
  return type.endsWith('*') ? 8 : (SCALARS[type] ?? layouts[type]?.size);
}

const [nt, hal, ...rest] = catalogue;
const ntdll = rest.pop();
const namesOf = (spec: (typeof catalogue)[number]) =>
  [...spec.functions, ...spec.globals].map(({ name }) => name);

describe('catalogue of modules', () => {
  it('is nt, hal, drivers, DLLs, the hypervisor and ntdll last', () => {
    expect(nt!.module).toBe('nt');
    expect(hal!.module).toBe('hal');
    expect(rest.at(-1)).toMatchObject({ module: 'hvix64', kind: 'hypervisor' });
    const kinds = rest.slice(0, -1).map(({ kind }) => kind);
    const drivers = kinds.indexOf('dll');
    expect(drivers).toBeGreaterThanOrEqual(20);
    expect(kinds.slice(0, drivers).every((kind) => kind === 'driver')).toBe(true);
    expect(kinds.slice(drivers).every((kind) => kind === 'dll')).toBe(true);
    expect(ntdll!.module).toBe('ntdll');
  });

  it.each(catalogue.map((spec) => [spec.module, spec] as const))('%s names nothing twice', (_, spec) => {
    const names = namesOf(spec);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(catalogue.map((spec) => [spec.module, spec] as const))(
    '%s gives each global its type’s size',
    (_, spec) => {
      for (const { name, type, size } of spec.globals)
        if (type !== undefined) expect(size, `${name}: ${type}`).toBe(sizeOf(type));
    },
  );

  it('defines every symbol that the debugger data block refers to', () => {
    const wanted = Object.values(kdbg.fields).flatMap(
      (value) => /^symbol (\w+)/.exec(String(value))?.[1] ?? [],
    );
    expect(wanted.length).toBeGreaterThan(30);
    expect(namesOf(nt!)).toEqual(expect.arrayContaining(wanted));
  });

  it('has what memory forensics looks for in the kernel', () => {
    expect(nt!.file).toBe('ntoskrnl.exe');
    expect(nt!.globals.find(({ name }) => name === 'PsInitialSystemProcess')?.exported).toBe(true);
    const pool = nt!.functions.filter(({ section }) => section === 'POOLCODE').map(({ name }) => name);
    expect(pool).toEqual(
      expect.arrayContaining(['ExAllocatePool2', 'ExAllocatePoolWithTag', 'ExFreePoolWithTag']),
    );
  });

  it('gives user mode a stub for every system service', () => {
    const stubs = ntdll!.functions
      .filter(({ template }) => template === 'service-stub')
      .map(({ name }) => name);
    expect(stubs).toEqual(Object.keys(nt!.services!));
    const limit = nt!.globals.find(({ name }) => name === 'KiServiceLimit')!;
    expect(parseInt(limit.data!.slice(0, 2), 16)).toBe(stubs.length);
  });
});

describe('call graph', () => {
  const edges = catalogue.flatMap(({ module, functions }) =>
    functions.flatMap(({ name, calls = [], tail }) =>
      [...calls.map(({ to }) => to), tail].flatMap((to) =>
        to === undefined
          ? []
          : [{ from: `${module}!${name}`, to: to.includes('!') ? to : `${module}!${to}` }],
      ),
    ),
  );

  it('covers more than 400 functions of the kernel and more than 40 drivers', () => {
    const functions = new Set(edges.flatMap(({ from, to }) => [from, to]));
    const drivers = new Set(catalogue.filter(({ kind }) => kind === 'driver').map(({ module }) => module));
    const calling = new Set(edges.map(({ from }) => from.replace(/!.*/s, '')));
    expect([...functions].filter((name) => name.startsWith('nt!')).length).toBeGreaterThanOrEqual(400);
    expect([...drivers].filter((module) => calling.has(module)).length).toBeGreaterThanOrEqual(40);
  });

  it('names each edge once', () => {
    const named = edges.map(({ from, to }) => `${from} ${to}`);
    expect(new Set(named).size).toBe(named.length);
  });
});
