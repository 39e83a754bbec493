import type { Kernel } from '../machine/machine.js';
import type { BaseImage } from './base-image.js';
import type { Stage, StagedProcess } from './stage.js';

const TICKS_PER_MS = 10_000n;
const CLOCK_TICK_MS = 15.625;
const CYCLES_PER_MHZ_MS = 1000;
const USER_PART = 2 / 3; // of a program's time
const PATTERN = [0.6, 1.3, 0.9, 1.5, 0.4, 1.1, 0.8, 1.4]; // averages 1: work comes in bursts

/** Lets the scenario's programs work while time passes: processor time, context switches, bytes read from disk. */
export class ActivityMeter {
  readonly #kernel: Kernel;
  readonly #stage: Stage;
  #step = 0;

  constructor(kernel: Kernel, stage: Stage) {
    this.#kernel = kernel;
    this.#stage = stage;
  }

  /** Moves the machine on by `ms` milliseconds. */
  advance(ms: number): void {
    if (!(ms > 0)) return;
    const { core, hardware, profile } = this.#kernel;
    const cyclesPerMs = profile.system.processorMHz * CYCLES_PER_MHZ_MS;
    const available = cyclesPerMs * ms * hardware.processors;
    let used = 0;
    this.#stage.processes.forEach((process, index) => {
      const share = ((process.spec.cpu ?? 0) / 100) * PATTERN[(this.#step + index * 3) % PATTERN.length]!;
      const cycles = Math.floor(share * available);
      used += cycles;
      account(
        this.#kernel,
        process,
        cycles,
        ms * share * hardware.processors,
        ((process.spec.disk ?? 0) * ms) / 1000,
      );
    });
    this.#step++;
    const idle = Math.floor((available - used) / hardware.processors);
    core.exports.clockAdvance(BigInt(Math.round(ms)) * TICKS_PER_MS, hardware.processors, BigInt(idle));
  }
}

/** Gives the processors the time that they have spent in each mode since the machine booted. */
export function accountProcessors(
  kernel: Kernel,
  image: BaseImage,
  processes: readonly StagedProcess[],
): void {
  const { exports } = kernel.core;
  const ticks = Math.floor(Number(exports.clockUptime() / TICKS_PER_MS) / CLOCK_TICK_MS);
  const userShare = processes
    .filter(({ spec }) => spec.program !== 'System')
    .reduce((sum, { spec }) => sum + ((spec.cpu ?? 0) / 100) * USER_PART, 0);
  const userTicks = Math.round(ticks * userShare);
  const interruptTicks = Math.round((ticks * image.interruptsCpu) / 100);
  for (let number = 0; number < kernel.hardware.processors; number++)
    exports.processorAccount(number, ticks - userTicks, interruptTicks, userTicks);
}

/** Gives a process the processor time and the disk traffic that it has had since the machine booted. */
export function accountUptime(kernel: Kernel, process: StagedProcess): void {
  const { hardware, profile } = kernel;
  const ms = Number(kernel.core.exports.clockUptime() / TICKS_PER_MS);
  const busyMs = (ms * hardware.processors * (process.spec.cpu ?? 0)) / 100;
  const cycles = Math.floor(busyMs * profile.system.processorMHz * CYCLES_PER_MHZ_MS);
  account(kernel, process, cycles, busyMs, ((process.spec.disk ?? 0) * ms) / 1000);
}

function account(
  { core }: Kernel,
  process: StagedProcess,
  cycles: number,
  busyMs: number,
  bytesRead: number,
): void {
  if (cycles === 0 && bytesRead === 0) return;
  const ticks = Math.round(busyMs / CLOCK_TICK_MS);
  const kernelTicks = process.spec.program === 'System' ? ticks : Math.floor(ticks * (1 - USER_PART));
  core.exports.processAccount(
    process.address,
    BigInt(cycles),
    kernelTicks,
    ticks - kernelTicks,
    BigInt(Math.round(bytesRead)),
    0n,
  );
  shareAmongThreads(core, process, BigInt(cycles));
}

/** A process's cycles are those of its threads. */
function shareAmongThreads(core: Kernel['core'], { threads }: StagedProcess, cycles: bigint): void {
  const each = cycles / BigInt(threads.length);
  threads.forEach(({ address }, index) => {
    const rest = index === 0 ? cycles - each * BigInt(threads.length) : 0n;
    core.exports.threadAddRunTime(address, each + rest, 1);
  });
}
