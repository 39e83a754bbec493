// What Processes and Details show of a paused machine, against what WinDbg's engine reads from full dumps taken at the
// two instants that a sample is made of: every number of twenty processes.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ProcessRow, Sample } from '../../../sim/worker/sim-api.js';
import { Sampler } from '../../../sim/worker/sampler.js';
import { CaptureLab } from '../../support/capture-lab.js';
import { describeWith } from '../../support/tools.js';
import { WINDBG } from './engine.js';
import { EngineSession } from './session.js';
import { TypedMemory } from './typed-memory.js';
import { readNumbers, type MachineNumbers } from './walks/task-manager.js';

const SAMPLED = 20; // at least
const DEVICE_USERS = ['dwm.exe', 'OneDrive.exe'];
const PASSES = 6000; // ms between the two instants
const PAGE = 4096;
const TICK = 1 / 64; // seconds
/** Rates are quotients: what two ways of dividing differ by. */
const DIGITS = 9;

describeWith([WINDBG], "Task Manager's numbers in WinDbg's engine", () => {
  let lab: CaptureLab;
  let sample: Sample;
  let sampled: { address: bigint; row: ProcessRow }[];
  let before: MachineNumbers;
  let after: MachineNumbers;
  let processors: number;
  let megahertz: number;
  let sockets: bigint;

  async function dumped(name: string, addresses: readonly bigint[]): Promise<MachineNumbers> {
    const { path } = lab.write(name, {});
    const session = await EngineSession.open(path, lab.symbols, lab.symbols);
    try {
      return await readNumbers(new TypedMemory(session), addresses, processors, sockets);
    } finally {
      await session.close();
      lab.drop(path);
    }
  }

  beforeAll(async () => {
    lab = await CaptureLab.boot({ machine: 'classroom', seed: 7 });
    const { machine } = lab;
    processors = machine.kernel.hardware.processors;
    megahertz = machine.profile.system.processorMHz;
    const { idle, processes, io } = machine.stage;
    sockets = io.devices.find(({ name }) => name === '\\Device\\Afd')!.address;
    const living = processes.filter(({ exitTime }) => exitTime === undefined);
    const step = living.length / (SAMPLED - 1);
    const chosen = Array.from({ length: SAMPLED - 1 }, (_, index) => living[Math.floor(index * step)]!);
    // What draws most is among them, and one that listens at a socket.
    for (const name of DEVICE_USERS) {
      const user = living.find((one) => one.name === name)!;
      if (!chosen.includes(user)) chosen.push(user);
    }
    const addresses = [idle, ...chosen].map(({ address }) => address);
    const sampler = new Sampler(machine);
    sampler.sample();
    before = await dumped('before.dmp', addresses);
    machine.advance(PASSES);
    sample = sampler.sample();
    after = await dumped('after.dmp', addresses);
    sampled = [idle, ...chosen].map(({ address, pid }) => ({
      address,
      row: pid === 0 ? sample.idle : sample.processes.find((row) => row.pid === pid)!,
    }));
  });
  afterAll(() => lab?.remove());

  it('are of twenty processes at the instant of the dump', () => {
    expect(sampled.length).toBeGreaterThanOrEqual(SAMPLED);
    expect(new Set(sampled.map(({ address }) => address)).size).toBe(sampled.length);
    expect(after.time - before.time).toBeCloseTo(PASSES / 1000, DIGITS);
    expect(sampled.some(({ row }) => row.status === 'suspended')).toBe(true);
    expect(sampled.some(({ row }) => row.jobId !== 0)).toBe(true);
  });

  it('agree where they are counts and sizes', () => {
    for (const { address, row } of sampled) {
      const then = before.processes.get(address)!;
      const now = after.processes.get(address)!;
      const expected: Partial<ProcessRow> = {
        pid: now.pid,
        parentPid: now.parentPid,
        sessionId: now.sessionId,
        jobId: now.jobId,
        threads: now.threads,
        handles: now.handles,
        priorityClass: now.priorityClass,
        status: now.frozen ? 'suspended' : 'running',
        cpuTime: now.ticks * TICK,
        workingSet: now.workingSet * PAGE,
        peakWorkingSet: now.peakWorkingSet * PAGE,
        privateWorkingSet: now.privateWorkingSet * PAGE,
        sharedWorkingSet: (now.workingSet - now.privateWorkingSet) * PAGE,
        memory: now.frozen ? 0 : now.privateWorkingSet * PAGE,
        workingSetDelta: (now.workingSet - then.workingSet) * PAGE,
        commit: now.commit * PAGE,
        pageFaults: now.pageFaults,
        pageFaultsDelta: now.pageFaults - then.pageFaults,
        readOperations: now.reads,
        writeOperations: now.writes,
        otherOperations: now.others,
        readTransfer: now.readBytes,
        writeTransfer: now.writtenBytes,
        otherTransfer: now.otherBytes,
      };
      expect(row).toMatchObject(expected);
    }
  });

  it('agree where they are rates', () => {
    const seconds = after.time - before.time;
    for (const { address, row } of sampled) {
      const then = before.processes.get(address)!;
      const now = after.processes.get(address)!;
      const share = (now.cycles - then.cycles) / (seconds * processors * megahertz * 1e6);
      expect(row.cpuPercent).toBeCloseTo(share * 100, DIGITS);
      expect(row.disk).toBeCloseTo((now.diskBytes - then.diskBytes) / seconds, 3);
      expect(row.gpuPercent).toBeCloseTo((now.graphicsTime - then.graphicsTime) / seconds / 1e5, DIGITS);
      const received = (from: MachineNumbers) => from.network.byProcess.get(address) ?? 0;
      expect(row.network).toBeCloseTo(((received(after) - received(before)) * 8) / seconds, 3);
      expect(row.bytesReceived).toBe(received(after));
    }
    expect(sampled.filter(({ row }) => row.gpuPercent > 0).length).toBeGreaterThan(0);
    expect(sampled.filter(({ row }) => row.cpuPercent > 0).length).toBeGreaterThan(SAMPLED / 2);
    const interrupts = sample.processes.find(({ pid }) => pid < 0)!;
    const ticks = after.interruptTicks - before.interruptTicks;
    expect(interrupts.cpuPercent).toBeCloseTo((ticks * TICK * 100) / (seconds * processors), DIGITS);
  });

  it('agree in what the network and graphics adapters have done', () => {
    const seconds = after.time - before.time;
    const { network, gpuPercent } = sample.performance;
    const rate = (name: 'received' | 'sent') => ((after.network[name] - before.network[name]) * 8) / seconds;
    expect(network.received).toBeCloseTo(rate('received'), 3);
    expect(network.sent).toBeCloseTo(rate('sent'), 3);
    expect(network.received).toBeGreaterThan(0);
    expect(gpuPercent).toBeCloseTo((after.graphicsTime - before.graphicsTime) / seconds / 1e5, DIGITS);
    expect(gpuPercent).toBeGreaterThan(0);
  });

  it('agree in the totals of memory', () => {
    expect(sample.memoryTotal).toBe(after.physicalPages * PAGE);
    expect(sample.memoryInUse).toBe((after.physicalPages - after.availablePages) * PAGE);
  });
});
