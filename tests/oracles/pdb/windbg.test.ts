import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import { symbolStoreFiles } from '../../../sim/images/store.js';
import type { TypeCatalogue } from '../../../sim/profiles/profile.js';
import types from '../../../sim/profiles/win11-22631/types.json' with { type: 'json' };
import { describeWith } from '../../support/tools.js';
import type { Transcript } from '../windbg/engine.js';
import { answerTo, runWindbg, WINDBG } from '../windbg/engine.js';

const catalogue = types as unknown as TypeCatalogue;
const set = buildImages();
const nt = set.get('nt');
const folder = mkdtempSync(join(tmpdir(), 'store-'));
afterAll(() => rmSync(folder, { recursive: true }));

// The engine takes an image for a dump of itself, mapped at its preferred base and named after its file.
const MODULE = 'ntoskrnl';

const typeCommand = (name: string) => `dt ${MODULE}!${name}`;
const sizeCommand = (name: string) => `?? sizeof(${MODULE}!${name})`;
// To `x`, a name with a template's arguments is no exact name.
const nameCommand = (name: string) => `x ${MODULE}!${name.replace(/<.*>::/, '*')}`;
/** The engine takes an underscore away from what only publics name, as `nt!_imp_…` of real images shows. */
const shownName = (name: string) => `${MODULE}!${name.replace(/^__imp_/, '_imp_')}`;
const addressCommand = (address: bigint) => `ln 0x${address.toString(16)}`;
const addressOf = (rva: number) => nt.imageBase + BigInt(rva);

describeWith([WINDBG], "a symbol store, as WinDbg's engine reads it", () => {
  const publics = [...nt.symbols.values()];
  let transcript: Transcript;

  beforeAll(async () => {
    for (const { path, bytes } of symbolStoreFiles(set, catalogue)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes());
    }
    const opened = join(mkdtempSync(join(folder, 'opened-')), 'ntoskrnl.exe');
    writeFileSync(opened, nt.file);
    transcript = await runWindbg(opened, folder, folder, [
      '.reload /f',
      'lm',
      ...Object.keys(catalogue.types).flatMap((name) => [typeCommand(name), sizeCommand(name)]),
      ...Object.keys(catalogue.enums).map(typeCommand),
      ...publics.map(({ name }) => nameCommand(name)),
      ...publics.map(({ rva }) => addressCommand(addressOf(rva))),
    ]);
  });

  it('loads the PDB of the image by its key', () => {
    const { output } = answerTo(transcript, 'lm');
    expect(output).toContain('(private pdb symbols)');
    expect(output).toContain(`${nt.pdb.guid}${nt.pdb.age}`);
  });

  it('shows every structure and union with its members and size', () => {
    for (const [name, { size, fields }] of Object.entries(catalogue.types)) {
      const wanted = Object.entries(fields)
        .filter(([field]) => !field.includes('.'))
        .map(([field, [offset, , ...bits]]) => [field, offset, ...bits]);
      expect(members(answerTo(transcript, typeCommand(name)).output), name).toEqual(wanted);
      const shownSize = SIZE.exec(answerTo(transcript, sizeCommand(name)).output)?.[1];
      expect(Number(shownSize), name).toBe(size);
    }
  });

  it('shows every enum with its values', () => {
    for (const [name, { values }] of Object.entries(catalogue.enums)) {
      const { output } = answerTo(transcript, typeCommand(name));
      const shown = [...output.matchAll(ENUMERATOR)].map(([, enumerator, value]) => [
        enumerator,
        Number(value),
      ]);
      expect(shown, name).toEqual(Object.entries(values));
    }
  });

  it('finds every public by name', () => {
    const wrong = publics.filter(({ name, rva }) => {
      const lines = answerTo(transcript, nameCommand(name)).output.split('\n');
      return !lines.some((line) => line.startsWith(`${shownAddress(addressOf(rva))} ${shownName(name)} `));
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it.each(set.images.map(({ spec }) => spec.module))(
    '%s ends with a section without publics, which would not be found by address',
    (module) => {
      const { sections, symbols } = set.get(module);
      const start = sections.at(-1)?.rva ?? 0;
      expect([...symbols.values()].filter(({ rva }) => rva >= start)).toEqual([]);
    },
  );

  it('finds every public by address', () => {
    const wrong = publics.filter(({ name, rva }) => {
      const { output } = answerTo(transcript, addressCommand(addressOf(rva)));
      return !output.includes(`Exact matches:\n    ${shownName(name)} `);
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});

/** `   +0x074 AutoBoostActive  : Pos 0, 1 Bit` */
const MEMBER = /^ +\+0x([0-9a-f]+) (\S+) +: (?:Pos (\d+), (\d+) Bits?)?/gm;
const SIZE = /^unsigned int64 (\w+)$/;
/** `   WrQueue = 0n15` */
const ENUMERATOR = /^ +(\w+) = 0n(-?\d+)/gm;

/** Name, offset and, of a bit field, position and length of each member. */
function members(output: string): unknown[][] {
  return [...output.matchAll(MEMBER)].map(([, offset = '', field, position, length]) => {
    const bits = position === undefined ? [] : [Number(position), Number(length)];
    return [field, parseInt(offset, 16), ...bits];
  });
}

function shownAddress(address: bigint): string {
  const digits = address.toString(16).padStart(16, '0');
  return `${digits.slice(0, 8)}\`${digits.slice(8)}`;
}
