import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FileSource } from '../../../sim/cli/debug/file-source.js';
import { PdbFile } from '../../../sim/debugger/pdb/pdb-file.js';
import { ModuleSymbols } from '../../../sim/debugger/symbols/module-symbols.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';

let dump: GeneratedDump;
beforeAll(() => {
  dump = generateDump(['--machine', 'tiny', '--kind', 'stacks', '--scenario', 'pool-leak']);
});
afterAll(() => dump?.remove());

it('each function of a driver with sources begins at the line of its source that opens its body', () => {
  const folder = join(dump.symbols, 'leaky.pdb');
  const pdb = new PdbFile(new FileSource(join(folder, readdirSync(folder)[0]!, 'leaky.pdb')));
  const symbols = new ModuleSymbols(pdb, 'leaky.pdb', 0n);
  const source = readdirSync(join(dump.symbols, 'src'), { recursive: true, encoding: 'utf8' });
  const path = source.find((name) => name.endsWith('leaky.c'))!;
  const lines = readFileSync(join(dump.symbols, 'src', path), 'utf8').split('\r\n');
  const found = symbols.all.filter(({ rva }) => symbols.lineAt(rva));
  expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['LeakyWorker', 'DriverEntry']));
  for (const { name, rva } of found) {
    const at = symbols.lineAt(rva)!;
    expect(at.file).toMatch(/\\leaky\.c$/);
    expect(lines[at.line - 2], name).toContain(name);
    expect(lines[at.line - 1]!.trim()).toBe('{');
    expect(symbols.lineAt(rva + 4)!.line).toBeGreaterThanOrEqual(at.line);
  }
  expect(symbols.lineAt(0)).toBeUndefined();
});
