import { beforeAll, describe, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import { readHardware } from '../../../sim/worker/hardware.js';
import { Sampler } from '../../../sim/worker/sampler.js';

const PAGE = 4096;
const MB = 2 ** 20;
const SECOND = 1000;
const BOOT_TIMEOUT = 60_000;

describe('the numbers of the Performance page', () => {
  let machine: LabMachine;
  let sampler: Sampler;

  beforeAll(async () => {
    machine = await createMachine({ machine: 'classroom', seed: 3 });
    sampler = new Sampler(machine);
    sampler.sample();
    machine.advance(SECOND);
  }, BOOT_TIMEOUT);

  it('count processes, threads and handles as what was put on the machine', () => {
    const { processes, threads, handles } = sampler.sample().performance;
    const living = machine.stage.processes.filter(({ exitTime }) => exitTime === undefined);
    expect(processes).toBe(living.length + 1);
    expect(threads).toBe(
      living.reduce((sum, process) => sum + process.threads.length, machine.stage.idle.threads.length),
    );
    // The ledger of handles is kept beside the machine's memory.
    const { exports } = machine.kernel.core;
    const opened = living.map(({ address }) => exports.handleTable(address)).filter((table) => table !== 0n);
    expect(handles).toBe(opened.reduce((sum, table) => sum + exports.handleCount(table), 0));
  });

  it('divide all of memory among four parts, as the truth does', () => {
    const { memory } = sampler.sample().performance;
    const { lists } = machine.truth().physicalMemory;
    const standby = lists.standby.reduce((sum, pages) => sum + pages);
    expect(memory.standby).toBe(standby * PAGE);
    expect(memory.free).toBe((lists.zeroed + lists.free) * PAGE);
    expect(memory.modified).toBe((lists.modifiedPrivate + lists.modifiedFile + lists.modifiedNoWrite) * PAGE);
    expect(memory.inUse + memory.modified + memory.standby + memory.free).toBe(memory.total);
    expect(memory.compressed).toBeGreaterThan(0);
    expect(memory.committed).toBeLessThan(memory.commitLimit);
  });

  it('agree with what the processes have used', () => {
    machine.advance(10 * SECOND);
    const { cpuPercent, performance } = sampler.sample();
    expect(performance.cpuPercent).toBeGreaterThan(0.5);
    expect(performance.cpuPercent).toBeCloseTo(cpuPercent, 1);
    expect(performance.kernelPercent).toBeGreaterThan(0);
    expect(performance.kernelPercent).toBeLessThanOrEqual(performance.cpuPercent);
    const mean = performance.processors.reduce((sum, { percent }) => sum + percent, 0) / 4;
    expect(performance.cpuPercent).toBeCloseTo(mean, 10);
    expect(performance.disk.bytesRead).toBeGreaterThan(0);
  });

  it('show what the network adapter sends and receives, and who receives it', () => {
    sampler.sample();
    machine.advance(30 * SECOND);
    const { processes, performance, networkPercent } = sampler.sample();
    const { sent, received, linkSpeed } = performance.network;
    expect(linkSpeed).toBe(1e9);
    const ofProcesses = processes.reduce((sum, { network }) => sum + network, 0);
    expect(ofProcesses).toBeGreaterThan(0);
    // Headers of frames come on top of what the sockets get, and an acknowledgement of 60 bytes goes out for each of them.
    expect(received - ofProcesses).toBeCloseTo((sent / 60) * 54, 6);
    expect(networkPercent).toBeCloseTo((sent + received) / 1e7, 10);
    expect(processes.find(({ imageName }) => imageName === 'System')!.network).toBe(0);
  });

  it('show for how long the graphics adapter works, and for whom', () => {
    sampler.sample();
    machine.advance(10 * SECOND);
    const { processes, performance } = sampler.sample();
    expect(performance.gpuPercent).toBeGreaterThan(0.05);
    const ofProcesses = processes.reduce((sum, { gpuPercent }) => sum + gpuPercent, 0);
    expect(ofProcesses).toBeCloseTo(performance.gpuPercent, 6);
    expect(processes.find(({ imageName }) => imageName === 'dwm.exe')!.gpuPercent).toBeGreaterThan(0);
    expect(processes.find(({ imageName }) => imageName === 'lsass.exe')!.gpuPercent).toBe(0);
  });

  it('show a dump that is written: on the disk, on the processors, and by whom', () => {
    sampler.sample();
    machine.advance(SECOND);
    const before = sampler.sample();
    machine.hasWritten(200 * MB);
    expect(sampler.sample().performance.disk.bytesWritten).toBe(0); // no time has passed
    machine.advance(SECOND);
    const during = sampler.sample();
    expect(during.performance.disk.bytesWritten).toBeCloseTo(200 * MB, 0);
    expect(during.performance.cpuPercent).toBeGreaterThan(before.performance.cpuPercent + 2);
    const writer = (from: typeof during) =>
      from.processes.find(({ imageName }) => imageName === 'Taskmgr.exe')!;
    expect(writer(during).disk - writer(before).disk).toBeGreaterThan(199 * MB);
    expect(writer(during).cpuPercent).toBeGreaterThan(writer(before).cpuPercent + 2);
    expect(machine.check()).toMatchObject({ ok: true });
    machine.advance(SECOND);
    expect(sampler.sample().performance.disk.bytesWritten).toBe(0);
  });

  it('show a dump that takes memory for its copy', () => {
    const before = sampler.sample().performance.memory;
    machine.capture();
    const { exports } = machine.kernel.core;
    const copy = exports.memoryFramesLent(1);
    const lent = copy + exports.memoryTablesForLoan(copy);
    const during = sampler.sample().performance.memory;
    machine.endCapture();
    expect(copy).toBeGreaterThan(50_000);
    expect(during.inUse - before.inUse).toBe(lent * PAGE);
    expect(sampler.sample().performance.memory.inUse).toBe(before.inUse);
  });

  it('know what the machine is made of', () => {
    const { cpu, memory, disk, ethernet, gpu } = readHardware(machine);
    expect(cpu).toMatchObject({ sockets: 1, cores: 4, logicalProcessors: 4, nodes: 1, virtualization: true });
    expect(cpu.name).toBe('12th Gen Intel(R) Core(TM) i7-1255U');
    expect(cpu.caches).toEqual([4 * 80 * 1024, 4 * 1280 * 1024, 12 * 1024 * 1024]);
    expect(memory.installed).toBe(4096 * MB);
    // The hypervisor and the secure kernel have 24 MB; a little of the first megabyte is the firmware's.
    expect(memory.hardwareReserved).toBeGreaterThanOrEqual(24 * MB);
    expect(memory.hardwareReserved).toBeLessThan(25 * MB);
    expect(disk).toMatchObject({ name: 'NVMe SAMSUNG MZVL2512', hasPageFile: true });
    expect([ethernet, gpu?.name]).not.toContain(undefined);
    expect([gpu?.device, gpu?.function]).toEqual([2, 0]);
  });
});
