import { describe, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import { catalogue } from '../../../sim/images/index.js';
import { loadCore } from '../../../sim/machine/load-core.node.js';
import { walkAddress } from '../../../sim/machine/address-walk.js';
import { startKernel, type Kernel } from '../../../sim/machine/machine.js';
import { windows11_22631 } from '../../../sim/machine/profile.js';
import { findSize } from '../../../sim/machine/size.js';

const GIB = 2 ** 30;
const ENTRY_BYTES = 48; // sizeof(_MMPFN) of 22631, as public symbols have it
const LINK_BITS = 0xffffffffffn; // u1.Flink and u2.Blink: 40 bits
const END_OF_LIST = 0xffffffffffn;
const LISTED = [0, 1, 2, 3, 4, 5]; // _MMLISTS: zeroed, free, standby, modified, modified-no-write, bad
const COLORED = [0, 1];

const images = buildImages(catalogue);
const module = await loadCore();

/** A kernel without processes on a machine with `memory` bytes. */
function start(memory: number, seed = 1n): Promise<Kernel> {
  const size = findSize(memory < GIB ? 'tiny' : memory < 64 * GIB ? 'classroom' : 'server');
  return startKernel(
    module,
    windows11_22631,
    images,
    seed,
    size,
    { memory, processors: size.processors, nodes: size.nodes },
    { bootTime: 133600000000000000n, uptime: 36_000_000_000n, bootId: 1 },
  );
}

class Pfns {
  readonly #kernel: Kernel;
  readonly #base: bigint;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#base = this.#bytes(kernel.loaded.address('nt!MmPfnDatabase'), 8).getBigUint64(0, true);
  }

  #bytes(address: bigint, length: number): DataView {
    const { core } = this.#kernel;
    expect(core.exports.memoryRead(address, length)).toBe(length);
    return new DataView(core.view(core.exports.exchangeBuffer(), length).slice().buffer);
  }

  entry(pfn: number): { location: number; priority: number; next: bigint; previous: bigint } {
    const entry = this.#bytes(this.#base + BigInt(pfn * ENTRY_BYTES), ENTRY_BYTES);
    return {
      location: entry.getUint8(0x22) & 7,
      priority: entry.getUint8(0x23) & 7,
      next: entry.getBigUint64(0, true) & LINK_BITS,
      previous: entry.getBigUint64(0x18, true) & LINK_BITS,
    };
  }

  /** Runs of nt!MmPhysicalMemoryBlock. */
  runs(): { first: number; count: number }[] {
    const block = this.#bytes(this.#kernel.loaded.address('nt!MmPhysicalMemoryBlock'), 8).getBigUint64(
      0,
      true,
    );
    const runs = this.#bytes(block, 16).getUint32(0, true);
    const list = this.#bytes(block + 16n, runs * 16);
    return Array.from({ length: runs }, (_, run) => ({
      first: Number(list.getBigUint64(run * 16, true)),
      count: Number(list.getBigUint64(run * 16 + 8, true)),
    }));
  }
}

describe.each([
  ['64 MiB', GIB / 16],
  ['4 GiB', 4 * GIB],
  ['512 GiB', 512 * GIB],
])('physical memory of %s', (_, memory) => {
  it('is all there, and any frame on a list leads to its neighbours and back', async () => {
    const kernel = await start(memory);
    kernel.core.exports.memorySettle();
    const pfns = new Pfns(kernel);
    const runs = pfns.runs();
    const frames = runs.reduce((sum, { count }) => sum + count, 0);
    const { hypervisorEnd, hypervisorSecureFrames } = kernel.core.exports;
    const apart = (hypervisorEnd() - hypervisorSecureFrames()) * 4096;
    expect(frames * 4096).toBeGreaterThan(0.99 * (memory - apart));
    expect(frames).toBe(kernel.core.exports.machineFrames());
    const seen = new Set<number>();
    let strides = 0;
    let steps = 0;
    const step = Math.max(1, Math.floor(frames / 3000));
    for (const { first, count } of runs)
      for (let pfn = first; pfn < first + count; pfn += step) {
        const { location, priority, next, previous } = pfns.entry(pfn);
        seen.add(location);
        if (!LISTED.includes(location) || (next === 0n && previous === 0n)) continue;
        if (next !== END_OF_LIST) {
          expect(pfns.entry(Number(next))).toMatchObject({ location, priority, previous: BigInt(pfn) });
          if (COLORED.includes(location)) expect(Number(next) % 64).toBe(pfn % 64);
          steps++;
          if (Number(next) === pfn + 1) strides++;
        }
        if (previous !== END_OF_LIST)
          expect(pfns.entry(Number(previous))).toMatchObject({ location, priority, next: BigInt(pfn) });
      }
    expect([...seen].sort((a, b) => a - b)).toEqual(expect.arrayContaining([0, 1, 2, 3, 6]));
    expect(strides).toBeLessThan(steps / 10); // lists are not in the order of memory
  });

  it('is the same for the same seed', async () => {
    const kernels = await Promise.all([start(memory), start(memory), start(memory, 2n)]);
    for (const { core } of kernels) core.exports.memorySettle();
    const [first, again, other] = kernels;
    const middle = Math.floor(memory / 4096 / 2) + 77;
    expect(new Pfns(first).entry(middle)).toEqual(new Pfns(again).entry(middle));
    expect(new Pfns(first).entry(middle)).not.toEqual(new Pfns(other).entry(middle));
  });
});

describe('a machine with memory enough', () => {
  it('maps the kernel image and the PFN database with large pages', async () => {
    const { core, loaded } = await start(4 * GIB);
    const root = core.exports.memorySystemRoot();
    const { base, image } = loaded.modules[0]!;
    for (const { name, rva } of image.sections) {
      const { pageBytes, steps } = walkAddress(core, base + BigInt(rva), root);
      expect(pageBytes, name).toBe(0x200000);
      expect(steps.at(-1)!.bits).toMatchObject({ large: true, global: true });
    }
    core.exports.memoryRead(loaded.address('nt!MmPfnDatabase'), 8);
    expect(walkAddress(core, core.exchange.getBigUint64(0, true), root).pageBytes).toBe(0x200000);
  });
});
