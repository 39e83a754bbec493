import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { SymbolFolder } from '../../../sim/cli/debug/symbol-folder.js';
import { BufferSource, explain, explainPhysical, Session } from '../../../sim/debugger/index.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { Kernel } from '../readers/kernel.js';
import { offsetOf } from '../readers/layouts.js';
import { shellOf } from './lab-shell.js';

const SLOT = 1n << 39n;
const FIRST_SYSTEM = 0xffff800000000000n;

/** Addresses that follow from a seed: of a list, or anywhere. */
function* randomAddresses(seed: number, pages: readonly bigint[]): Generator<bigint> {
  let state = BigInt(seed);
  for (;;) {
    // Knuth's MMIX generator.
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    const page = pages.length > 0 ? pages[Number((state >> 33n) % BigInt(pages.length))]! : state & ~0xfffn;
    yield page + ((state >> 20n) & 0xfffn);
  }
}

describe('explain: other dumps', () => {
  const made: GeneratedDump[] = [];
  const generate = (...options: string[]) => {
    const dump = generateDump(['--machine', 'tiny', '--seed', '13', ...options]);
    made.push(dump);
    return dump;
  };
  afterAll(() => made.forEach((dump) => dump.remove()));

  it.each([
    ['live', []],
    ['full', ['--user-pages', '--hypervisor-pages', '--nonessential-pages']],
    ['stacks', ['--kind', 'stacks']],
    ['all of memory', ['--format', 'full']],
  ])('addresses of each slot and anywhere, and physical ones, are all told of: %s', (_, options) => {
    const dump = generate(...options);
    const { session } = shellOf(dump);
    const kernel = new Kernel(options.includes('full') ? generate('--user-pages') : dump);
    const slots = new Map<bigint, bigint[]>();
    for (const { address, isLeaf } of kernel.space.entries(0, 512, kernel.selfMapSlot))
      if (isLeaf) slots.set(address >> 39n, [...(slots.get(address >> 39n) ?? []), address]);
    expect(slots.size).toBeGreaterThan(5);
    for (const pages of [...slots.values(), []]) {
      let count = 0;
      for (const at of randomAddresses(pages.length, pages)) {
        const { summary, findings } = explain(session, at);
        expect(summary, at.toString(16)).not.toMatch(/^$|undefined|NaN|nothing that the dump tells of/);
        for (const { title, evidence } of findings)
          for (const text of [title, ...evidence.map(({ label, value }) => `${label} ${value}`)])
            expect(text, at.toString(16)).not.toMatch(/undefined|NaN|object Object/);
        if (++count === 100) break;
      }
    }
    const frames = Array.from({ length: 0x4400 }, (_page, i) => BigInt(i) << 12n);
    let asked = 0;
    for (const at of randomAddresses(7, frames)) {
      expect(explainPhysical(session, at).summary, at.toString(16)).not.toMatch(
        /^$|undefined|nothing that the dump/,
      );
      if (++asked === 200) break;
    }
  });

  it('stacks alone: threads and processes by their lists, and what else is known', () => {
    const dump = generate('--kind', 'stacks');
    const { session } = shellOf(dump);
    for (const { address, threads } of dump.truth.processes.slice(0, 6)) {
      expect(explain(session, BigInt(address) + 8n).summary).toBe('object of type Process');
      expect(explain(session, BigInt(threads[0]!.address) + 8n).summary).toBe('object of type Thread');
    }
  });

  it('regions that this machine has none of: the HAL’s, special pool, what the loader left', () => {
    const dump = generate();
    const kernel = new Kernel(dump);
    const bytes = new Uint8Array(readFileSync(dump.dump));
    /** Writes where the kernel's own tables are, as a machine with such regions would have them. */
    const write = (at: bigint, value: bigint, length: 1 | 8) => {
      const page = kernel.dump.offsetOfFrame(kernel.space.frameAt(at)!)!;
      const view = new DataView(bytes.buffer, page + Number(at & 0xfffn));
      if (length === 1) view.setUint8(0, Number(value));
      else view.setBigUint64(0, value, true);
    };
    const state = kernel.address('MiState');
    const types = state + BigInt(offsetOf('_MI_SYSTEM_INFORMATION', 'Vs.SystemVaType'));
    const unused = Array.from({ length: 256 }, (_, i) => i).filter(
      (i) => kernel.space.u8(types + BigInt(i)) === 0,
    );
    // _MI_SYSTEM_VA_TYPE of the memory map of the facts: 3 is BootLoaded, 7 SpecialPoolPaged.
    write(types + BigInt(unused[0]!), 3n, 1);
    write(types + BigInt(unused[1]!), 7n, 1);
    const hal = FIRST_SYSTEM + BigInt(unused[2]!) * SLOT + 0x200000n;
    const halAt = state + BigInt(offsetOf('_MI_SYSTEM_INFORMATION', 'SystemVa.HalPrivateVaStart'));
    write(halAt, hal, 8);
    write(halAt + 8n, 0x400000n, 8);
    const session = new Session(new BufferSource(bytes), {
      path: 'x',
      symbols: new SymbolFolder(dump.symbols),
    });
    const region = (at: bigint) => explain(session, at).findings.find(({ kind }) => kind === 'region')!;
    const slot = (index: number) => FIRST_SYSTEM + BigInt(unused[index]!) * SLOT + 0x5000n;
    expect(region(slot(0)).title).toBe('region BootLoaded');
    expect(region(slot(1)).title).toBe('region SpecialPoolPaged');
    expect(region(slot(1)).evidence[0]!.value).toMatch(/^special pool/);
    for (const at of [hal, hal + 0x3fffffn]) expect(region(at).title).toBe('region Hal');
    for (const at of [hal - 1n, hal + 0x400000n]) expect(region(at).title).toContain('where no region is');
    expect(region(slot(3)).title).toContain('where no region is');
    expect(region(0xffffffffffc00000n).title).toBe('region Hal');
  });
});
