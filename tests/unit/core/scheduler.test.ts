// Time on a machine: the same however it is cut, nothing of it lost, and everything that it should move moves.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import { offsetOf } from '../../oracles/readers/layouts.js';

const TICK = 156_250n; // 100 ns: KeMaximumIncrement
const SHARED_DATA = 0xfffff78000000000n;

function hashOfDump(machine: LabMachine): string {
  const capture = machine.capture();
  const hash = createHash('sha256');
  for (let chunk = capture.next(); chunk; chunk = capture.next()) hash.update(chunk);
  machine.endCapture();
  return hash.digest('hex');
}

function reader(machine: LabMachine) {
  const { core } = machine.kernel;
  const bytes = (address: bigint, length: number) => {
    if (core.exports.memoryRead(address, length) !== length) throw new Error(`cannot read ${address}`);
    return new DataView(core.view(core.exports.exchangeBuffer(), length).slice().buffer);
  };
  return {
    u64: (address: bigint, type: string, path: string) =>
      bytes(address + BigInt(offsetOf(type, path)), 8).getBigUint64(0, true),
    u32: (address: bigint, type: string, path: string) =>
      BigInt(bytes(address + BigInt(offsetOf(type, path)), 4).getUint32(0, true)),
  };
}

/** Sums that must agree, read from the machine's structures. */
function totals(machine: LabMachine) {
  const read = reader(machine);
  const { stage, kernel } = machine;
  // What threads have had that have ended is theirs still.
  const processes = [stage.idle, ...stage.processes].map(({ name, address, threads, endedThreads }) => ({
    name,
    address,
    threads: [...threads, ...endedThreads],
  }));
  const sum = (values: bigint[]) => values.reduce((total, value) => total + value, 0n);
  const threads = processes.flatMap((process) => process.threads.map(({ address }) => address));
  const prcbs = stage.idle.threads.map((_, number) => kernel.core.exports.processorBlock(number));
  return {
    uptime: read.u64(SHARED_DATA, '_KUSER_SHARED_DATA', 'InterruptTime'),
    perProcess: processes.map(({ name, address, threads: own }) => ({
      name,
      cycles: [
        read.u64(address, '_KPROCESS', 'CycleTime'),
        sum(own.map((thread) => read.u64(thread.address, '_KTHREAD', 'CycleTime'))),
      ],
      kernel: [
        read.u32(address, '_KPROCESS', 'KernelTime'),
        sum(own.map((thread) => read.u32(thread.address, '_KTHREAD', 'KernelTime'))),
      ],
      user: [
        read.u32(address, '_KPROCESS', 'UserTime'),
        sum(own.map((thread) => read.u32(thread.address, '_KTHREAD', 'UserTime'))),
      ],
      switches: [
        read.u64(address, '_KPROCESS', 'ContextSwitches'),
        sum(own.map((thread) => read.u32(thread.address, '_KTHREAD', 'ContextSwitches'))),
      ],
    })),
    cycles: sum(threads.map((thread) => read.u64(thread, '_KTHREAD', 'CycleTime'))),
    switches: sum(threads.map((thread) => read.u32(thread, '_KTHREAD', 'ContextSwitches'))),
    processors: prcbs.map((prcb) => ({
      ticks: read.u32(prcb, '_KPRCB', 'KernelTime') + read.u32(prcb, '_KPRCB', 'UserTime'),
      idle: read.u32(read.u64(prcb, '_KPRCB', 'IdleThread'), '_KTHREAD', 'KernelTime'),
      interrupts: read.u32(prcb, '_KPRCB', 'InterruptTime') + read.u32(prcb, '_KPRCB', 'DpcTime'),
      switches: read.u32(prcb, '_KPRCB', 'KeContextSwitches'),
    })),
    faults: sum(prcbs.map((prcb) => read.u32(prcb, '_KPRCB', 'MmPageFaultCount'))),
    reads: sum(prcbs.map((prcb) => read.u64(prcb, '_KPRCB', 'IoReadTransferCount'))),
    processReads: sum(
      stage.processes.map(({ address }) => read.u64(address, '_EPROCESS', 'ReadTransferCount')),
    ),
  };
}

