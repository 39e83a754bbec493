import type { checkMachine, CheckResult } from './check/check.js';
import type { ModuleSpec } from './images/index.js';
import type { PreparedImages } from './images/prepared/prepared-images.js';
import type { StoreFile } from './images/store.js';
import type { Capture } from './livedump/capture.js';
import type { Conditions } from './livedump/conditions.js';
import type { EventFile } from './livedump/event-log.js';
import type { LiveDump } from './livedump/live-dump.js';
import type { CaptureOptions } from './livedump/options.js';
import type { Situation } from './livedump/status.js';
import { MachineStoppedError, readBugCheck, type BugCheck } from './machine/bug-check.js';
import { walkAddress, type AddressWalk } from './machine/address-walk.js';
import { startKernel, type Kernel } from './machine/machine.js';
import { readWaitChains, type WaitChain } from './machine/wait-chain.js';
import { findProfile, type Profile } from './machine/profile.js';
import { findSize, hardwareOf, withLeastMemory, type SizeName } from './machine/size.js';
import type { ProcessCapture } from './processdump/process-capture.js';
import { findProcess } from './processdump/find-process.js';
import type { Ongoing } from './scenarios/ongoing.js';
import type { StepEvent } from './scenarios/play.js';
import { byteCount, milliseconds } from './scenarios/units.js';
import { loadScenario } from './scenarios/load-scenario.js';
import type { Scenario } from './scenarios/schema.js';
import { findImage, type BaseImage } from './world/base-image.js';
import { populationOf, programsOf } from './world/population.js';
import { imageSpecs, makeImages } from './world/machine-images.js';
import { Director } from './world/director.js';
import { runProgram } from './world/process-begin.js';
import { endProcess } from './world/process-end.js';
import { controlService, type ServiceControl, type ServiceResult } from './world/service-control.js';
import type { Stage, StagedProcess } from './world/stage.js';
import { PoolTraffic } from './world/pool-traffic.js';
import { actOnProcess, affinityOf, type ActionResult, type ProcessAction } from './world/process-control.js';
import { Schedule } from './world/schedule.js';
import type { TruthMemory } from './truth/physical-memory.js';
import type { Truth } from './truth/truth.js';
import type { Dumps } from './dumps.js';

export interface MachineOptions {
  /** A scenario or the name of one that comes with the lab; `baseline` by default. */
  scenario?: string | Scenario;
  /** Whole number from 0 to 2^53 - 1; 1 by default. Everything random on the machine follows from it. */
  seed?: number;
  /** Windows build; `win11-22631` by default. See docs/PROFILES.md. */
  profile?: string;
  /** How big the machine is and what is on it; `classroom` by default. */
  machine?: SizeName;
  /** Physical memory, bytes: a whole number of MiB. What the machine's size says by default. */
  memory?: number;
  /** 1 to 64. What the machine's size says by default. */
  processors?: number;
}

/** A dump that is being read, piece by piece. */
export type DumpStream = Pick<
  Capture,
  'bytes' | 'pages' | 'bytesRead' | 'pagesRead' | 'next' | 'nextView' | typeof Symbol.iterator
>;

const FILETIME_1970 = 116444736000000000n;
const TICKS_PER_MS = 10_000n;
const SECOND = 1000;

/** Milliseconds since boot when the scenario begins. */
function uptimeOf(scenario: Scenario, image: BaseImage): number {
  return scenario.uptime === undefined
    ? Math.round(image.uptimeSeconds * 1000)
    : milliseconds(scenario.uptime);
}

/** Drivers that the scenario's steps need. They are loaded only for them, as the steps are. */
async function labDriversOf(scenario: Scenario): Promise<ModuleSpec[]> {
  if (scenario.steps.length === 0) return [];
  return (await import('./scenarios/lab-drivers.js')).labDriversOf(scenario);
}

