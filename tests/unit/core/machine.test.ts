import { describe, expect, it } from 'vitest';
import { createMachine, scenarioNames } from '../../../sim/index.js';
import { readProcesses } from '../../../sim/machine/process-readings.js';
import { bytes, core, machine, pointer, symbol } from './support.js';

describe('options', () => {
  it('name the scenarios there are', async () => {
    expect(scenarioNames()).toContain('baseline');
    await expect(createMachine({ scenario: 'nowhere' })).rejects.toThrow(/nowhere.*baseline/);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53])('refuse the seed %s', async (seed) => {
    await expect(createMachine({ seed })).rejects.toThrow(RangeError);
  });
});

describe('a machine', () => {
  it('has as many physical pages as its memory block and its lists and uses say', () => {
    const block = pointer(symbol('MmPhysicalMemoryBlock'));
    const head = bytes(block, 16);
    const runs = bytes(block + 16n, head.getUint32(0, true) * 16);
    let pages = 0n;
    for (let at = 0; at < runs.byteLength; at += 16) pages += runs.getBigUint64(at + 8, true);
    expect(pages).toBe(head.getBigUint64(8, true));
    expect(Number(pages)).toBe(core.exports.machineFrames());
    const apart = core.exports.hypervisorEnd() - core.exports.hypervisorSecureFrames();
    expect(Number(pages) * 4096).toBeGreaterThan(0.99 * (machine.kernel.hardware.memory - apart * 4096));
  });

  it('walks the list of processes in the order in which the scenario created them', () => {
    const listed = readProcesses(core);
    expect(listed.map(({ pid }) => Number(pid))).toEqual(machine.stage.processes.map(({ pid }) => pid));
    expect(listed.map(({ threads }) => Number(threads))).toEqual(
      machine.stage.processes.map(({ threads }) => threads.length),
    );
    expect(listed[0]).toMatchObject({ pid: 4n, parentPid: 0n });
  });

  it("gives a process's threads all of its cycles", () => {
    for (const { address, threads } of machine.stage.processes) {
      const sum = threads.reduce((total, thread) => total + pointer(thread.address + 0x48n), 0n);
      expect(sum).toBe(pointer(address + 0x360n));
    }
  });

  it('moves only its own clock, and by what it is told', async () => {
    const own = await createMachine({ machine: 'tiny', seed: 9 });
    const before = own.time;
    const cycles = readProcesses(own.kernel.core).map((process) => process.cycles);
    own.advance(2000);
    expect(own.time).toBe(before + 2000);
    const after = readProcesses(own.kernel.core);
    expect(after.some((process, index) => process.cycles > cycles[index]!)).toBe(true);
    expect(after.every((process, index) => process.cycles >= cycles[index]!)).toBe(true);
  });

  it('refuses a kind of dump that it does not make', () => {
    expect(() => machine.capture({ kind: 'half' as 'full' })).toThrow(/half/);
  });

  it('captures one dump at a time', async () => {
    const own = await createMachine({ machine: 'tiny', seed: 3 });
    const capture = own.capture();
    expect(() => own.capture()).toThrow(/Another live kernel memory dump/);
    let length = 0;
    for (let chunk = capture.next(); chunk; chunk = capture.next()) length += chunk.length;
    expect(length).toBe(capture.bytes);
    expect(capture.pagesRead).toBe(capture.pages);
    own.endCapture();
    own.advance(1);
    expect(own.capture().bytes).toBeGreaterThan(0);
  });
});
