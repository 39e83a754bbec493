// The kernel's images as Windows keeps them in memory, held against their files from the symbol store: loaded elsewhere
// than they are linked for, bound to each other, protected section by section, without what only their start needed.
import { describe, expect, it } from 'vitest';
import { exportsOf, importsOf, importAddressTables, relocationsOf } from '../images/pe-directories.js';
import type { PeFile } from '../images/pe-file.js';
import { imagesOf } from '../windbg/walks/stacks.js';
import type { AddressSpace } from './address-space.js';
import type { Kernel } from './kernel.js';

const PAGE = 0x1000;
/** IMAGE_SCN_MEM_*. */
const SCN = { execute: 0x20000000, write: 0x80000000, discardable: 0x02000000 };
/** Bits of page table entries. */
const PTE = { present: 1n, write: 2n, user: 4n, large: 1n << 7n, noExecute: 1n << 63n };
const LOAD_CONFIG = 10;
const GUARD_DISPATCH_POINTER = 0x78; // of IMAGE_LOAD_CONFIG_DIRECTORY64
const IMAGE_BASE = 48; // from the PE signature

interface Loaded {
  name: string;
  base: bigint;
  file: PeFile;
}

/** The entry that maps an address, and whether it maps a large page; `undefined` where nothing is. */
function leafAt(space: AddressSpace, address: bigint): { value: bigint; isLarge: boolean } | undefined {
  let table = space.root;
  for (let level = 4n; level >= 1n; level--) {
    const value = space.entry(table, Number((address >> (3n + 9n * level)) & 511n));
    if ((value & PTE.present) === 0n) return undefined;
    const isLarge = level === 2n && (value & PTE.large) !== 0n;
    if (level === 1n || isLarge) return { value, isLarge };
    table = Number((value & 0x000ffffffffff000n) >> 12n);
  }
  return undefined;
}

export function moduleRules(opened: () => Kernel): void {
  const loaded = (): Loaded[] => {
    const files = imagesOf(opened().symbolsFolder);
    return opened().truth.modules.map(({ name, base, file }) => ({
      name,
      base: BigInt(base),
      file: files.get(file.toLowerCase())!,
    }));
  };
  /** Pages of each section, with the section. */
  const pagesOf = ({ file }: Loaded) =>
    file.sections.flatMap((section) =>
      Array.from({ length: Math.ceil(section.virtualSize / PAGE) }, (_, index) => ({
        section,
        rva: section.rva + PAGE * index,
      })),
    );
  /** The kernel lies in large pages, of which nothing is given back. */
  const isDiscarded = (name: string, characteristics: number) =>
    name !== 'nt' && (characteristics & SCN.discardable) !== 0;

  describe('images in memory', () => {
    it('are protected as their sections say, headers read-only, and none is for user mode', () => {
      const wrong: string[] = [];
      for (const image of loaded()) {
        const space = opened().spaceOfImage(image.base);
        const pages = [{ section: undefined, rva: 0 }, ...pagesOf(image)];
        for (const { section, rva } of pages) {
          const flags = section?.characteristics ?? 0;
          const where = `${image.name}+0x${rva.toString(16)}`;
          const leaf = leafAt(space, image.base + BigInt(rva));
          if (isDiscarded(image.name, flags)) {
            if (leaf) wrong.push(`${where} is still there`);
            continue;
          }
          // A large page has headers and read-only sections together.
          const isRight =
            leaf !== undefined &&
            leaf.isLarge === (image.name === 'nt') &&
            (leaf.value & PTE.user) === 0n &&
            ((leaf.value & PTE.write) !== 0n) === ((flags & SCN.write) !== 0) &&
            ((leaf.value & PTE.noExecute) === 0n) === ((flags & SCN.execute) !== 0);
          if (!isRight) wrong.push(`${where} ${section?.name ?? 'headers'} ${leaf?.value.toString(16)}`);
        }
      }
      expect(wrong).toEqual([]);
    });

    it('hold what their files hold, corrected for where they lie, wherever they cannot be written', () => {
      const images = loaded();
      const bases = new Map(images.map(({ file, base, name }) => [file, { base, name }]));
      const byFile = new Map(
        opened().truth.modules.map(({ file }, index) => [file.toLowerCase(), images[index]!]),
      );
      const dispatchers = new Set<bigint>();
      const wrong: string[] = [];
      for (const { name, base, file } of images) {
        const space = opened().spaceOfImage(base);
        const expected = Uint8Array.from(file.bytes);
        const view = new DataView(expected.buffer);
        const delta = base - file.imageBase;
        for (const rva of relocationsOf(file)) {
          const at = file.offsetOf(rva);
          view.setBigUint64(at, view.getBigUint64(at, true) + delta, true);
        }
        view.setBigUint64(view.getUint32(0x3c, true) + IMAGE_BASE, base, true);
        const table = importAddressTables(file);
        let bound = 0;
        for (const module of importsOf(file)) {
          const from = byFile.get(module.name.toLowerCase())!;
          const offered = new Map(exportsOf(from.file)!.names.map((each) => [each.name, each.rva]));
          for (const symbol of module.symbols) {
            const address = bases.get(from.file)!.base + BigInt(offered.get(symbol.name)!);
            view.setBigUint64(file.offsetOf(symbol.slot), address, true);
            bound++;
          }
        }
        expect(bound > 0, name).toBe(table.size > 0);
        // Calls through pointers go through the kernel's dispatcher, in every module.
        const config = file.directories[LOAD_CONFIG]!.rva;
        const slot = Number(file.u64(config + GUARD_DISPATCH_POINTER) - file.imageBase);
        const dispatcher = space.u64(base + BigInt(slot));
        dispatchers.add(dispatcher);
        view.setBigUint64(file.offsetOf(slot), dispatcher, true);

        for (const section of file.sections) {
          const { characteristics, rva, raw, rawSize, virtualSize } = section;
          if (characteristics & SCN.write || isDiscarded(name, characteristics)) continue;
          const bytes = Math.min(rawSize, virtualSize);
          const found = space.bytes(base + BigInt(rva), bytes);
          if (Buffer.compare(found, expected.subarray(raw, raw + bytes)) !== 0)
            wrong.push(`${name} ${section.name}`);
        }
        const headers = view.getUint32(view.getUint32(0x3c, true) + 84, true);
        if (Buffer.compare(space.bytes(base, headers), expected.subarray(0, headers)) !== 0)
          wrong.push(`${name} headers`);
      }
      expect(wrong).toEqual([]);
      expect(dispatchers.size).toBe(1);
      const [dispatcher] = [...dispatchers];
      const { base, file } = images.find(({ name }) => name === 'nt')!;
      expect([...file.at(Number(dispatcher! - base), 2)]).toEqual([0xff, 0xe0]); // jmp rax
    });

    it('have stack cookies of their own, 48 bits wide, beside their complements', () => {
      const cookies = loaded().map(({ base, file }) => {
        const space = opened().spaceOfImage(base);
        const config = file.directories[LOAD_CONFIG]!.rva;
        return space.u64(base + (file.u64(config + 0x58) - file.imageBase));
      });
      expect(new Set(cookies).size).toBe(cookies.length);
      for (const cookie of cookies) {
        expect(cookie).not.toBe(0x00002b992ddfa232n); // what the file has
        expect(cookie >> 48n).toBe(0n);
      }
    });
  });
}