/** A booted machine: the same class behind the npm API, the command line and the page's worker. */
export class LabMachine {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly profile: Profile;
  readonly stage: Stage;
  readonly director: Director;
  readonly kernel: Kernel;
  readonly schedule: Schedule;
  #events: readonly (() => StepEvent)[] = [];
  readonly #ongoing: Ongoing[] = [];
  #symbols: readonly StoreFile[] | undefined;
  readonly #traffic: PoolTraffic;
  /** What stands in the way of a live dump; the scenario says so first. */
  conditions: Conditions;
  #dumps: Dumps | undefined;
  #check: typeof checkMachine | undefined;

  private constructor(scenario: Scenario, seed: number, kernel: Kernel, stage: Stage, director: Director) {
    this.scenario = scenario;
    this.seed = seed;
    this.profile = kernel.profile;
    this.kernel = kernel;
    this.stage = stage;
    this.director = director;
    this.conditions = scenario.liveDump ?? {};
    const { interruptsCpu } = findImage(scenario.image);
    this.schedule = new Schedule(kernel, stage, interruptsCpu, BigInt(seed));
    this.#traffic = new PoolTraffic(kernel, BigInt(seed), this.time);
  }

  /**
   * Boots a scenario on a fresh core, which may still be compiling. Images that were prepared need not be linked.
   * @throws RangeError with a sentence for the user when an option is bad
   */
  static async boot(
    module: WebAssembly.Module | Promise<WebAssembly.Module>,
    options: MachineOptions = {},
    prepared?: Promise<PreparedImages | undefined>,
  ): Promise<LabMachine> {
    const { scenario: named = 'baseline' } = options;
    const scenario = typeof named === 'string' ? await loadScenario(named) : named;
    const image = findImage(scenario.image);
    const seed = options.seed ?? 1;
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new RangeError(
        `The seed must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not ${seed}.`,
      );
    const profile = findProfile(options.profile ?? scenario.profile ?? 'win11-22631');
    const size = withLeastMemory(
      findSize(options.machine ?? scenario.machine ?? 'classroom'),
      profile.system.leastMemoryMB,
    );
    const asked = scenario.memory === undefined ? undefined : byteCount(scenario.memory);
    const hardware = hardwareOf(size, options.memory ?? asked, options.processors ?? scenario.processors);
    const population = populationOf(size, hardware);
    const specs = await imageSpecs(profile, size, await labDriversOf(scenario), programsOf(population));
    const images = await makeImages(specs, await prepared);
    const kernel = await startKernel(await module, profile, images, BigInt(seed), size, hardware, {
      bootTime: FILETIME_1970 + BigInt(Date.parse(scenario.bootTime ?? image.bootTime)) * TICKS_PER_MS,
      uptime: BigInt(uptimeOf(scenario, image)) * TICKS_PER_MS,
      bootId: image.bootId,
    });
    const director = new Director(kernel, BigInt(seed));
    const stage = director.stage(population);
    const machine = new LabMachine(scenario, seed, kernel, stage, director);
    if (scenario.steps.length > 0) {
      // Loaded only for them: a quiet machine starts without what breaks one.
      const { play } = await import('./scenarios/play.js');
      machine.#events = play(machine, scenario);
    }
    kernel.core.exports.memorySettle();
    kernel.core.exports.memoryPack();
    return machine;
  }

  /**
   * Gives the machine what makes dumps of it, and what checks it. The page loads the first when the machine runs, nothing
   * below works before; it does without the second, as its core does.
   */
  equip(dumps: new (machine: LabMachine) => Dumps, check?: typeof checkMachine): void {
    this.#dumps ??= new dumps(this);
    this.#check ??= check;
  }

  get #equipment(): Dumps {
    if (!this.#dumps) throw new Error('What makes dumps has not been loaded.');
    return this.#dumps;
  }

  /** Machine time in milliseconds since 1970, UTC. */
  get time(): number {
    return Number((this.kernel.core.exports.clockNow() - FILETIME_1970) / TICKS_PER_MS);
  }

