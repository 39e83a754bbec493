import { beforeAll, describe, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import type { FrameMap } from '../../../sim/machine/frame-map.js';
import { readMemory } from '../../../sim/machine/performance-readings.js';
import { MemoryInspector } from '../../../sim/worker/memory-inspector.js';

const PAGE = 4096;
const CELLS = 2048;
const BOOT_TIMEOUT = 60_000;
const USED = /^(?!zeroed|free|standby|modified|hypervisor|secureKernel)/;

function totalOf({ kinds, totals }: FrameMap, ...wanted: string[]): number {
  return wanted.reduce((sum, kind) => sum + totals[kinds.indexOf(kind)]!, 0);
}

describe('the map of physical memory', () => {
  let machine: LabMachine;
  let inspector: MemoryInspector;
  const whole = () => {
    const frames = Math.ceil(inspector.frames / CELLS);
    return inspector.map({ first: 0, frames, cells: CELLS, part: { first: 0, frames: inspector.frames } });
  };

  beforeAll(async () => {
    machine = await createMachine({ machine: 'classroom', seed: 5, scenario: 'hidden-process' });
    machine.advance(60_000);
    inspector = new MemoryInspector(machine);
  }, BOOT_TIMEOUT);

  it('counts what the lists of the memory manager and the kernel’s counters count', () => {
    const map = whole();
    const memory = readMemory(machine.kernel.core);
    expect(totalOf(map, 'zeroed') * PAGE).toBe(memory.zeroed);
    expect(totalOf(map, 'free') * PAGE).toBe(memory.free);
    expect(totalOf(map, 'standby') * PAGE).toBe(memory.standby);
    expect(totalOf(map, 'modified', 'modifiedNoWrite') * PAGE).toBe(memory.modified);
    expect(totalOf(map, 'pagedPool') * PAGE).toBe(memory.pagedPool);
    expect(totalOf(map, 'nonPagedPool') * PAGE).toBe(memory.nonPagedPool);
    const beside = totalOf(map, 'hypervisor', 'hypervisorNonessential', 'secureKernel');
    const all = map.totals.reduce((sum, frames) => sum + frames);
    expect((all - beside) * PAGE).toBe(memory.total);
    expect([...map.part]).toEqual([...map.totals]);
    const used = map.kinds.filter((kind) => USED.test(kind));
    const { active } = machine.truth().physicalMemory;
    expect(totalOf(map, ...used) - totalOf(map, 'bad')).toBe(active);
  });

  it('shows each frame of a close view as the frame itself tells', () => {
    for (const first of [0x100, 0x9000, 0x23400, 0x45000, 0xbe000, 0xbffc0]) {
      const map = inspector.map({ first, frames: 1, cells: 64, part: { first, frames: 64 } });
      const kinds = Array.from({ length: 64 }, (_, i) => inspector.frame(first + i).kind);
      expect([...map.cells].map((kind) => map.kinds[kind])).toEqual(kinds);
    }
  });

  it('stays the same when it is read: looking changes nothing', () => {
    const before = machine.kernel.core.exports.machineBytesOnList(0);
    inspector.frame(0x309);
    inspector.walk(4, 0xfffff78000000000n);
    expect(machine.kernel.core.exports.machineBytesOnList(0)).toBe(before);
    expect([...whole().totals]).toEqual([...whole().totals]);
  });

  it('gives the process, the thread, the module and the file of frames that addresses of theirs lead to', () => {
    const truth = machine.truth();
    const process = truth.processes.find(({ name }) => name.toLowerCase() === 'explorer.exe')!;
    const frameAt = (address: bigint) => {
      const { physical } = inspector.walk(process.pid, address);
      return inspector.frame(Number(physical! >> 12n));
    };
    const thread = process.threads.find(({ isSwappedOut }) => !isSwappedOut)!;
    const stackBase = threadStackBase(machine, BigInt(thread.address));
    expect(frameAt(stackBase - 1n).owner).toMatchObject({
      threadId: thread.tid,
      process: { pid: process.pid },
    });
    const driver = truth.modules.find(({ file }) => file.toLowerCase() === 'tcpip.sys')!;
    expect(frameAt(BigInt(driver.base)).owner?.name.toLowerCase()).toBe('tcpip.sys');
    const ofSession = truth.modules.find(({ inSessionSpace }) => inSessionSpace)!;
    expect(frameAt(BigInt(ofSession.base)).owner?.name).toBe(ofSession.file);
    expect(inspector.walk(4, BigInt(ofSession.base)).physical).toBeUndefined();
    const image = process.memory.find(
      ({ kind, file }) => kind === 'image' && /ntdll\.dll$/i.test(file ?? ''),
    )!;
    const header = frameAt(BigInt(image.start));
    expect(header.owner).toMatchObject({ isImage: true });
    expect(header.owner?.name).toMatch(/\\ntdll\.dll$/i);
    expect(String.fromCharCode(...header.bytes!.subarray(0, 2))).toBe('MZ');
    const own = process.memory
      .filter(({ kind }) => kind === 'private')
      .map(({ start }) => BigInt(start))
      .filter((at) => at > 0x80000000n) // what all processes share lies below
      .find((at) => inspector.walk(process.pid, at).physical !== undefined)!;
    expect(frameAt(own)).toMatchObject({
      kind: 'processPrivate',
      owner: { address: own, process: { pid: process.pid, name: 'explorer.exe' } },
    });
  });

  it('says which dumps would hold a frame, as a dump made then does', () => {
    const pages = Array.from({ length: 400 }, (_, i) => 0x101 + i * 1979).filter((pfn) => pfn < 0xc0000);
    const told = pages.map((pfn) => inspector.frame(pfn));
    for (const [name, options] of [
      ['stacks', { kind: 'stacks' }],
      ['full', {}],
      ['userPages', { userPages: true }],
      ['hypervisorPages', { hypervisorPages: true }],
    ] as const) {
      const capture = machine.capture(options);
      const { bits, first } = bitmapOf(capture.next()!);
      machine.endCapture();
      expect(first, name).toBeGreaterThan(0);
      const isIn = (pfn: number) => ((bits[pfn >> 3]! >> (pfn & 7)) & 1) === 1;
      // What the dump's own buffer has taken meanwhile waits for nobody now.
      const held = told.filter(({ pfn }) => isIn(pfn)).map(({ pfn }) => pfn);
      expect(
        told.filter(({ inDump }) => inDump[name]).map(({ pfn }) => pfn),
        name,
      ).toEqual(held);
    }
  });

  it('refuses numbers beyond the machine, and reads nothing of the secure kernel', () => {
    expect(() => inspector.frame(inspector.frames)).toThrow(RangeError);
    expect(() => inspector.frame(-1)).toThrow(RangeError);
    const { exports } = machine.kernel.core;
    const secure = inspector.frame(exports.hypervisorSecureFrames());
    expect(secure).toMatchObject({ kind: 'secureKernel', entry: undefined, bytes: undefined });
    expect(inspector.frame(exports.hypervisorEssentialFrames()).kind).toBe('hypervisor');
    expect(inspector.frame(0xc1000).kind).toBeUndefined();
  });
});

const STACK_BASE = 0x38n; // KTHREAD of public symbols of 22631

function threadStackBase({ kernel }: LabMachine, thread: bigint): bigint {
  kernel.core.exports.memoryRead(thread + STACK_BASE, 8);
  return kernel.core.exchange.getBigUint64(0, true);
}

const HEADER = { first: 0x2020, bits: 0x2038 };

/** Bits of the pages in a bitmap dump, which begin behind what counts them: BMP_HEADER64 of public descriptions. */
function bitmapOf(chunk: Uint8Array): { bits: Uint8Array; first: number } {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return {
    bits: chunk.slice(HEADER.bits),
    first: Number(view.getBigUint64(HEADER.first, true)),
  };
}
