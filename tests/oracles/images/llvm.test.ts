// What LLVM's readers say about every image: nothing to complain about, and the same as its builder.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import type { LabImage } from '../../../sim/images/index.js';
import { describeWithTool } from '../../support/tools.js';

const set = buildImages();
const folder = mkdtempSync(join(tmpdir(), 'images-'));
const pathOf = (image: LabImage) => join(folder, image.spec.file);
for (const image of set.images) writeFileSync(pathOf(image), image.file);
afterAll(() => rmSync(folder, { recursive: true }));

const each = set.images.map((image) => [image.spec.module, image] as const);
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!);
const hex = (value: number) => `0x${value.toString(16).toUpperCase()}`;

describeWithTool('llvm-readobj', 'images as llvm-readobj reads them', (readobj) => {
  const read = (image: LabImage, ...options: string[]): string => {
    const { stdout, stderr, status } = spawnSync(readobj!, [...options, pathOf(image)], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return stdout;
  };

  describe.each(each)('%s', (_, image) => {
    it('has headers and sections', () => {
      const text = read(image, '--file-headers', '--sections');
      expect(text).toContain('Format: COFF-x86-64');
      expect(text).toContain(`AddressOfEntryPoint: ${hex(image.entryPoint)}`);
      expect(text).toContain(`SizeOfImage: ${image.sizeOfImage}`);
      expect(all(text, / Name: (\S+) \(/g)).toEqual(image.sections.map(({ name }) => name));
      expect(all(text, / VirtualAddress: (\S+)/g)).toEqual(image.sections.map(({ rva }) => hex(rva)));
    });

    it('has unwind data for its functions', () => {
      const text = read(image, '--unwind');
      const starts = new Set(
        image.spec.functions.map(({ name }) => Number(image.imageBase) + image.symbols.get(name)!.rva),
      );
      const entries = text.split(/^ {2}RuntimeFunction \{/m).slice(1);
      expect(entries.length).toBeGreaterThan(0);
      for (const entry of entries) {
        const [start, whole = start] = all(entry, /StartAddress: .*?\(0x([0-9A-F]+)\)/g);
        // A part of a function is none that anybody calls: its data leads to the function's.
        expect(entry.includes('ChainInfo')).toBe(whole !== start);
        expect(starts.has(parseInt(start!, 16))).toBe(whole === start);
        expect(starts).toContain(parseInt(whole!, 16));
      }
    });

    it('exports and imports what its catalogue says', () => {
      const exports = all(read(image, '--coff-exports'), /\n  Name: (\S+)/g);
      const exported = [...image.spec.functions, ...image.spec.globals].filter((symbol) => symbol.exported);
      const names = [...exported.map(({ name }) => name), ...Object.keys(image.spec.forwards ?? {})];
      expect(exports.filter(Boolean).sort()).toEqual(names.sort());
      const imports = read(image, '--coff-imports');
      expect(all(imports, / Symbol: (\S+)/g)).toEqual(image.imports.map(({ symbol }) => symbol));
      expect(all(imports, /Import \{\n  Name: (\S+)/g)).toEqual([
        ...new Set(image.imports.map(({ module }) => set.get(module).spec.file)),
      ]);
    });

    it('names its PDB, and a hash instead of a time', () => {
      const text = read(image, '--coff-debug-directory');
      expect(text).toContain(`PDBFileName: ${image.spec.pdb}`);
      const guid = all(text, /PDBGUID: \(?(.*?)\)?\n/g)[0]!;
      expect(guidOf(guid)).toBe(image.pdb.guid);
      expect(all(text, /Type: (\S+) \(/g)).toEqual([
        'CodeView',
        'POGO',
        'Repro',
        'ExtendedDLLCharacteristics',
      ]);
      expect(read(image, '--file-headers')).toMatch(
        new RegExp(`TimeDateStamp: .*\\(${hex(image.timeDateStamp)}\\)`),
      );
    });

    it('is relocated wherever it holds an address of its own', () => {
      const text = read(image, '--coff-basereloc');
      const entries = all(text, /Type: DIR64\s+Address: 0x([0-9A-F]+)/g).map((digits) =>
        parseInt(digits, 16),
      );
      expect(all(text, /Type: (\S+)/g).filter((type) => type !== 'DIR64' && type !== 'ABSOLUTE')).toEqual([]);
      const view = new DataView(image.file.buffer, image.file.byteOffset);
      for (const rva of entries) {
        const section = image.sections.findLast((candidate) => rva >= candidate.rva)!;
        const target = view.getBigUint64(section.rawOffset + rva - section.rva, true) - image.imageBase;
        expect(target > 0n && target < BigInt(image.sizeOfImage), rva.toString(16)).toBe(true);
      }
      expect(entries.length).toBeGreaterThanOrEqual(4);
    });

    it('has a load configuration that agrees with itself', () => {
      const text = read(image, '--coff-load-config');
      const number = (name: string) => Number(new RegExp(` ${name}: (\\S+)`).exec(text)?.[1]);
      const table = all(text.slice(text.indexOf('GuardFidTable')), /\n  0x([0-9A-F]+)/g).map((digits) =>
        parseInt(digits, 16),
      );
      expect(number('GuardFlags')).toBe(0x10000500);
      expect(table).toHaveLength(number('GuardCFFunctionCount'));
      expect(table).toEqual([...new Set(table)].sort((a, b) => a - b));
      const starts = new Set(
        image.spec.functions.map(({ name }) => Number(image.imageBase) + image.symbols.get(name)!.rva),
      );
      expect(table.filter((address) => !starts.has(address))).toEqual([]);
      const cookie = image.symbols.get('__security_cookie')!.rva;
      expect(number('SecurityCookie')).toBe(Number(image.imageBase) + cookie);
      expect(read(image, '--file-headers')).toContain('IMAGE_DLL_CHARACTERISTICS_GUARD_CF');
    });

    it('has a version that does not pretend to be Microsoft’s', () => {
      expect(read(image, '--coff-resources')).toContain('VERSIONINFO (ID 16)');
      const text = new TextDecoder('utf-16le').decode(image.file);
      expect(text).toMatch(/CompanyName\0+livedump-lab\0/);
      expect(text).not.toContain('Microsoft');
    });
  });
});

/** GUIDs in both spellings of llvm-readobj: with braces, and as bytes. */
function guidOf(text: string): string {
  if (text.startsWith('{')) return text.replace(/[{}-]/g, '').toUpperCase();
  const bytes = text.trim().split(/\s+/);
  return [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    .map((index) => bytes[index])
    .join('')
    .toUpperCase();
}

describeWithTool('llvm-objdump', 'code as llvm-objdump reads it', (objdump) => {
  it.each(each)('%s', (_, image) => {
    const text = execFileSync(objdump!, ['-d', pathOf(image)], { encoding: 'utf8', maxBuffer: 64 << 20 });
    expect(text.split('\n').length).toBeGreaterThan(50);
    expect(text).not.toContain('<unknown>');
    expect(text).not.toContain('(bad)');
  });
});
