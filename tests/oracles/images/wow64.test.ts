// 32-bit images and their PDBs, as LLVM's readers and iced-x86 see them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decoder, DecoderOptions, FlowControl, Mnemonic } from 'iced-x86';
import { afterAll, describe, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import { catalogue, wow64Dlls, type LabImage } from '../../../sim/images/index.js';
import { buildPdb } from '../../../sim/images/pdb/build-pdb.js';
import { programSpec } from '../../../sim/world/program-images.js';
import { describeWithTool } from '../../support/tools.js';

const PROGRAM = 'C:\\Program Files (x86)\\Microsoft\\EdgeUpdate\\MicrosoftEdgeUpdate.exe';
const set = buildImages([...catalogue, ...wow64Dlls, programSpec(PROGRAM)]);
const images = set.images.filter(({ spec }) => spec.machine === 'i386');
const each = images.map((image) => [image.spec.module, image] as const);
const folder = mkdtempSync(join(tmpdir(), 'wow64-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a reader says of a file; it must have nothing to complain about. */
function read(program: string, options: readonly string[], name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const { stdout, stderr, status } = spawnSync(program, [...options, path], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

const READ_ALL = ['--all', '--coff-exports', '--coff-imports', '--coff-basereloc'];
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!);

it('there are a program and what it loads', () => {
  expect(images.length).toBeGreaterThan(10);
});

describeWithTool('llvm-readobj', '32-bit images as llvm-readobj reads them', (readobj) => {
  it.each(each)('%s', (_, image) => {
    const text = read(readobj!, READ_ALL, image.spec.file, image.file);
    expect(text).toContain('Format: COFF-i386');
    expect(text).toContain('Machine: IMAGE_FILE_MACHINE_I386 (0x14C)');
    expect(text).toContain('Magic: 0x10B');
    expect(text).toContain('IMAGE_FILE_32BIT_MACHINE');
    expect(text).toContain(`SizeOfImage: ${image.sizeOfImage}`);
    expect(text).toContain('OptionalHeaderSize: 224');
    const imports = all(text, / Symbol: (\S+)/g);
    expect(imports).toEqual(image.imports.map(({ symbol }) => symbol));
    const exported = [...image.spec.functions, ...image.spec.globals].filter((symbol) => symbol.exported);
    expect(
      all(text, /Export \{\n\s+Ordinal: \d+\n\s+Name: (\S+)/g)
        .filter(Boolean)
        .sort(),
    ).toEqual(exported.map(({ name }) => name).sort());
    const kinds = new Set(all(text, / Type: (HIGHLOW|DIR64|ABSOLUTE)/g));
    expect(kinds.has('DIR64')).toBe(false);
    expect(kinds.has('HIGHLOW')).toBe(true);
  });
});

describeWithTool('llvm-pdbutil', 'their PDBs as llvm-pdbutil reads them', (pdbutil) => {
  it.each(each)('%s', (_, image) => {
    const dump = read(pdbutil!, ['dump', '--all'], image.pdb.name, buildPdb(image));
    expect(dump).not.toMatch(/^\s*error\b/im);
    const header = read(pdbutil!, ['pdb2yaml', '--dbi-stream'], image.pdb.name, buildPdb(image));
    expect(header).toMatch(/MachineType:\s+x86$/m);
    expect(all(dump, /machine = (.*), Ver/g)).toEqual(['intel pentium 3', 'intel pentium 3']);
    for (const { name, arguments: count, decorated } of image.spec.functions) {
      if (count === undefined) continue;
      expect(decorated).toBe(`_${name}@${4 * count}`);
      expect(dump).toContain(`\`${decorated}\``);
      expect(dump).toContain(`\`${name}\``);
    }
  });
});

describe.each(each)('code of %s', (_, image: LabImage) => {
  const text = image.sections.find(({ name }) => name === '.text')!;
  const decode = (name: string) => {
    const { rva, size } = image.symbols.get(name)!;
    const at = text.rawOffset + rva - text.rva;
    const decoder = new Decoder(32, image.file.subarray(at, at + size), DecoderOptions.None);
    decoder.ip = BigInt(rva);
    const found = [];
    while (decoder.canDecode) found.push(decoder.decode());
    return found;
  };

  it('decodes whole, and returns with the arguments that its name says', () => {
    for (const { name, arguments: count = 0 } of image.spec.functions) {
      const code = decode(name);
      expect(
        code.map(({ mnemonic }) => mnemonic),
        name,
      ).not.toContain(Mnemonic.INVALID);
      const last = code.at(-1)!;
      expect([FlowControl.Return, FlowControl.IndirectBranch], name).toContain(last.flowControl);
      if (last.flowControl === FlowControl.Return)
        expect(last.opCount === 0 ? 0 : Number(last.immediate(0)), name).toBe(4 * count);
    }
  });

  it('branches only to instructions of the same function', () => {
    for (const { name } of image.spec.functions) {
      const code = decode(name);
      const starts = new Set(code.map(({ ip }) => ip));
      for (const instruction of code)
        if (instruction.flowControl === FlowControl.ConditionalBranch)
          expect(starts, name).toContain(instruction.nearBranchTarget);
    }
  });
});
