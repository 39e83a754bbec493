import type { LabMachine } from './lab-machine.js';
import type { Capture } from './livedump/capture.js';
import { EventLog, type EventFile } from './livedump/event-log.js';
import { LiveDump } from './livedump/live-dump.js';
import { resolveCaptureOptions, type CaptureOptions } from './livedump/options.js';
import { callFor } from './livedump/request.js';
import { LiveDumpError, type Situation } from './livedump/status.js';
import { findProcess, readText } from './processdump/find-process.js';
import { imageNameOf } from './machine/process-readings.js';
import { ProcessCapture } from './processdump/process-capture.js';
import { truthOfMemory, type TruthMemory } from './truth/physical-memory.js';
import { writeTruth, type Truth } from './truth/truth.js';
import { version } from './version.js';

const SECOND = 1000;

/** Dumps of a machine, and the truth about them: {@link LabMachine} says what each member does. */
export class Dumps {
  readonly #machine: LabMachine;
  readonly #log: EventLog;
  #live: LiveDump | undefined;
  #ofProcess: ProcessCapture | undefined;
  #latest: Capture | undefined;
  /** What was in use when the latest dump was captured, its own copy among it. */
  #memoryThen: { time: number; memory: TruthMemory } | undefined;

  constructor(machine: LabMachine) {
    this.#machine = machine;
    this.#log = new EventLog(() => machine.kernel.core.exports.clockNow());
  }

  request(options: CaptureOptions): LiveDump {
    const { format, pageBudget, ...settings } = resolveCaptureOptions(options);
    const { kernel, stage, conditions } = this.#machine;
    const call = callFor(settings, conditions.administrator ?? true);
    const machine = { kernel, stage, conditions, log: this.#log, comment: this.#comment };
    const dump = new LiveDump(machine, call, { format, ...(pageBudget !== undefined && { pageBudget }) });
    if (this.isDumping) throw new LiveDumpError('busy');
    this.#live = dump;
    dump.onCapture = (capture) => {
      this.#latest = capture;
      this.#memoryThen = { time: this.#machine.time, memory: truthOfMemory(this.#machine) };
    };
    return dump;
  }

  ofProcess(process: number | string, administrator: boolean): ProcessCapture {
    const { kernel, profile, time } = this.#machine;
    const { core, hardware } = kernel;
    if (this.isDumping)
      throw new Error('Another dump of this machine is being written. Wait for it to complete.');
    const { address, imagePath, pid } = findProcess(core, process);
    this.#ofProcess = new ProcessCapture(core, address, imageNameOf(imagePath, pid), {
      build: profile.build,
      buildString: readText(core, kernel.loaded.address('nt!NtBuildLabEx')),
      processors: hardware.processors,
      seconds: Math.floor(time / SECOND),
      comment: this.#comment,
      administrator,
      unloadTrace: this.#machine.director.unloadTrace,
    });
    return this.#ofProcess;
  }

  get physicalMemory(): TruthMemory {
    return this.#memoryThen?.time === this.#machine.time
      ? this.#memoryThen.memory
      : truthOfMemory(this.#machine);
  }

  get isDumping(): boolean {
    return [this.#live, this.#ofProcess].some((dump) => dump !== undefined && !dump.hasEnded);
  }

  get isAtRest(): boolean {
    const isReadingProcess = this.#ofProcess !== undefined && !this.#ofProcess.hasEnded;
    return isReadingProcess || (this.#live?.isAtRest ?? false);
  }

  get events(): EventFile {
    return this.#log.file;
  }

  get latest(): Capture | undefined {
    return this.#latest;
  }

  end(reason: Situation): void {
    this.#live?.end(reason);
    this.#ofProcess?.end();
  }

  truth(): Truth {
    return writeTruth(this.#machine);
  }

  /** What dumps say of themselves. */
  get #comment(): string {
    const { scenario, seed, kernel } = this.#machine;
    return `livedump-lab ${version} scenario=${scenario.name} machine=${kernel.size.name} seed=${seed}`;
  }
}
