// The headers and directories of every image of 64-bit code, as a loader goes through them: read by a reader that knows
// the published format alone.
import { describe, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import { catalogue } from '../../../sim/images/index.js';
import { debugEntriesOf, exportsOf, importAddressTables, importsOf, relocationsOf, resourcesOf } from './pe-directories.js'; // prettier-ignore
import { PeFile } from './pe-file.js';

const PAGE = 0x1000;
const FILE_ALIGNMENT = 0x200;
const RT_VERSION = 16;
const FIXED_FILE_INFO = 0xfeef04bd;
/** IMAGE_SCN_*. */
const SCN = { code: 0x20, execute: 0x20000000, read: 0x40000000, write: 0x80000000, discardable: 0x02000000 };
/** IMAGE_DEBUG_TYPE_*. */
const DEBUG_TYPES = { codeView: 2, pogo: 13, repro: 16, characteristics: 20 };
/** Offsets in IMAGE_LOAD_CONFIG_DIRECTORY64 of winnt.h. */
const LOAD_CONFIG = { cookie: 0x58, check: 0x70, dispatch: 0x78, table: 0x80, count: 0x88, flags: 0x90 };
const LOAD_CONFIG_BYTES = 0x140;
const DEFAULT_SECURITY_COOKIE = 0x00002b992ddfa232n;
/** IMAGE_DLLCHARACTERISTICS_: HIGH_ENTROPY_VA, DYNAMIC_BASE, NX_COMPAT, GUARD_CF. */
const CHARACTERISTICS = 0x20 | 0x40 | 0x100 | 0x4000;
/** Offsets from the PE signature. */
const NT = { stamp: 8, codeBytes: 28, alignment: 56, headerBytes: 84, characteristics: 94 };

const set = buildImages();
const files = new Map(set.images.map(({ spec, file }) => [spec.file.toLowerCase(), new PeFile(file)]));
const up = (value: number, unit: number) => Math.ceil(value / unit) * unit;
const nt = (file: PeFile, field: number) =>
  file.view.getUint32(file.view.getUint32(0x3c, true) + field, true);
/** RVA of an address in the image, as the file has it. */
const rvaAt = (file: PeFile, at: number) => Number(file.u64(at) - file.imageBase);

/** The same modules, linked for other bases: what differs is what a loader must correct. */
const MOVED = 0x2_3457_0000n;
const moved = new Map(
  buildImages(
    catalogue.map((spec) => ({ ...spec, imageBase: `0x${(BigInt(spec.imageBase) + MOVED).toString(16)}` })),
  ).images.map(({ spec, file }) => [spec.file.toLowerCase(), new PeFile(file)]),
);

describe.each([...files])('%s', (name, file) => {
  it('has sections one after the other, in memory and in the file', () => {
    let [end, raw] = [PAGE, up(nt(file, NT.headerBytes), FILE_ALIGNMENT)];
    const last = file.view.getUint32(0x3c, true) + 24 + 240 + 40 * file.sections.length;
    expect(last).toBeLessThanOrEqual(nt(file, NT.headerBytes));
    expect([nt(file, NT.alignment), nt(file, NT.alignment + 4)]).toEqual([PAGE, FILE_ALIGNMENT]);
    for (const section of file.sections) {
      expect(section.rva, section.name).toBe(end);
      end = up(section.rva + section.virtualSize, PAGE);
      expect(section.rawSize % FILE_ALIGNMENT, section.name).toBe(0);
      expect(section.rawSize, section.name).toBeLessThanOrEqual(up(section.virtualSize, PAGE));
      if (section.rawSize === 0) continue;
      expect(section.raw, section.name).toBe(raw);
      raw += section.rawSize;
    }
    expect(file.sizeOfImage).toBe(end);
    expect(file.bytes.length).toBe(raw);
    const code = file.sections.filter(({ characteristics }) => characteristics & SCN.code);
    expect(nt(file, NT.codeBytes)).toBe(code.reduce((sum, { rawSize }) => sum + rawSize, 0));
  });

  it('runs no page that can be written, and starts in one that can be run', () => {
    for (const { characteristics, name: section } of file.sections) {
      expect(characteristics & SCN.read, section).not.toBe(0);
      expect(characteristics & SCN.execute && characteristics & SCN.write, section).toBe(0);
      expect(Boolean(characteristics & SCN.execute), section).toBe(Boolean(characteristics & SCN.code));
    }
    if (file.entryPoint !== 0)
      expect(file.sectionAt(file.entryPoint).characteristics & SCN.execute).not.toBe(0);
    const pe = file.view.getUint32(0x3c, true);
    expect(file.view.getUint16(pe + NT.characteristics, true)).toBe(CHARACTERISTICS);
  });

  it('has each directory inside one section', () => {
    for (const { rva, size } of file.directories) {
      if (size === 0) continue;
      const section = file.sectionAt(rva);
      expect(rva + size).toBeLessThanOrEqual(section.rva + section.virtualSize);
    }
  });

  it('exports names in ascending order, each at an ordinal of its own; what is another’s leads to it', () => {
    const found = exportsOf(file);
    if (!found) return;
    expect(found.name.toLowerCase()).toBe(name);
    expect(found.base).toBe(1);
    const names = found.names.map((each) => each.name);
    expect(names).toEqual([...new Set(names)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    const ordinals = found.names.map(({ ordinal }) => ordinal);
    expect([...ordinals].sort((a, b) => a - b)).toEqual(found.functions.map((_, index) => index));
    for (const { rva, name: symbol, forwardsTo } of found.names) {
      expect(() => file.sectionAt(rva), symbol).not.toThrow();
      if (forwardsTo === undefined) continue;
      // The loader takes what stands before the last dot for a DLL, and what stands behind it for an export of it.
      const [, module, target] = /^(.*)\.(.*)$/.exec(forwardsTo)!;
      const other = exportsOf(files.get(`${module!.toLowerCase()}.dll`)!)!;
      const end = other.names.find((each) => each.name === target);
      expect(end?.forwardsTo, symbol).toBe(undefined);
      expect(end, symbol).toBeDefined();
    }
  });

  it('imports what others export, through tables that the directory covers', () => {
    const table = importAddressTables(file);
    const slots: number[] = [];
    for (const module of importsOf(file)) {
      expect(module.timeDateStamp).toBe(0); // not bound
      const from = exportsOf(files.get(module.name.toLowerCase())!)!;
      const offered = new Set(from.names.map((each) => each.name));
      expect(module.symbols.filter((symbol) => !offered.has(symbol.name))).toEqual([]);
      slots.push(...module.symbols.map(({ slot }) => slot));
    }
    for (const slot of slots) expect(slot >= table.rva && slot + 8 <= table.rva + table.size).toBe(true);
    // One slot of each table is its end.
    expect(table.size).toBe(8 * (slots.length + importsOf(file).length));
    expect(new Set(slots).size).toBe(slots.length);
  });

  it('is relocated at every address that depends on its base, and nowhere else', () => {
    const other = moved.get(name)!;
    expect(other.imageBase - file.imageBase).toBe(MOVED);
    const relocations = relocationsOf(file);
    expect(relocations).toEqual([...new Set(relocations)].sort((a, b) => a - b));
    const corrected = file.bytes.slice();
    const view = new DataView(corrected.buffer);
    for (const rva of relocations) {
      const at = file.offsetOf(rva);
      view.setBigUint64(at, view.getBigUint64(at, true) + MOVED, true);
    }
    // The two differ besides in what names their content: stamps, checksum and base in the headers, GUID and hash.
    const identity = file.sectionAt(file.directories[6]!.rva);
    const differing: number[] = [];
    for (const section of file.sections)
      for (let offset = 0; offset < section.rawSize; offset++)
        if (corrected[section.raw + offset] !== other.bytes[section.raw + offset])
          differing.push(section.rva + offset);
    const { rva, size } = file.directories[6]!;
    const ends = Array.from({ length: size / 28 }, (_, index) => rva + 28 * index).map(
      (at) => file.u32(at + 20) + file.u32(at + 16),
    );
    expect(differing.filter((at) => at < rva || at >= Math.max(...ends))).toEqual([]);
    expect(differing.every((at) => file.sectionAt(at) === identity)).toBe(true);
  });

  it('has a debug directory as reproducible builds have one', () => {
    const entries = new Map(debugEntriesOf(file).map((entry) => [entry.type, entry]));
    expect([...entries.keys()]).toEqual(Object.values(DEBUG_TYPES));
    const stamp = nt(file, NT.stamp);
    for (const { timeDateStamp } of entries.values()) expect(timeDateStamp).toBe(stamp);
    const hash = Buffer.from(entries.get(DEBUG_TYPES.repro)!.bytes);
    expect(hash.readUInt32LE(0)).toBe(hash.length - 4);
    expect(hash.length - 4).toBe(32);
    const codeView = Buffer.from(entries.get(DEBUG_TYPES.codeView)!.bytes);
    expect(codeView.toString('latin1', 0, 4)).toBe('RSDS');
    expect(codeView.readUInt32LE(20)).toBe(1);
    expect(codeView.toString('latin1', 24)).toMatch(/^[\w.]+\.pdb\0$/);
    // The linker's hash begins with what the PDB's GUID, and the stamp, are taken from.
    expect(hash.subarray(4, 20).equals(codeView.subarray(4, 20))).toBe(true);
  });

  it('lists in its POGO data what its sections were made of', () => {
    const bytes = Buffer.from(debugEntriesOf(file).find(({ type }) => type === DEBUG_TYPES.pogo)!.bytes);
    expect(bytes.toString('latin1', 0, 4)).toBe('LTCG'.split('').reverse().join(''));
    for (let at = 4; at < bytes.length;) {
      const [rva, size] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
      const label = bytes.toString('latin1', at + 8, bytes.indexOf(0, at + 8));
      const section = file.sectionAt(rva);
      expect(label.startsWith(section.name), label).toBe(true);
      expect(rva + size, label).toBeLessThanOrEqual(section.rva + section.virtualSize);
      at = up(at + 8 + label.length + 1, 4);
    }
  });

  it('has a load configuration whose pointers lead where they should', () => {
    const { rva, size } = file.directories[10]!;
    expect([size, file.u32(rva)]).toEqual([LOAD_CONFIG_BYTES, LOAD_CONFIG_BYTES]);
    const cookie = rvaAt(file, rva + LOAD_CONFIG.cookie);
    expect(file.u64(cookie)).toBe(DEFAULT_SECURITY_COOKIE);
    expect(file.sectionAt(cookie).characteristics & SCN.write).not.toBe(0);
    for (const pointer of [LOAD_CONFIG.check, LOAD_CONFIG.dispatch]) {
      const slot = rvaAt(file, rva + pointer);
      expect(file.sectionAt(rvaAt(file, slot)).characteristics & SCN.execute).not.toBe(0);
    }
    const [table, count] = [rvaAt(file, rva + LOAD_CONFIG.table), Number(file.u64(rva + LOAD_CONFIG.count))];
    const stride = 4 + (file.u32(rva + LOAD_CONFIG.flags) >>> 28);
    const section = file.sectionAt(table);
    expect(table + stride * count).toBeLessThanOrEqual(section.rva + section.virtualSize);
    // The loader corrects the pointers with the rest.
    const relocated = new Set(relocationsOf(file));
    for (const field of [LOAD_CONFIG.cookie, LOAD_CONFIG.check, LOAD_CONFIG.dispatch, LOAD_CONFIG.table])
      expect(relocated.has(rva + field)).toBe(true);
  });

  it('has one resource, its version, with the same numbers in both of its forms', () => {
    const [version, ...rest] = resourcesOf(file);
    expect(rest).toEqual([]);
    expect(version!.path).toEqual([RT_VERSION, 1, 0x409]);
    const bytes = Buffer.from(version!.bytes);
    expect(bytes.readUInt16LE(0)).toBe(bytes.length); // VS_VERSIONINFO.wLength
    expect(bytes.toString('utf16le', 6, 6 + 30)).toBe('VS_VERSION_INFO');
    const fixed = bytes.indexOf(Buffer.from([0xbd, 0x04, 0xef, 0xfe]));
    expect(bytes.readUInt32LE(fixed)).toBe(FIXED_FILE_INFO);
    const [high, low] = [bytes.readUInt32LE(fixed + 8), bytes.readUInt32LE(fixed + 12)];
    const numbers = [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff].join('.');
    const text = bytes.toString('utf16le');
    const value = (key: string) => new RegExp(`${key}\\0+([^\\0]+)\\0`).exec(text)?.[1];
    expect(value('FileVersion')).toMatch(new RegExp(`^${numbers.replaceAll('.', '\\.')}( |$)`));
    // The kernel's says for how many processors it was built.
    const original = name === 'ntoskrnl.exe' ? 'ntkrnlmp.exe' : name;
    expect(value('OriginalFilename')?.toLowerCase()).toBe(original);
  });
});

it('KERNEL32 hands over to ntdll what is the same in both', () => {
  const found = exportsOf(files.get('kernel32.dll')!)!.names.filter(({ forwardsTo }) => forwardsTo);
  expect(found.length).toBeGreaterThan(5);
  expect(found.find(({ name }) => name === 'HeapAlloc')?.forwardsTo).toBe('NTDLL.RtlAllocateHeap');
});
