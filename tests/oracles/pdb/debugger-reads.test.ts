// What WinDbg's commands and extensions read, as public sources name it: held against the PDBs that are shipped.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import { symbolStoreFiles } from '../../../sim/images/store.js';
import { windows11_22631 } from '../../../sim/machine/profile.js';
import { describeWithTool } from '../../support/tools.js';
import reads from './debugger-reads.json' with { type: 'json' };
import { parsePublics, parseTypes, pdbutil, type DumpedTypes } from './pdbutil-dump.js';

const folder = mkdtempSync(join(tmpdir(), 'reads-'));
afterAll(() => rmSync(folder, { recursive: true }));
const set = buildImages();
const store = symbolStoreFiles(set, await windows11_22631.types(), await windows11_22631.moduleTypes());
const wanted = new Set(['ntkrnlmp.pdb', 'fltMgr.pdb', 'ntdll.pdb']);
const paths = new Map<string, string>();
for (const { path, bytes } of store) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!wanted.has(name)) continue;
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes());
  paths.set(name, file);
}

/** Module and name of `module!name`; without a module it is nt's. */
const split = (name: string): [pdb: string, name: string] =>
  name.startsWith('fltmgr!') ? ['fltMgr.pdb', name.slice('fltmgr!'.length)] : ['ntkrnlmp.pdb', name];

describeWithTool('llvm-pdbutil', 'what debuggers read', (program) => {
  const types = new Map<string, DumpedTypes>();
  const publics = new Map<string, Set<string>>();
  for (const [name, path] of paths) {
    types.set(name, parseTypes(pdbutil(program, 'dump', '--types', path)));
    publics.set(
      name,
      new Set(parsePublics(pdbutil(program, 'dump', '--publics', path)).map((symbol) => symbol.name)),
    );
  }

  it('has enough of it', () => {
    const { layouts, enums } = types.get('ntkrnlmp.pdb')!;
    expect([...layouts.keys()].filter((name) => !name.includes('::')).length).toBeGreaterThanOrEqual(560);
    expect(enums.size).toBeGreaterThanOrEqual(60);
    expect(Object.keys(reads.types).length).toBeGreaterThan(150);
    expect(reads.globals.length).toBeGreaterThan(80);
  });

  it('has every global', () => {
    const missing = reads.globals.filter((global) => {
      const [pdb, name] = split(global);
      return !publics.get(pdb)!.has(name);
    });
    expect(missing).toEqual([]);
  });

  it.each(Object.entries(reads.types))('%s is there with its fields', (type, fields) => {
    const [pdb, name] = split(type);
    const { layouts, enums } = types.get(pdb)!;
    if (enums.has(name)) return expect(fields).toEqual([]);
    const layout = layouts.get(name);
    expect(layout, name).toBeDefined();
    const names = allMembers(types.get(pdb)!, name);
    expect(fields.filter((field) => !names.has(field))).toEqual([]);
  });

  it('ntdll has what user-mode commands read', () => {
    const { layouts } = types.get('ntdll.pdb')!;
    const asked = [
      '_PEB',
      '_TEB',
      '_PEB_LDR_DATA',
      '_LDR_DATA_TABLE_ENTRY',
      '_RTL_USER_PROCESS_PARAMETERS',
      '_HEAP',
    ];
    expect(asked.filter((name) => !layouts.has(name))).toEqual([]);
  });
});

/** Names of a type's members, and of those of its unnamed parts. */
function allMembers(types: DumpedTypes, type: string): Set<string> {
  const names = new Set<string>();
  for (const member of types.layouts.get(type)?.members ?? []) {
    names.add(member.name);
    if (member.type?.includes('<unnamed-type-'))
      for (const name of allMembers(types, member.type)) names.add(name);
  }
  return names;
}
