import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import type { LabImage } from '../../../sim/images/index.js';
import { buildPdb } from '../../../sim/images/pdb/build-pdb.js';
import type { TypeCatalogue } from '../../../sim/profiles/profile.js';
import types from '../../../sim/profiles/win11-22631/types.json' with { type: 'json' };
import { describeWithTool } from '../../support/tools.js';
import type { DumpedMember, DumpedTypes } from './pdbutil-dump.js';
import { parsePublics, parseTypes, pdbutil } from './pdbutil-dump.js';

const catalogue = types as unknown as TypeCatalogue;
const set = buildImages();
const folder = mkdtempSync(join(tmpdir(), 'pdb-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(image: LabImage, layouts?: TypeCatalogue): string {
  const path = join(mkdtempSync(join(folder, 'pdb-')), image.pdb.name);
  writeFileSync(path, buildPdb(image, layouts));
  return path;
}

const modules = set.images.map(({ spec }) => spec.module);

describeWithTool('llvm-pdbutil', 'publics, as llvm-pdbutil reads them', (program) => {
  it.each(modules)('%s: every part can be dumped', (module) => {
    const dump = pdbutil(program, 'dump', '--all', written(set.get(module)));
    expect(dump).not.toMatch(/^\s*error\b/im);
    expect(dump).toContain('* Linker *');
  });

  it.each(modules)('%s: every public at its section and offset', (module) => {
    const image = set.get(module);
    const publics = parsePublics(pdbutil(program, 'dump', '--publics', written(image)));
    const found = publics.map(({ name, section, offset, isFunction }) => {
      const { rva = NaN } = image.sections[section - 1] ?? {};
      return [name, rva + offset, isFunction] as const;
    });
    const wanted = [...image.symbols.values()].map(
      ({ name, decorated, rva, kind }) => [decorated ?? name, rva, kind === 'function'] as const,
    );
    const byName = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]) =>
      a[0] < b[0] ? -1 : 1;
    expect([...found].sort(byName)).toEqual([...wanted].sort(byName));
  });

  it.each(modules)('%s: identity and section headers are those of the image', (module) => {
    const image = set.get(module);
    const path = written(image);
    const summary = pdbutil(program, 'dump', '--summary', path);
    expect(/GUID: \{(.*)\}/.exec(summary)?.[1]?.replaceAll('-', '')).toBe(image.pdb.guid);
    expect(/Age: (\d+)/.exec(summary)?.[1]).toBe(String(image.pdb.age));
    expect(/Signature: (\d+)/.exec(summary)?.[1]).toBe(String(image.timeDateStamp));
    const headers = pdbutil(program, 'dump', '--section-headers', path).split('SECTION HEADER').slice(1);
    const fields = headers.map((text) => [
      // LLVM runs on behind a name of eight characters, into the bytes of the size.
      /\n *(\S[^\n]{0,7})[^]*? name\n/.exec(text)?.[1],
      parseInt(/(\S+) virtual size/.exec(text)?.[1] ?? '', 16),
      parseInt(/(\S+) virtual address/.exec(text)?.[1] ?? '', 16),
    ]);
    expect(fields).toEqual(image.sections.map(({ name, virtualSize, rva }) => [name, virtualSize, rva]));
  });
});