  /** When the machine was started, milliseconds since 1970, UTC. */
  get bootTime(): number {
    return Number((this.kernel.start.bootTime - FILETIME_1970) / TICKS_PER_MS);
  }

  /** Lets time pass on the machine, also while a dump of it is read. @throws Error while its processors are corralled, or when the machine has stopped */
  advance(ms: number): void {
    this.#mustRun();
    this.#letPass(ms);
    this.#settle();
  }

  /** So many bytes of a dump have gone to the disk: a thread of who asked for it writes them as time passes. */
  hasWritten(bytes: number): void {
    this.kernel.core.exports.schedulerNoteWritten(BigInt(bytes));
  }

  /**
   * Runs a program by its name or path, as *Run new task* does; `elevated` gives it the user's full rights. Returns the
   * process, `undefined` when the machine has no such program.
   * @throws Error while its processors are corralled, or when the machine has stopped
   */
  run(typed: string, elevated = false): StagedProcess | undefined {
    this.#mustRun();
    const images = this.kernel.images.images.length;
    const process = runProgram(this, typed, elevated);
    if (this.kernel.images.images.length !== images) this.#symbols = undefined; // there are more of them
    this.#settle();
    return process;
  }

  /**
   * Starts, stops or restarts a service by its name.
   * @throws Error while its processors are corralled, or when the machine has stopped
   */
  control(service: string, control: ServiceControl, administrator = true): ServiceResult {
    this.#mustRun();
    const result = controlService(this, service, control, administrator);
    this.#settle();
    return result;
  }

  /** Ends a process, as NtTerminateProcess does; returns how many of its threads cannot end yet. */
  end(process: StagedProcess, status: number): number {
    this.#mustNotHaveStopped();
    const left = endProcess(this.kernel, this.stage, this.schedule, process, status);
    this.#settle();
    return left;
  }

  /** What has stopped the machine, as its memory says; undefined while it runs. */
  get bugCheck(): BugCheck | undefined {
    return readBugCheck(this.kernel.core);
  }

