import { describe, expect, it } from 'vitest';
import { createMachine, type CaptureOptions, type ClassContents } from '../../../sim/index.js';
import { fileOf, framesIn } from './file.js';

const PAGE = 4096;
const machine = await createMachine({ machine: 'tiny', seed: 3 });

function dump(options: CaptureOptions): {
  file: Buffer;
  pages: number;
  frames: Map<number, number>;
  contents: readonly ClassContents[];
} {
  const capture = machine.capture(options);
  const file = fileOf(capture);
  machine.endCapture();
  expect(file.length).toBe(capture.bytes);
  return { file, pages: capture.pages, frames: framesIn(file), contents: capture.contents };
}

const pagesOf = (contents: readonly ClassContents[], name: string): ClassContents =>
  contents.find((candidate) => candidate.name === name)!;

describe('page selection', () => {
  it('tells exactly which frames in use the dump lacks', () => {
    const everything = dump({ userPages: true });
    for (const options of [{}, { pageBudget: 3000 }, { pageBudget: 7000, userPages: true }]) {
      const { frames, contents } = dump(options);
      const lacking = new Set(
        contents
          .filter(({ name }) => name !== 'fileCache' && !name.startsWith('hypervisor'))
          .flatMap(({ missing }) => missing)
          .flatMap(([first, pages]) => Array.from({ length: pages }, (_, index) => first + index)),
      );
      expect([...everything.frames.keys()].filter((pfn) => !frames.has(pfn))).toEqual(
        [...lacking].sort((a, b) => a - b),
      );
      for (const pfn of frames.keys()) expect(everything.frames.has(pfn)).toBe(true);
      for (const { pages, captured, missing } of contents)
        expect(captured + missing.reduce((sum, [, count]) => sum + count, 0)).toBe(pages);
    }
  });

  it('adds what processes have in memory only when asked', () => {
    const plain = dump({});
    const user = dump({ userPages: true });
    for (const name of ['processPrivate', 'sharedSection', 'mappedFile']) {
      expect(pagesOf(plain.contents, name)).toMatchObject({ captured: 0 });
      const { pages, captured } = pagesOf(user.contents, name);
      expect(pages).toBeGreaterThan(0);
      expect(captured).toBe(pages);
    }
    expect(pagesOf(user.contents, 'fileCache').pages).toBeGreaterThan(0);
    expect(pagesOf(user.contents, 'fileCache').captured).toBe(0);
  });

  it('spends a budget on what matters most', () => {
    const pages = dump({}).pages;
    for (const pageBudget of [100, 2000, 5000, pages, pages + 1000]) {
      const { contents, frames } = dump({ userPages: true, pageBudget });
      expect(frames.size).toBe(pageBudget);
      const asked = contents.filter(({ name }) => name !== 'fileCache' && !name.startsWith('hypervisor'));
      const cut = asked.findIndex(({ pages: all, captured }) => captured < all);
      for (const { captured } of asked.slice(cut + 1)) expect(captured).toBe(0);
    }
    expect(dump({ pageBudget: 1 << 20 }).pages).toBe(pages);
  });

  it('says in the header whether pages of the kernel are missing', () => {
    const attributes = (options: CaptureOptions): number => dump(options).file.readUInt32LE(0x1050);
    const pages = dump({}).pages;
    expect(attributes({})).toBe(0x10);
    expect(attributes({ userPages: true, pageBudget: pages + 10 })).toBe(0x10);
    expect(attributes({ userPages: true, pageBudget: pages - 10 })).toBe(0x410);
  });
});

describe('page selection after a minute', () => {
  /** _MMPFN of public symbols of 22631. */
  const PFN = { size: 0x30n, pteAddress: 0x8n, location: 0x22n };
  const ACTIVE = 6n; // _MMLISTS, in the lowest bits

  it('leaves out what processes no longer have in memory, but for kernel stacks on their way out', async () => {
    const later = await createMachine({ machine: 'classroom', seed: 5 });
    later.advance(60_000);
    const { core, loaded } = later.kernel;
    const capture = later.capture({ userPages: true });
    const head = Buffer.from(capture.next()!);
    const taken = framesIn(head).keys();
    later.endCapture();
    const u64 = (at: bigint) => {
      core.exports.memoryRead(at, 8);
      return core.exchange.getBigUint64(0, true);
    };
    const database = u64(loaded.address('nt!MmPfnDatabase'));
    const pteBase = u64(loaded.address('nt!MmPteBase'));
    const ofKernelsHalf = pteBase + (1n << 38n); // of the self-map's 512 GiB
    let active = 0;
    const others: number[] = [];
    for (const pfn of taken) {
      const entry = database + BigInt(pfn) * PFN.size;
      if ((u64(entry + PFN.location) & 7n) === ACTIVE) active++;
      else if (u64(entry + PFN.pteAddress) < ofKernelsHalf) others.push(pfn);
    }
    expect(active).toBeGreaterThan(100_000);
    expect(others).toEqual([]);
  }, 120_000);
});

describe('formats', () => {
  it('writes the same pages as type 5', () => {
    const six = dump({}).file;
    const five = dump({ format: 'bitmap-full' }).file;
    expect(five.readUInt32LE(0xf98)).toBe(5);
    expect(five.toString('latin1', 0x2000, 0x2008)).toBe('FDMPDUMP');
    expect(five.subarray(0x2008).equals(six.subarray(0x2008))).toBe(true);
  });

  it('writes all of physical memory by runs, and flat', () => {
    const full = fileOf(machine.capture({ format: 'full' }));
    machine.endCapture();
    const raw = fileOf(machine.capture({ format: 'raw' }));
    machine.endCapture();
    const runs = full.readUInt32LE(0x88);
    let at = 0x2000;
    let end = 0;
    for (let run = 0; run < runs; run++) {
      const base = Number(full.readBigUInt64LE(0x98 + run * 16));
      const count = Number(full.readBigUInt64LE(0xa0 + run * 16));
      expect(raw.subarray(end * PAGE, base * PAGE).every((byte) => byte === 0)).toBe(true);
      expect(
        raw.subarray(base * PAGE, (base + count) * PAGE).equals(full.subarray(at, at + count * PAGE)),
      ).toBe(true);
      at += count * PAGE;
      end = base + count;
    }
    expect(at).toBe(full.length);
    expect(full.readBigUInt64LE(0xfa0)).toBe(BigInt(full.length));
    expect(raw.length).toBe(64 * 2 ** 20);
    expect(raw.subarray(end * PAGE).every((byte) => byte === 0)).toBe(true); // the hypervisor's
    const { file, frames } = dump({ userPages: true });
    for (const [pfn, offset] of frames)
      expect(raw.compare(file, offset, offset + PAGE, pfn * PAGE, (pfn + 1) * PAGE), `frame ${pfn}`).toBe(0);
  });
});

describe('options', () => {
  it.each<[CaptureOptions, RegExp]>([
    [{ kind: 'half' as 'full' }, /no kind of dump "half"/],
    [{ format: 'zip' as 'raw' }, /no format "zip"/],
    [{ pageBudget: 0 }, /page budget/],
    [{ pageBudget: 1.5 }, /page budget/],
    [{ nonessentialPages: true }, /hypervisor pages too/],
    [{ kind: 'stacks', userPages: true }, /kernel stacks dump/],
    [{ format: 'raw', userPages: true }, /all of physical memory/],
    [{ format: 'full', pageBudget: 5 }, /all of physical memory/],
  ])('refuses %j', (options, sentence) => {
    expect(() => machine.capture(options)).toThrow(sentence);
    expect(() => machine.capture(options)).toThrow(RangeError);
  });
});
