import { readProcesses, type ProcessReading } from '../machine/process-readings.js';
import type { LabMachine } from '../lab-machine.js';
import { findProgram, programByPath } from '../world/programs.js';
import type { ProcessRow, Sample } from './sim-api.js';

const PAGE = 4096;
const TICKS_PER_MS = 10_000;
const HZ_PER_MHZ = 1e6;
const PERCENT = 100;
const INTERRUPTS_PID = -1; // it has none
const SECONDS_PER_TICK = 0.015625;
/** Bytes a second that the disk can do: what Task Manager's percentage is of. */
const DISK_BYTES_PER_SECOND = 500e6;
const ON_LISTS = { zeroed: 0, free: 1, standby: 2 };

/** Reads the kernel's structures as Task Manager does: rates come from two readings. */
export class Sampler {
  readonly #machine: LabMachine;
  #before = new Map<number, ProcessReading>();
  #timeBefore: number;
  #last: Sample | undefined;
  #interruptTicks = 0n;
  readonly #descriptions: ReadonlyMap<number, string>;

  constructor(machine: LabMachine) {
    this.#machine = machine;
    // The first reading is of all the time since the machine booted.
    this.#timeBefore = machine.time - Number(machine.kernel.core.exports.clockUptime()) / TICKS_PER_MS;
    this.#descriptions = new Map(
      machine.stage.processes.map(({ pid, program }) => [pid, program.description]),
    );
  }

  /** Reads the machine; while its time stands still, the last reading stays true. */
  sample(): Sample {
    const { kernel, time } = this.#machine;
    const memory = this.#memory();
    // While time stands still only a dump changes something: it takes memory for its copy.
    if (this.#last?.time === time) return (this.#last = { ...this.#last, ...memory });
    const readings = readProcesses(kernel.core).filter(({ hasEnded }) => !hasEnded);
    const seconds = (time - this.#timeBefore) / 1000;
    const rows = [...readings.map((reading) => this.#row(reading, seconds)), this.#interrupts(seconds)];
    const sample: Sample = {
      time,
      cpuPercent: sum(rows, ({ cpuPercent }) => cpuPercent),
      ...memory,
      diskPercent: (sum(rows, ({ disk }) => disk) / DISK_BYTES_PER_SECOND) * PERCENT,
      networkPercent: 0,
      processes: rows,
    };
    this.#timeBefore = time;
    this.#before = new Map(readings.map((reading) => [reading.pid, reading]));
    this.#last = sample;
    return sample;
  }

  /** Task Manager shows what interrupts and DPCs take as if it were a process. */
  #interrupts(seconds: number): ProcessRow {
    const { core, hardware } = this.#machine.kernel;
    const ticks = core.exports.processorInterruptTicks(hardware.processors);
    const passed = Number(ticks - this.#interruptTicks);
    this.#interruptTicks = ticks;
    const { description, publisher, group } = findProgram('System interrupts');
    return {
      pid: INTERRUPTS_PID,
      parentPid: 0,
      imageName: description,
      description,
      publisher,
      group,
      sessionId: 0,
      status: 'running',
      cpuPercent: seconds > 0 ? ((passed * SECONDS_PER_TICK) / (seconds * hardware.processors)) * PERCENT : 0,
      memory: 0,
      disk: 0,
      network: 0,
      gpuPercent: 0,
      threads: 0,
      canEnd: false,
      imagePath: '',
    };
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

  #row(reading: ProcessReading, seconds: number): ProcessRow {
    const { hardware, profile } = this.#machine.kernel;
    const before = this.#before.get(reading.pid);
    const perSecond = (now: bigint, then = 0n) => (seconds > 0 ? Number(now - then) / seconds : 0);
    const capacity = profile.system.processorMHz * HZ_PER_MHZ * hardware.processors;
    const program = programByPath(reading.imagePath, reading.pid);
    return {
      pid: reading.pid,
      parentPid: reading.parentPid,
      imageName: program.imageName,
      // For hosts of services the service manager knows more than the file's version resource.
      description: this.#descriptions.get(reading.pid) ?? program.description,
      publisher: program.publisher,
      group: program.group,
      sessionId: reading.sessionId,
      status: reading.frozen ? 'suspended' : 'running',
      cpuPercent: (perSecond(reading.cycles, before?.cycles) / capacity) * PERCENT,
      memory: reading.privatePages * PAGE,
      disk:
        perSecond(reading.bytesRead, before?.bytesRead) +
        perSecond(reading.bytesWritten, before?.bytesWritten),
      network: 0,
      gpuPercent: 0,
      threads: reading.threads,
      canEnd: !reading.critical && program.path !== '',
      imagePath: program.path,
    };
  }
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