  /** @throws Error when the machine's processors do nothing */
  #mustRun(): void {
    if (this.isAtRest) throw new Error('The machine stands still while its pages are captured.');
    this.#mustNotHaveStopped();
  }

  #mustNotHaveStopped(): void {
    const { bugCheck } = this;
    if (bugCheck) throw new MachineStoppedError(bugCheck);
  }

  #settle(): void {
    this.kernel.core.exports.memorySettle();
    this.kernel.core.exports.memoryPack();
  }

  #letPass(ms: number): void {
    // What goes on does so at each full second, so that it does not matter how the time is cut.
    for (let left = ms; left > 0;) {
      const part = Math.min(left, SECOND - (this.time % SECOND));
      this.schedule.advance(part);
      left -= part;
      if (this.time % SECOND !== 0) continue;
      this.#traffic.catchUp(this.time);
      for (const ongoing of this.#ongoing) ongoing.catchUp(this.time);
    }
  }

  /**
   * Does to a process what Task Manager offers, on behalf of who is logged on.
   * @throws Error while its processors are corralled, or when the machine has stopped
   */
  act(pid: number, action: ProcessAction, administrator = true): ActionResult {
    this.#mustRun();
    const result = actOnProcess(this.kernel, this.stage, this.schedule, pid, action, administrator);
    if (result === 'bug-check')
      this.#dumps?.end('cancelled'); // nobody is left who would write on
    else if (action.do === 'end') this.#settle();
    return result;
  }

  /** Numbers of the processors that a process may run on. */
  affinity(pid: number): number[] {
    return affinityOf(this.kernel, findProcess(this.kernel.core, pid).address);
  }

  /** Chains of threads that wait for each other, from a process's threads on. */
  waitChains(pid: number): WaitChain[] {
    return readWaitChains(this.kernel.core, findProcess(this.kernel.core, pid).address);
  }

  /** Starts something that goes on as time passes, and does what is due of it by now. */
  begin(ongoing: Ongoing): void {
    ongoing.catchUp(this.time);
    this.#ongoing.push(ongoing);
  }

  /** What the scenario's steps did up to now. */
  get events(): StepEvent[] {
    return this.#events.map((tell) => tell());
  }

  /** Explains how the System process's page tables translate a virtual address, level by level. */
  walk(address: bigint): AddressWalk {
    return walkAddress(this.kernel.core, address, this.kernel.core.exports.memorySystemRoot());
  }

  /**
   * Captures a dump of the machine as it is now. The machine may go on while it is read.
   * @throws RangeError with a sentence for the user when the options are bad
   * @throws LiveDumpError when the machine refuses or cannot do it
   */
  capture(options: CaptureOptions = {}): Capture {
    const dump = this.requestDump(options);
    const steps = dump.steps();
    while (!steps.next().done);
    return dump.capture!;
  }

  /**
   * Asks the machine for a dump, as Task Manager does, and leaves its steps to the caller: until they are done or the
   * dump is dropped, no other one can be asked for. Throws as {@link capture} does.
   */
  requestDump(options: CaptureOptions = {}): LiveDump {
    this.#mustNotHaveStopped();
    return this.#equipment.request(options);
  }

  /** Physical memory as the latest dump has it, or as it is now when time has passed since. */
  get physicalMemory(): TruthMemory {
    return this.#equipment.physicalMemory;
  }

  /** Whether a dump was asked for and has not ended. */
  get isDumping(): boolean {
    return this.#dumps?.isDumping ?? false;
  }

  /** Whether a dump has brought the processors to rest, so that time cannot pass. */
  get isAtRest(): boolean {
    return this.#dumps?.isAtRest ?? false;
  }

  /** What the machine has logged of its live dumps. */
  get liveDumpEvents(): EventFile {
    return this.#equipment.events;
  }

  /** The capture that was made last. */
  get latestCapture(): Capture | undefined {
    return this.#equipment.latest;
  }

  /** Ends a dump. One that was not read to its end is given up, for the reason that is given. */
  endCapture(reason: Situation = 'cancelled'): void {
    this.#equipment.end(reason);
  }

  /**
   * Captures a dump of one process, as Task Manager's "Create memory dump file" does: `process` is its id, or its
   * program's name when only one has it. The machine stands still until it is read or dropped.
   * @param administrator whether an administrator asks: a standard user is denied what runs above medium integrity
   * @throws ProcessDumpError when there is no such process or Windows would deny access to it
   */
  captureProcess(process: number | string, { administrator = true } = {}): ProcessCapture {
    this.#mustNotHaveStopped();
    return this.#equipment.ofProcess(process, administrator);
  }

  /**
   * Checks that everything agrees that a debugger walks: every list, tree, table and count. Ends at the first
   * disagreement and names it.
   */
  check(): CheckResult {
    if (!this.#check) throw new Error('This machine has come without its check.');
    return this.#check(this.kernel.core);
  }

  /**
   * What the scenario put on the machine, for checks of a dump. Stacks of running threads are those of the last capture;
   * all else is of now, so that what is to be held against a dump is taken before time goes on.
   */
  truth(): Truth {
    return this.#equipment.truth();
  }

  /** Files of a symbol store with the machine's images and PDBs. Each is made once, when it is first asked for. */
  async symbols(): Promise<Iterable<StoreFile>> {
    const { profile } = this;
    // Loaded when they are asked for: the page starts without what writes PDBs.
    const { remembered, symbolStoreFiles } = await import('./images/store.js');
    this.#symbols ??= remembered(
      symbolStoreFiles(this.kernel.images, await profile.types(), await profile.moduleTypes()),
    );
    return this.#symbols;
  }
}
