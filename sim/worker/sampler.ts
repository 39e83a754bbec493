import type { LabMachine } from '../lab-machine.js';
import { readProcess, readProcesses } from '../machine/process-readings.js';
import { PerformanceSampler } from './performance-sampler.js';
import { ProcessRows } from './process-rows.js';
import type { Sample } from './sim-api.js';

const PAGE = 4096;
const TICKS_PER_MS = 10_000;
const PERCENT = 100;
const INTERRUPTS_PID = -1; // it has none
const SECONDS_PER_TICK = 0.015625;
const ON_LISTS = { zeroed: 0, free: 1, standby: 2 };

/** Reads the kernel's structures as Task Manager does: rates come from two readings. */
export class Sampler {
  readonly #machine: LabMachine;
  readonly #rows: ProcessRows;
  #timeBefore: number;
  #interruptTicks = 0n;
  #interruptsPercent = 0;
  readonly #performance: PerformanceSampler;

  constructor(machine: LabMachine) {
    this.#machine = machine;
    this.#rows = new ProcessRows(machine);
    this.#performance = new PerformanceSampler(machine);
    // The first reading is of all the time since the machine booted.
    this.#timeBefore = machine.time - Number(machine.kernel.core.exports.clockUptime()) / TICKS_PER_MS;
  }

  /** Reads the machine; while its time stands still, rates stay as they were. */
  sample(): Sample {
    const { kernel, time, stage } = this.#machine;
    const seconds = (time - this.#timeBefore) / 1000;
    const readings = readProcesses(kernel.core).filter(({ exitTime }) => exitTime === 0n);
    const [idle, ...rows] = this.#rows.take(
      [readProcess(kernel.core, stage.idle.address), ...readings],
      seconds,
    );
    const processes = [...rows, ProcessRows.ofInterrupts(INTERRUPTS_PID, this.#interrupts(seconds))];
    const performance = this.#performance.sample(processes, seconds);
    this.#timeBefore = time;
    return {
      time,
      cpuPercent: sum(processes, ({ cpuPercent }) => cpuPercent),
      ...this.#memory(),
      diskPercent: performance.disk.activePercent,
      networkPercent: networkPercent(performance.network),
      processes,
      idle: idle!,
      performance,
    };
  }

  /** Percent of all processors' time that interrupts and DPCs have taken. */
  #interrupts(seconds: number): number {
    if (!(seconds > 0)) return this.#interruptsPercent;
    const { core, hardware } = this.#machine.kernel;
    const ticks = core.exports.processorInterruptTicks(hardware.processors);
    const passed = Number(ticks - this.#interruptTicks);
    this.#interruptTicks = ticks;
    this.#interruptsPercent = ((passed * SECONDS_PER_TICK) / (seconds * hardware.processors)) * PERCENT;
    return this.#interruptsPercent;
  }

  #memory(): { memoryTotal: number; memoryInUse: number } {
    const { exports } = this.#machine.kernel.core;
    const memoryTotal = exports.machineFrames() * PAGE;
    const available = Object.values(ON_LISTS).reduce(
      (bytes, list) => bytes + Number(exports.machineBytesOnList(list)),
      0,
    );
    return { memoryTotal, memoryInUse: memoryTotal - available };
  }
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

/** How much of the link what is sent and received takes. */
function networkPercent({ sent, received, linkSpeed }: Sample['performance']['network']): number {
  return linkSpeed > 0 ? ((sent + received) / linkSpeed) * PERCENT : 0;
}
