import { describe, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import { catalogue, type ModuleSpec } from '../../../sim/images/index.js';

const LARGE_PAGE = 0x200000;
const EXECUTE = 0x20000000;
const WRITE = 0x80000000;

const tiny = (change: Partial<ModuleSpec> = {}): ModuleSpec => ({
  module: 'tiny',
  file: 'tiny.sys',
  path: '\\SystemRoot\\System32\\drivers\\tiny.sys',
  pdb: 'tiny.pdb',
  description: 'A driver for tests',
  kind: 'driver',
  imageBase: '0x1C0000000',
  entryPoint: 'Entry',
  functions: [{ name: 'Entry', calls: [{ to: 'Callee' }] }, { name: 'Callee' }],
  globals: [{ name: 'Data', size: 8 }],
  ...change,
});

describe('build', () => {
  const set = buildImages();

  it('gives the same bytes every time', () => {
    const again = buildImages();
    for (const image of set.images)
      expect(Buffer.compare(image.file, again.get(image.spec.module).file)).toBe(0);
  });

  it('keeps the order of the catalogue, and finds modules by name', () => {
    expect(set.images.map(({ spec }) => spec.module)).toEqual(catalogue.map(({ module }) => module));
    expect(() => set.get('beep')).toThrow('beep');
  });

  it.each([
    ['has a __try', { guarded: true }],
    ['has a stack cookie', { cookie: true }],
    ['moves its stack pointer later', { frame: { size: 64, dynamicAllocation: 32 } }],
    ['has saved the register before', { frame: { size: 64, pushes: ['r14'] } }],
    ['has filled the home space', { frame: { size: 64, saves: ['rbx', 'rsi', 'rdi', 'r12'] } }],
  ])('refuses a part with unwind data of its own in a function that %s', (_, change) => {
    const entry = { name: 'Entry', calls: [{ to: 'Callee' }], frame: { size: 64 } };
    const wrapped = { saves: ['r14'], calls: 0 };
    const build = (more: object) =>
      buildImages([tiny({ functions: [{ ...entry, wrapped, ...more }, { name: 'Callee' }] })]);
    expect(() => build(change)).toThrow('Entry');
    expect(
      build({})
        .get('tiny')
        .functions.map(({ name }) => name),
    ).toContain('Entry');
  });

  it('names each image by its content', () => {
    const one = buildImages([tiny()]).get('tiny');
    const other = buildImages([tiny({ globals: [{ name: 'Datum', size: 8 }] })]).get('tiny');
    expect(other.pdb.guid).not.toBe(one.pdb.guid);
    expect(other.timeDateStamp).not.toBe(one.timeDateStamp);
    expect(new Set(set.images.map(({ pdb }) => pdb.guid)).size).toBe(set.images.length);
  });

  it('never gives one address two names', () => {
    for (const { symbols } of set.images)
      expect(new Set([...symbols.values()].map(({ rva }) => rva)).size).toBe(symbols.size);
  });

  it('puts each symbol into a section, apart from the next', () => {
    for (const image of set.images) {
      const symbols = [...image.symbols.values()].filter(({ kind }) => kind !== 'label');
      symbols.sort((a, b) => a.rva - b.rva);
      for (const [index, { name, rva, size }] of symbols.entries()) {
        const section = image.sections.find((s) => rva >= s.rva && rva + size <= s.rva + s.virtualSize);
        expect(section, name).toBeDefined();
        expect(rva + size, name).toBeLessThanOrEqual(symbols[index + 1]?.rva ?? Infinity);
      }
    }
  });
});

describe('kernel image', () => {
  const nt = buildImages().get('nt');
  const protection = (characteristics: number) => [characteristics & EXECUTE, characteristics & WRITE].join();

  it('has one protection in each large page, and fills them', () => {
    expect(nt.sizeOfImage % LARGE_PAGE).toBe(0);
    expect(nt.sizeOfImage).toBeLessThanOrEqual(10 << 20);
    const pages = new Map<number, string>();
    for (const { rva, virtualSize, characteristics } of nt.sections)
      for (let page = Math.floor(rva / LARGE_PAGE); page * LARGE_PAGE < rva + virtualSize; page++) {
        expect(pages.get(page) ?? protection(characteristics)).toBe(protection(characteristics));
        pages.set(page, protection(characteristics));
      }
    expect(pages.size).toBe(nt.sizeOfImage / LARGE_PAGE);
  });

  it('leaves no gap between sections', () => {
    let end = 0x1000;
    for (const { rva, virtualSize } of nt.sections) {
      expect(rva).toBe(end);
      end = Math.ceil((rva + virtualSize) / 0x1000) * 0x1000;
    }
    expect(end).toBe(nt.sizeOfImage);
  });

  it('has a service table that leads to the services', () => {
    const table = nt.symbols.get('KiServiceTable')!;
    const section = nt.sections.find(({ rva, rawSize }) => table.rva >= rva && table.rva < rva + rawSize)!;
    const view = new DataView(
      nt.file.buffer,
      nt.file.byteOffset + section.rawOffset + table.rva - section.rva,
    );
    Object.entries(nt.spec.services!).forEach(([name, stackArguments], number) => {
      const entry = view.getInt32(4 * number, true);
      expect(table.rva + (entry >> 4), name).toBe(nt.symbols.get(name)!.rva);
      expect(entry & 15, name).toBe(stackArguments);
    });
  });
});

describe('pointers in data', () => {
  it('hold addresses at the base the image is linked for, and are in its relocations', () => {
    const image = buildImages([
      tiny({ globals: [{ name: 'Table', size: 24, pointers: ['4', 'Callee', 'Table+16'] }] }),
    ]).get('tiny');
    const { symbols, sections, file, imageBase } = image;
    const table = symbols.get('Table')!.rva;
    const view = new DataView(file.buffer, file.byteOffset);
    const place = (rva: number) => {
      const section = sections.findLast((candidate) => rva >= candidate.rva)!;
      return section.rawOffset + rva - section.rva;
    };
    const at = (rva: number) => view.getBigUint64(place(rva), true);
    expect([at(table), at(table + 8), at(table + 16)]).toEqual([
      4n,
      imageBase + BigInt(symbols.get('Callee')!.rva),
      imageBase + BigInt(table + 16),
    ]);
    const { rva: start, virtualSize } = sections.find(({ name }) => name === '.reloc')!;
    const relocated: number[] = [];
    for (let block = 0; block < virtualSize; block += view.getUint32(place(start) + block + 4, true))
      for (let entry = 8; entry < view.getUint32(place(start) + block + 4, true); entry += 2) {
        const word = view.getUint16(place(start) + block + entry, true);
        if (word >> 12 === 10) relocated.push(view.getUint32(place(start) + block, true) + (word & 0xfff));
      }
    expect(relocated).toEqual(expect.arrayContaining([table + 8, table + 16]));
    expect(relocated).not.toContain(table);
    expect(relocated).toEqual([...relocated].sort((a, b) => a - b));
  });

  it('have targets', () => {
    const globals = [{ name: 'Table', size: 8, pointers: ['Lost'] }];
    expect(() => buildImages([tiny({ globals })])).toThrow('needs Lost');
  });
});

describe('mistakes in a module', () => {
  const build = (change: Partial<ModuleSpec>) => () => buildImages([tiny(change)]);

  it('are named', () => {
    expect(build({ entryPoint: 'Missing' })).toThrow('Missing');
    expect(build({ functions: [{ name: 'Entry', calls: [{ to: 'Nowhere' }] }] })).toThrow('Nowhere');
    expect(build({ functions: [{ name: 'Entry', calls: [{ to: 'nt!KeSetEvent' }] }] })).toThrow('nt');
    expect(build({ globals: [{ name: 'Callee', size: 8 }] })).toThrow('Callee is defined twice');
    expect(build({ globals: [{ name: 'Small', size: 2, data: '00112233' }] })).toThrow('tiny!Small');
  });

  it('include imports of what is not exported', () => {
    const user = tiny({
      module: 'user',
      functions: [{ name: 'Entry', calls: [{ to: 'tiny!Callee' }] }],
      globals: [],
    });
    expect(() => buildImages([tiny(), user])).toThrow('user imports tiny!Callee, which is not exported');
  });

  it('include return addresses without room, and frames too small', () => {
    const entry = (change: object) => ({ functions: [{ name: 'Entry', ...change }, { name: 'Callee' }] });
    expect(build(entry({ calls: [{ to: 'Callee', returnAt: 3 }] }))).toThrow(
      'Entry: no room for the call to Callee',
    );
    expect(build(entry({ frame: { size: 0x20 }, calls: [{ to: 'Callee' }] }))).toThrow(
      'Entry: a frame of 32 bytes',
    );
    expect(build(entry({ frame: { leaf: true }, calls: [{ to: 'Callee' }] }))).toThrow('Entry: a leaf');
    expect(build(entry({ frame: { pushes: ['rax'] } }))).toThrow('rax is not a non-volatile register');
  });

  it('include return addresses of calls that are not there', () => {
    const image = buildImages([tiny()]).get('tiny');
    expect(() => image.returnAddress('Callee', 'Entry')).toThrow('tiny!Callee does not call Entry');
    expect(() => image.returnAddress('Nobody', 'Entry')).toThrow('Nobody');
  });
});