describeWithTool('llvm-pdbutil', 'types, as llvm-pdbutil reads them', (program) => {
  const path = written(set.get('nt'), catalogue);
  const dumped = parseTypes(pdbutil(program, 'dump', '--types', path));

  it('can be dumped in every part', () => {
    const dump = pdbutil(program, 'dump', '--all', path);
    expect(dump).not.toMatch(/^\s*error\b/im);
    expect(dump).toContain('_EPROCESS');
  });

  it('has every structure and union, with size and members', () => {
    for (const [name, layout] of Object.entries(catalogue.types)) {
      const { kind, size } = dumped.layouts.get(name) ?? {};
      expect({ name, kind, size }).toEqual({ name, kind: layout.kind, size: layout.size });
      expect(flat(dumped, name), name).toEqual(
        Object.entries(layout.fields).map(([field, [offset, , position, length]]) =>
          position === undefined ? [field, offset] : [field, offset, position, length],
        ),
      );
    }
  });

  it('has every enum with its values', () => {
    const wanted = Object.entries(catalogue.enums).map(([name, { values }]) => [name, values]);
    expect(Object.fromEntries(dumped.enums)).toEqual(Object.fromEntries(wanted));
  });

  it('is found through its hash table by forward references', () => {
    const unknown = dumped.unresolved.filter((name) => catalogue.types[name]);
    expect(unknown).toEqual([]);
    expect(dumped.unresolved).toContain('_KSCHEDULING_GROUP');
  });

  it("is, byte for byte, what LLVM's own writer makes of the same records", () => {
    const yaml = join(folder, 'types.yaml');
    writeFileSync(yaml, pdbutil(program, 'pdb2yaml', '--tpi-stream', '--pdb-stream', path));
    const again = join(folder, 'again.pdb');
    pdbutil(program, 'yaml2pdb', `--pdb=${again}`, yaml);
    const ours = typeStreams(program, path);
    const theirs = typeStreams(program, again);
    expect(ours.records.equals(theirs.records)).toBe(true);
    // LLVM leaves out the hash values here; the table of offsets, which follows them, remains.
    const offsets = ours.hashes.subarray(ours.hashes.length - theirs.hashes.length);
    expect(theirs.hashes.length).toBeGreaterThan(8);
    expect(offsets.equals(theirs.hashes)).toBe(true);
    const names = '/names';
    expect(namedStreamSlots(exported(program, path, INFO_STREAM)).get(names)).toBe(
      namedStreamSlots(exported(program, again, INFO_STREAM)).get(names),
    );
  });

  it('has numbers of every width', () => {
    const numbers = [
      0, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0xffffffff, -1, -0x80, -0x81, -0x8000, -0x8001,
      -0x80000000,
    ];
    const values = Object.fromEntries(numbers.map((number, i) => [`Enumerator_${i}`, number]));
    const layouts: TypeCatalogue = { build: 0, types: {}, enums: { _WIDE: { size: 4, values } } };
    const dump = pdbutil(program, 'dump', '--types', written(set.get('nt'), layouts));
    expect(parseTypes(dump).enums.get('_WIDE')).toEqual(values);
  });

  it('continues a field list that does not fit one record', () => {
    const values = Object.fromEntries(Array.from({ length: 9000 }, (_, i) => [`Enumerator_${i}`, i * 5 - 3]));
    const layouts: TypeCatalogue = { build: 0, types: {}, enums: { _LARGE: { size: 4, values } } };
    const large = written(set.get('nt'), layouts);
    const dump = pdbutil(program, 'dump', '--types', large);
    expect(dump.match(/LF_INDEX/g)?.length).toBeGreaterThan(2);
    expect(parseTypes(dump).enums.get('_LARGE')).toEqual(values);
  });
});

/** A dumped type's members as the catalogue has them: anonymous ones opened, at offsets from the outermost start. */
function flat(dumped: DumpedTypes, type: string, path = '', start = 0): (string | number)[][] {
  return (dumped.layouts.get(type)?.members ?? []).flatMap((member: DumpedMember) => {
    const name = path + member.name;
    const offset = start + member.offset;
    const own = [name, offset, ...(member.bits ?? [])];
    const inner = member.type?.endsWith(`<unnamed-type-${member.name}>`)
      ? flat(dumped, member.type, `${name}.`, offset)
      : [];
    return [own, ...inner];
  });
}

const INFO_STREAM = 1;
const TYPE_STREAM = 2;

function exported(program: string, pdb: string, stream: number): Buffer {
  const out = join(folder, 'stream.bin');
  pdbutil(program, 'export', `--stream=${stream}`, `--out=${out}`, pdb);
  return readFileSync(out);
}

function typeStreams(program: string, pdb: string): { records: Buffer; hashes: Buffer } {
  const headerBytes = 56;
  const hashStreamAt = 20;
  const types = exported(program, pdb, TYPE_STREAM);
  return {
    records: types.subarray(headerBytes),
    hashes: exported(program, pdb, types.readUInt16LE(hashStreamAt)),
  };
}

/** Where in their hash table the names of streams stand. */
function namedStreamSlots(info: Buffer): Map<string, number> {
  let at = 28;
  const next = () => info.readUInt32LE((at += 4) - 4);
  const names = info.subarray(at + 4, at + 4 + next());
  at += names.length;
  const count = next();
  const capacity = next();
  const present = Array.from({ length: next() }, next);
  const deletedWords = next();
  at += 4 * deletedWords;
  const slots = Array.from({ length: capacity }, (_, slot) => slot).filter(
    (slot) => ((present[slot >> 5] ?? 0) >>> (slot & 31)) & 1,
  );
  expect(slots).toHaveLength(count);
  return new Map(
    slots.map((slot) => {
      const start = next();
      next();
      return [names.toString('latin1', start, names.indexOf(0, start)), slot];
    }),
  );
}
