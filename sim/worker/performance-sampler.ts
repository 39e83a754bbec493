import type { LabMachine } from '../lab-machine.js';
import { readNetwork, type NetworkReading } from '../machine/adapter-readings.js';
import {
  readMemory,
  readProcessors,
  readTotals,
  type ProcessorReading,
} from '../machine/performance-readings.js';
import volumes from '../world/catalogue/devices/volumes.json';
import type { MemorySample, PerformanceSample, ProcessRow } from './sim-api.js';

const PERCENT = 100;
const BITS = 8; // of a byte
const TICKS_PER_SECOND = 1e7; // of 100 ns
const CYCLES_PER_MHZ = 1e6;
const SECONDS_PER_TICK = 0.015625;
const MS_PER_SECOND = 1000;
const TICKS_PER_MS = 10_000;
const COMPRESSION = 'MemCompression';

type Counter = {
  [Name in keyof ProcessorReading]: ProcessorReading[Name] extends bigint ? Name : never;
}[keyof ProcessorReading];

/** Reads what the Performance page shows: rates are the differences of two readings. */
export class PerformanceSampler {
  readonly #machine: LabMachine;
  /** Undefined at first: the first reading is of all the time since the machine booted. */
  #before: readonly ProcessorReading[] | undefined;
  #networkBefore: NetworkReading | undefined;
  #graphicsBefore = 0n;
  #last: PerformanceSample | undefined;

  constructor(machine: LabMachine) {
    this.#machine = machine;
  }

  /** @param seconds Since the reading before, or since boot; while no time passes, rates stay as they were. */
  sample(processes: readonly ProcessRow[], seconds: number): PerformanceSample {
    const { kernel, time } = this.#machine;
    const counts = { ...readTotals(kernel.core), memory: this.#memory(processes) };
    if (this.#last && !(seconds > 0)) return (this.#last = { ...this.#last, ...counts });
    const now = readProcessors(kernel.core, kernel.hardware.processors);
    const processors = now.map((reading, number) => ({
      node: reading.node,
      ...usage(reading, this.#before?.[number], seconds),
    }));
    const mean = (value: (processor: (typeof processors)[number]) => number) =>
      sum(processors, value) / processors.length;
    const sample: PerformanceSample = {
      time,
      uptime: Math.floor(Number(kernel.core.exports.clockUptime()) / TICKS_PER_MS),
      cpuPercent: mean(({ percent }) => percent),
      kernelPercent: mean(({ kernelPercent }) => kernelPercent),
      processors,
      ...counts,
      disk: disk(now, this.#before, seconds),
      network: this.#network(seconds),
      gpuPercent: this.#graphics(seconds),
    };
    this.#before = now;
    return (this.#last = sample);
  }

  #network(seconds: number): PerformanceSample['network'] {
    const now = readNetwork(this.#machine.kernel.core);
    const before = this.#networkBefore;
    this.#networkBefore = now;
    const rate = (name: 'sent' | 'received') =>
      seconds > 0 ? (Number(now[name] - (before?.[name] ?? 0n)) * BITS) / seconds : 0;
    return { sent: rate('sent'), received: rate('received'), linkSpeed: Number(now.linkSpeed) };
  }

  /** The part of the time for which the graphics adapter has worked. */
  #graphics(seconds: number): number {
    const now = this.#machine.kernel.core.exports.graphicsTime();
    const worked = Number(now - this.#graphicsBefore) / TICKS_PER_SECOND;
    this.#graphicsBefore = now;
    return seconds > 0 ? Math.min(PERCENT, (worked / seconds) * PERCENT) : 0;
  }

  #memory(processes: readonly ProcessRow[]): MemorySample {
    const { total, zeroed, free, standby, modified, ...charges } = readMemory(this.#machine.kernel.core);
    return {
      total,
      inUse: total - zeroed - free - standby - modified,
      modified,
      standby,
      free: zeroed + free,
      compressed: processes.find(({ imageName }) => imageName === COMPRESSION)?.memory ?? 0,
      ...charges,
    };
  }
}

/**
 * How much of a processor's time was not its idle thread's: by cycles, as they are finer than the clock's ticks. The
 * ticks tell which part of it was in kernel mode. What interrupts and DPCs take while the idle thread runs is on it.
 */
function usage(
  now: ProcessorReading,
  before: ProcessorReading | undefined,
  seconds: number,
): { percent: number; kernelPercent: number } {
  if (seconds === 0) return { percent: 0, kernelPercent: 0 };
  const passed = (counter: Counter) => Number(now[counter] - (before?.[counter] ?? 0n));
  const interrupts = passed('dpcTicks') + passed('interruptTicks');
  const cycles = passed('cycles') - passed('idleCycles');
  const busy = cycles / (now.megahertz * CYCLES_PER_MHZ) + interrupts * SECONDS_PER_TICK;
  const percent = Math.min(PERCENT, (busy / seconds) * PERCENT);
  const kernel = passed('kernelTicks') - passed('idleTicks') + interrupts;
  const ticks = kernel + passed('userTicks');
  return { percent, kernelPercent: ticks > 0 ? (percent * kernel) / ticks : 0 };
}

/** From what all processors have read and written: nothing in the kernel's symbols counts the disk's own time. */
function disk(
  now: readonly ProcessorReading[],
  before: readonly ProcessorReading[] | undefined,
  seconds: number,
): PerformanceSample['disk'] {
  const passed = (counter: Counter) =>
    sum(now, (reading) => Number(reading[counter])) -
    sum(before ?? [], (reading) => Number(reading[counter]));
  const rate = (counter: Counter) => (seconds > 0 ? passed(counter) / seconds : 0);
  const bytesRead = rate('bytesRead');
  const bytesWritten = rate('bytesWritten');
  const operations = rate('readOperations') + rate('writeOperations');
  const busy = (bytesRead + bytesWritten) / volumes.disk.bytesPerSecond;
  return {
    activePercent: Math.min(PERCENT, busy * PERCENT),
    responseTime: operations > 0 ? (busy / operations) * MS_PER_SECOND : 0,
    bytesRead,
    bytesWritten,
  };
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