describe('time', () => {
  it('passes the same however it is cut', { timeout: 60_000 }, async () => {
    const cuts = [[10_000], [1, 999, ...Array<number>(9).fill(1000)], Array<number>(40).fill(250)];
    const hashes = [];
    for (const steps of cuts) {
      const machine = await createMachine({ machine: 'tiny', seed: 7 });
      for (const ms of steps) machine.advance(ms);
      hashes.push(hashOfDump(machine));
    }
    expect(new Set(hashes).size).toBe(1);
  });

  it('passes the same with and without a look in between', { timeout: 60_000 }, async () => {
    const [looked, other] = await Promise.all([
      createMachine({ machine: 'tiny', seed: 8 }),
      createMachine({ machine: 'tiny', seed: 8 }),
    ]);
    looked.advance(1234);
    hashOfDump(looked);
    looked.advance(3766);
    other.advance(5000);
    expect(hashOfDump(looked)).toBe(hashOfDump(other));
  });

  it.each([0, 17, 60_000])('is all accounted for after %i ms', { timeout: 60_000 }, async (ms) => {
    const machine = await createMachine({ machine: 'tiny', seed: 3 });
    machine.advance(ms);
    const { uptime, perProcess, cycles, processors, switches } = totals(machine);
    for (const { name, ...pairs } of perProcess)
      for (const [what, [whole, ofThreads]] of Object.entries(pairs))
        expect([name, what, whole]).toEqual([name, what, ofThreads]);
    const mhz = BigInt(machine.profile.system.processorMHz);
    expect(cycles).toBe(BigInt(processors.length) * ((uptime * mhz) / 10n));
    for (const { ticks, idle, interrupts } of processors) {
      expect(ticks).toBe(uptime / TICK);
      expect(idle <= ticks && interrupts <= idle).toBe(true);
    }
    expect(switches).toBe(processors.reduce((total, processor) => total + processor.switches, 0n));
  });

  it('leaves nothing in disorder, whenever one looks', { timeout: 60_000 }, async () => {
    const machine = await createMachine({ machine: 'tiny', seed: 4 });
    for (const ms of [60_000, ...Array<number>(40).fill(7)]) {
      machine.advance(ms);
      expect(machine.check()).toMatchObject({ ok: true });
    }
  });

  it.each([
    ['tiny', 1],
    ['tiny', 2],
    ['classroom', 1],
  ] as const)('finds a %s machine of seed %i amidst of something, and goes on', async (size, seed) => {
    const machine = await createMachine({ machine: size, seed });
    const threads = machine.stage.processes.flatMap((process) => process.threads);
    const inState = (state: string) => threads.filter((thread) => thread.state === state);
    const states = ['Ready', 'Standby', 'DeferredReady', 'Transition'];
    const [ready, standby, deferred, away] = states.map(inState);
    // Of those put off, one is to learn that a request of its is completed.
    expect([ready, standby, deferred, away].map((found) => found!.length)).toEqual([1, 1, 3, 1]);
    const read = reader(machine);
    const switches = (list: typeof threads) =>
      list.map(({ address }) => read.u32(address, '_KTHREAD', 'ContextSwitches'));
    const asleep = threads.filter((thread) => thread.isSwappedOut && thread.state === 'Waiting');
    expect(asleep.length).toBeGreaterThan(0);
    const moved = [...standby!, ...deferred!, ...away!];
    const before = switches(moved);
    machine.advance(100);
    const after = switches(moved);
    expect(away![0]!.isSwappedOut).toBe(false);
    after.forEach((count, i) => expect(count).toBeGreaterThan(before[i]!));
    expect([...inState('DeferredReady'), ...inState('Transition')]).toEqual([]);
    // Some go to sleep and are woken again within a minute.
    const fellAsleep = Array.from({ length: 12 }, () => {
      machine.advance(5000);
      return threads.some((thread) => thread.isSwappedOut && !asleep.includes(thread));
    });
    expect(fellAsleep).toContain(true);
    expect(machine.check()).toMatchObject({ ok: true });
  });

  it(
    'leaves a thread that is being created as it is, until its creator goes on',
    { timeout: 60_000 },
    async () => {
      const machine = await createMachine({ machine: 'classroom', seed: 1 });
      const threads = machine.stage.processes.flatMap((process) => process.threads);
      const fresh = threads.filter(({ state }) => state === 'Initialized');
      expect(fresh).toHaveLength(1);
      const [{ address, tid }] = fresh as [(typeof fresh)[0]];
      expect(tid).toBe(Math.max(...threads.map((thread) => thread.tid)));
      const read = reader(machine);
      const isUntouched = () =>
        ['ContextSwitches', 'KernelTime', 'UserTime'].every(
          (path) => read.u32(address, '_KTHREAD', path) === 0n,
        );
      expect(isUntouched()).toBe(true);
      machine.advance(60_000);
      expect(isUntouched()).toBe(true);
      expect(machine.check()).toMatchObject({ ok: true });
    },
  );

  it('moves what it should', { timeout: 60_000 }, async () => {
    const machine = await createMachine({ machine: 'tiny', seed: 3 });
    const before = totals(machine);
    machine.advance(60_000);
    const after = totals(machine);
    expect(after.uptime - before.uptime).toBe(600_000_000n);
    expect(after.switches - before.switches).toBeGreaterThan(5_000n);
    expect(after.faults).toBeGreaterThan(before.faults);
    expect(after.reads - before.reads).toBe(after.processReads - before.processReads);
    const used = (name: string) => {
      const at = before.perProcess.findIndex((process) => process.name === name);
      return Number(after.perProcess[at]!.cycles[0]! - before.perProcess[at]!.cycles[0]!);
    };
    const all = Number(after.cycles - before.cycles);
    for (const { name, spec } of machine.stage.processes.filter(({ spec }) => (spec.cpu ?? 0) >= 0.3)) {
      const share = (used(name) / all) * 100;
      expect([name, share > spec.cpu! * 0.6 && share < spec.cpu! * 1.4]).toEqual([name, true]);
    }
  });
});
