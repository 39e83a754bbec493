import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, core, frame, machine, pointer, symbol } from './support.js';

// Bits and shapes as the Intel manual has them, volume 3, 4-level paging; nothing of the core's.
const PRESENT = 1n;
const WRITABLE = 2n;
const USER = 4n;
const LARGE = 0x80n;
const GLOBAL = 0x100n;
const NO_EXECUTE = 1n << 63n;
const FRAME = 0x000ffffffffff000n;
const SHARED_DATA = 0xfffff78000000000n;

interface Walked {
  physical: bigint;
  entry: bigint;
  levels: number;
}

/** Walks page tables in physical memory, by hand. */
function walk(root: number, address: bigint): Walked | undefined {
  let table = BigInt(root);
  for (let level = 4; level >= 1; level--) {
    const shift = BigInt(12 + 9 * (level - 1));
    const entry = frame(Number(table)).getBigUint64(Number((address >> shift) & 511n) * 8, true);
    if ((entry & PRESENT) === 0n) return undefined;
    if (level === 1 || (level < 4 && (entry & LARGE) !== 0n)) {
      const mask = (1n << shift) - 1n;
      return { physical: (entry & FRAME & ~mask) | (address & mask), entry, levels: 5 - level };
    }
    table = (entry & FRAME) >> 12n;
  }
  return undefined;
}

const root = core.exports.memorySystemRoot();
const { modules } = machine.kernel.loaded;

describe('page tables', () => {
  it("put the System process's PML4 where boot code does", () => {
    expect(root).toBe(0x1ad);
  });

  it('map the kernel image with large pages of one protection each', () => {
    const { base, image } = modules[0]!;
    for (const section of image.sections) {
      const found = walk(root, base + BigInt(section.rva))!;
      expect(found.levels, section.name).toBe(3);
      expect((found.entry & NO_EXECUTE) === 0n, section.name).toBe(
        (section.characteristics & 0x20000000) !== 0,
      );
      expect((found.entry & WRITABLE) !== 0n, section.name).toBe(
        (section.characteristics & 0x80000000) !== 0,
      );
      expect(found.entry & (USER | GLOBAL), section.name).toBe(GLOBAL);
    }
  });

  it('map drivers page by page but for what only their start needed, and nothing writable can be executed', () => {
    const DISCARDABLE = 0x02000000;
    const explorer = machine.stage.processes.find(({ name }) => name === 'explorer.exe')!;
    const ofSession = Number(bytes(explorer.address + 0x28n, 8).getBigUint64(0, true) >> 12n);
    for (const { base, image } of modules.slice(1))
      for (const section of image.sections) {
        if (image.spec.session) expect(walk(root, base + BigInt(section.rva))).toBeUndefined();
        const page = walk(image.spec.session ? ofSession : root, base + BigInt(section.rva));
        expect(page === undefined, section.name).toBe((section.characteristics & DISCARDABLE) !== 0);
        if (!page) continue;
        const { entry, levels } = page;
        expect(levels).toBe(4);
        expect((entry & WRITABLE) !== 0n && (entry & NO_EXECUTE) === 0n).toBe(false);
      }
  });

  it('map themselves: nt!MmPteBase leads to the entry of any address', () => {
    const pteBase = pointer(symbol('MmPteBase'));
    expect(pteBase).toBe(core.exports.memoryPteBase());
    const index = (pteBase >> 39n) & 511n;
    expect((frame(root).getBigUint64(Number(index) * 8, true) & FRAME) >> 12n).toBe(BigInt(root));
    const address = machine.stage.processes[0]!.address;
    const pte = pteBase + ((address & 0xffffffffffffn) >> 12n) * 8n;
    expect(pointer(pte)).toBe(walk(root, address)!.entry);
  });

  it('show the shared page read-only to the kernel and to every program, as one frame', () => {
    const kernel = walk(root, SHARED_DATA)!;
    expect(kernel.entry & (WRITABLE | USER)).toBe(0n);
    expect(kernel.entry & NO_EXECUTE).not.toBe(0n);
    for (const { address, program } of machine.stage.processes.filter(({ program }) =>
      program.path.includes('\\'),
    )) {
      const directory = bytes(address + 0x28n, 8).getBigUint64(0, true);
      const user = walk(Number(directory >> 12n), 0x7ffe0000n)!;
      expect(user.physical, program.path).toBe(kernel.physical);
      expect(user.entry & (WRITABLE | USER)).toBe(USER);
    }
  });

  it('leave a guard page below each kernel stack', () => {
    for (const thread of machine.stage.processes.flatMap(({ threads }) => threads)) {
      const limit = pointer(thread.address + 0x30n);
      if (thread.isSwappedOut) expect(walk(root, limit)).toBeUndefined();
      else expect(walk(root, limit)).toBeDefined();
      expect(walk(root, limit - 1n)).toBeUndefined();
    }
  });
});

describe('the walk that explains itself', () => {
  it('sees what a walk by hand sees, wherever it looks', () => {
    const known = [...modules.map(({ base }) => base), SHARED_DATA, symbol('PsActiveProcessHead')];
    const somewhere = fc.oneof(
      fc
        .constantFrom(...known)
        .chain((base) => fc.bigInt({ min: 0n, max: 0xffffn }).map((step) => base + step)),
      fc.bigInt({ min: 0n, max: 0x7fffffffffffn }),
      fc.bigInt({ min: 0xffff800000000000n, max: 0xffffffffffffffffn }),
    );
    fc.assert(
      fc.property(somewhere, (address) => {
        const steps = core.exports.memoryWalk(0, address);
        const last = core.exchange.getBigUint64((steps - 1) * 16 + 8, true);
        const expected = walk(root, address);
        if (expected) {
          expect(steps).toBe(expected.levels);
          expect(last).toBe(expected.entry);
        } else expect(last & PRESENT).toBe(0n);
      }),
    );
  });

  it('names levels, indices, bits and where it ends', () => {
    const address = machine.stage.processes[0]!.address;
    const { steps, physical, pageBytes } = machine.walk(address);
    expect(steps.map(({ level }) => level)).toEqual(['PML4', 'PDPT', 'PD', 'PT']);
    expect(steps.map(({ index }) => index)).toEqual(
      [39n, 30n, 21n, 12n].map((shift) => Number((address >> shift) & 511n)),
    );
    expect(physical).toBe(walk(root, address)!.physical);
    expect(pageBytes).toBe(4096);
    expect(steps.at(-1)!.bits).toEqual({
      present: true,
      writable: true,
      user: false,
      accessed: true,
      dirty: true,
      large: false,
      global: true,
      noExecute: true,
    });
    const kernel = machine.walk(modules[0]!.base + 0x1234n);
    expect(kernel).toMatchObject({
      pageBytes: 0x200000,
      physical: walk(root, modules[0]!.base + 0x1234n)!.physical,
    });
    expect(kernel.steps.at(-1)!.bits).toMatchObject({ large: true, writable: false });
  });

  it('says where the translation of an address ends that is not mapped', () => {
    const { physical, steps } = machine.walk(0xffff800000000000n);
    expect(physical).toBeUndefined();
    expect(steps.at(-1)!.bits.present).toBe(false);
  });
});
