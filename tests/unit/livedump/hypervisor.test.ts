// The hypervisor's memory as a reader of dumps finds it, by the layouts that the lab publishes.
import { describe, expect, it } from 'vitest';
import type { CaptureOptions } from '../../../sim/index.js';
import { offsetOf } from '../../oracles/readers/layouts.js';
import { Subject } from '../check/subject.js';
import { fileOf, framesIn } from './file.js';

const PAGE = 4096;
const FRAME = 0x000ffffffffff000n;
const subject = await Subject.boot(7);
const { machine } = subject;
const told = machine.truth().hypervisor;

const stretch = (text: string): number[] => {
  const [first, count] = text.split('+').map(Number) as [number, number];
  return Array.from({ length: count }, (_, index) => first + index);
};
const [essential, nonessential, secure] = [told.essential, told.nonessential, told.secureKernel].map(
  stretch,
) as [number[], number[], number[]];

function dump(options: CaptureOptions): { file: Buffer; frames: Map<number, number> } {
  const file = fileOf(machine.capture(options));
  machine.endCapture();
  return { file, frames: framesIn(file) };
}

/** Physical memory as a dump has it, and the hypervisor's address space in it. */
class Memory {
  constructor(
    readonly file: Buffer,
    readonly frames: Map<number, number>,
  ) {}

  word(physical: bigint): bigint {
    const offset = this.frames.get(Number(physical >> 12n));
    if (offset === undefined) throw new Error(`0x${physical.toString(16)} is not in the dump`);
    return this.file.readBigUInt64LE(offset + Number(physical & 4095n));
  }

  at(address: bigint): bigint {
    let table = BigInt(told.pageTableRoot);
    for (const shift of [39n, 30n, 21n, 12n]) {
      const entry = this.word(table + ((address >> shift) & 511n) * 8n);
      if ((entry & 1n) === 0n) throw new Error(`0x${address.toString(16)} is not mapped`);
      table = entry & FRAME;
    }
    return this.word(table + (address & 4095n & ~7n)) >> ((address & 7n) * 8n);
  }

  /** What an EPT maps a frame to; undefined when to nothing. */
  throughEpt(root: bigint, pfn: number): bigint | undefined {
    let table = root;
    for (const level of [3n, 2n, 1n, 0n]) {
      const entry = this.word(table + ((BigInt(pfn) >> (9n * level)) & 511n) * 8n);
      if ((entry & 7n) === 0n) return undefined;
      if (level === 0n || (entry & 0x80n) !== 0n) {
        const inside = (1n << (9n * level)) - 1n;
        return ((entry & FRAME) >> 12n) + (BigInt(pfn) & inside);
      }
      table = entry & FRAME;
    }
    throw new Error('unreachable');
  }
}

describe('hypervisor pages', () => {
  it('are in a dump when they are asked for, the heap only with nonessential pages', () => {
    const plain = dump({ userPages: true }).frames;
    const some = dump({ userPages: true, hypervisorPages: true }).frames;
    const all = dump({ userPages: true, hypervisorPages: true, nonessentialPages: true }).frames;
    const added = (more: Map<number, number>, fewer: Map<number, number>) =>
      [...more.keys()].filter((pfn) => !fewer.has(pfn));
    expect(essential.length).toBeGreaterThan(20);
    expect(added(some, plain)).toEqual(essential);
    expect(added(all, some)).toEqual(nonessential);
  });

  it('never bring the secure kernel with them', () => {
    const { frames } = dump({ userPages: true, hypervisorPages: true, nonessentialPages: true });
    for (const pfn of secure) expect(frames.has(pfn)).toBe(false);
    const raw = fileOf(machine.capture({ format: 'raw', hypervisorPages: true, nonessentialPages: true }));
    machine.endCapture();
    const page = (pfn: number) => raw.subarray(pfn * PAGE, (pfn + 1) * PAGE);
    for (const pfn of secure) expect(page(pfn).every((byte) => byte === 0)).toBe(true);
    for (const pfn of nonessential) expect(page(pfn).some((byte) => byte !== 0)).toBe(true);
    machine.kernel.core.exports.memoryReadPhysical(secure[0]!);
    const kept = machine.kernel.core.view(machine.kernel.core.exports.exchangeBuffer(), PAGE);
    expect(kept.some((byte) => byte !== 0)).toBe(true);
  });

  it('are Windows’ in no run of physical memory', () => {
    const block = subject.read(subject.symbol('MmPhysicalMemoryBlock'), 8);
    const runs = Number(subject.read(block, 4));
    const apart = new Set([...secure, ...essential, ...nonessential]);
    for (let run = 0n; run < runs; run++) {
      const base = Number(subject.read(block + 16n + run * 16n, 8));
      const count = Number(subject.read(block + 24n + run * 16n, 8));
      for (let pfn = base; pfn < base + count; pfn++) expect(apart.has(pfn)).toBe(false);
    }
  });

  it('lead from globals to the root partition, its processors and what each trust level sees', () => {
    const { file, frames } = dump({ hypervisorPages: true });
    const memory = new Memory(file, frames);
    const globals = BigInt(told.globals);
    const field = (structure: bigint, type: string, name: string) =>
      memory.at(structure + BigInt(offsetOf(type, name)));
    expect(memory.at(BigInt(told.image)) & 0xffffn).toBe(0x5a4dn); // MZ
    expect(field(globals, '_LAB_HV_GLOBALS', 'Signature') & 0xffffffffn).toBe(0x4756484cn);
    const partition = field(globals, '_LAB_HV_GLOBALS', 'PartitionList');
    expect(field(partition, '_LAB_HV_PARTITION', 'PartitionId')).toBe(1n);
    const processors = field(partition, '_LAB_HV_PARTITION', 'VirtualProcessors');
    for (let index = 0n; index < told.virtualProcessors; index++)
      expect(field(memory.at(processors + index * 8n), '_LAB_HV_VIRTUAL_PROCESSOR', 'Partition')).toBe(
        partition,
      );
    const spaces = partition + BigInt(offsetOf('_LAB_HV_PARTITION', 'GpaSpaces'));
    const roots = [0n, 8n].map((at) => field(memory.at(spaces + at), '_LAB_HV_GPA_SPACE', 'RootTable'));
    const own = [...dump({ userPages: true }).frames.keys()];
    for (const root of roots) {
      for (const pfn of own) expect(memory.throughEpt(root, pfn)).toBe(BigInt(pfn));
      for (const pfn of [...essential, ...nonessential]) expect(memory.throughEpt(root, pfn)).toBeUndefined();
    }
    for (const pfn of secure) {
      expect(memory.throughEpt(roots[0]!, pfn)).toBeUndefined();
      expect(memory.throughEpt(roots[1]!, pfn)).toBe(BigInt(pfn));
    }
  });

  // Where there is Windows' memory above the hypervisor's, only its place tells that the frame is not Windows'.
  it('cannot be mapped by Windows unseen', async () => {
    const large = await Subject.boot(1, { memory: 2 ** 32 });
    const frame = BigInt(stretch(large.machine.truth().hypervisor.nonessential)[0]!);
    const hypercall = large.read(large.symbol('HvcallCodeVa'), 8);
    expect(large.read(hypercall, 4)).toBe(0xc3c1010fn); // vmcall; ret
    const next = large.find(`pte ${hypercall + 0x1000n} / MMPTE_HARDWARE.Valid`).address;
    expect(large.read(next, 8)).toBe(0n);
    large.write(next, 8, (frame << 12n) | 0x8000000000000163n);
    const found = large.machine.check();
    large.write(next, 8, 0n);
    expect(found).toMatchObject({ ok: false, rule: 'hypervisor-is-apart' });
    expect(large.machine.check().ok).toBe(true);
  });
});
