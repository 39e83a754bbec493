import type { Kernel } from '../machine/machine.js';
import { StackPlan } from '../machine/stack-plan.js';
import { findArchetype, processorStacks } from './archetypes.js';
import { lateBehaviour, planBehaviours, type Behaviour } from './behaviours.js';
import catalogue from './catalogue/behaviours.json';
import { createIdleResources } from './resources.js';
import { openGraphics } from './io/adapters.js';
import type { StagedDevice } from './io/io-stage.js';
import type { Stage, StagedProcess, StagedThread } from './stage.js';

const UNITS_PER_MS = 10_000;
const CHANCES = 65_536;
const PARTS = 256; // what the core counts the shares of timers in
const WORDS_PER_TASK = 12;
const ANY_PROCESSOR = 0xffffffffn;
const NO_DEVICE = 0n;
/** One processor of so many is found amidst of its DPCs: kernel/scheduler/beginning.ts of the core. */
const JUST_EXPIRED_STRIDE = 4;
/** Bits that the core knows: roles in kernel/scheduler/registration.ts. */
const ROLES: Readonly<Record<Behaviour['wakes'], bigint>> = {
  timer: 0n,
  never: 0n,
  signal: 1n,
  call: 3n,
  requester: 4n,
  busy: 8n,
};
/** _KTHREAD_STATE, as far as the ledger has them. */
const STATES: Readonly<Record<number, StagedThread['state']>> = {
  0: 'Initialized',
  1: 'Ready',
  2: 'Running',
  3: 'Standby',
  5: 'Waiting',
  6: 'Transition',
  7: 'DeferredReady',
};

const ENDED = 4; // Terminated

interface TimerSpec {
  readonly routine: string;
  readonly tag: string;
  readonly periodMs: number;
  readonly perProcessor: boolean;
  /** Name of the device in whose extension its driver keeps it; a machine without the device has it in pool. */
  readonly device?: string;
  /** On some processors its DPC still waits when time begins. */
  readonly hasJustExpired?: boolean;
}

interface TimerPlan {
  readonly routine: string;
  readonly tag: number;
  readonly periodMs: number;
  readonly phaseMs: number;
  readonly processor: number;
  readonly device?: StagedDevice;
}

/** A timer of a driver or of the kernel, by the DPC that it queues. */
export interface DriverTimer {
  /** KDPC. */
  readonly dpc: bigint;
  /** `module!Function` that the DPC calls. */
  readonly routine: string;
  readonly periodMs: number;
  readonly processor: number;
  /** In whose extension it lies. */
  readonly device?: StagedDevice;
}

type Wait = Pick<StagedThread, 'waitReason' | 'waitObjects' | 'stack'>;

/** How a thread that is started once time has begun takes part. */
export interface Joining {
  /** It runs and never waits. */
  readonly isBusy?: boolean;
  /** Part of its time that it spends in user mode. */
  readonly userPart?: number;
  /** The only processor that it may run on. */
  readonly processor?: number;
}

/** Threads in the order in which the scheduler knows them, and what it says of them after time has passed. */
export class Schedule {
  readonly #kernel: Kernel;
  readonly #stage: Stage;
  readonly #threads: StagedThread[];
  /** In the order in which they were set. */
  readonly timers: DriverTimer[] = [];
  /** Routines by KDPC. */
  readonly #dpcs = new Map<bigint, string>();
  /** Of threads as they were staged: waiting. */
  readonly #waits: Wait[];
  /** What the scheduler calls each process. */
  readonly #parties = new Map<StagedProcess, number>();

  /** Tells the scheduler of all threads, gives them what they have done since the machine booted, and starts it. */
  constructor(kernel: Kernel, stage: Stage, interruptsPercent: number, seed: bigint) {
    this.#kernel = kernel;
    this.#stage = stage;
    this.#threads = stage.processes.flatMap(({ threads }) => threads);
    this.#waits = this.#threads.map(waitOf);
    createIdleResources(kernel, seed);
    const { core, hardware, profile } = kernel;
    const timers = this.#driverTimers();
    core.exports.schedulerCreate(
      this.#threads.length,
      stage.processes.length,
      timers.length + this.#programTimers(),
      profile.system.processorMHz,
      catalogue.clockResolutionMs * UNITS_PER_MS,
      Math.round((interruptsPercent / 100) * CHANCES),
      seed,
    );
    const plans = planBehaviours(stage.processes, hardware.processors);
    stage.processes.forEach((process, index) => {
      const { pulse, threads } = plans[index]!;
      openGraphics(kernel, process);
      const party = core.exports.schedulerAddProcess(process.address, BigInt(pulse));
      this.#parties.set(process, party);
      this.#addTasks(party, process.address, process.threads, threads);
    });
    for (const { routine, tag, periodMs, phaseMs, processor, device } of timers) {
      const address = core.exports.schedulerCreateTimer(
        device?.address ?? NO_DEVICE,
        kernel.loaded.address(routine),
        tag,
        periodMs,
        phaseMs,
        processor,
      );
      this.timers.push({ dpc: address, routine, periodMs, processor, ...(device ? { device } : {}) });
    }
    for (const { dpc } of stage.io.interrupts) if (dpc) this.#dpcs.set(dpc.address, dpc.routine);
    for (const { dpc, routine } of this.timers) this.#dpcs.set(dpc, routine);
    this.#armTimers(seed);
    core.exports.schedulerStart();
    this.#settle();
  }

  /** Lets `ms` milliseconds pass. The same bytes come out however a time is cut into calls. */
  advance(ms: number): void {
    if (!(ms > 0)) return;
    this.#kernel.core.exports.schedulerAdvance(BigInt(Math.round(ms * UNITS_PER_MS)));
    this.#settle();
  }

  /** Lets a thread take part that was started, waiting, since the machine's time has begun. */
  join(process: StagedProcess, thread: StagedThread, how: Joining = {}): void {
    const { core } = this.#kernel;
    const behaviour = lateBehaviour(how.isBusy ?? false, how.userPart ?? 0);
    core.putList(wordsOf(thread, behaviour, how.processor));
    core.exports.schedulerJoin(this.#parties.get(process)!, process.address);
    this.#threads.push(thread);
    this.#waits.push(waitOf(thread));
    this.#settle();
  }

  /** Lets a process take part that was started since the machine's time has begun: its first thread runs as soon as it can. */
  enter(process: StagedProcess, seed: bigint): void {
    const { core, hardware, typeIndex } = this.#kernel;
    const [plan] = planBehaviours([process], hardware.processors);
    openGraphics(this.#kernel, process);
    const party = core.exports.schedulerAddProcess(process.address, BigInt(plan!.pulse));
    this.#parties.set(process, party);
    core.putList(process.threads.flatMap((thread, i) => wordsOf(thread, plan!.threads[i]!)));
    core.exports.schedulerEnterTasks(party, process.address, process.threads.length);
    for (const type of catalogue.programTimers.types)
      core.exports.schedulerArmTimers(party, typeIndex.get(type)!, process.apcRoutine ?? 0n, seed);
    this.#threads.push(...process.threads);
    this.#waits.push(...process.threads.map(waitOf));
    this.#settle();
  }

  /** Notes which threads of a process have ended, and what else came of it; returns them. */
  end(process: StagedProcess): StagedThread[] {
    const { core } = this.#kernel;
    const pairs = core.exports.waitListPassedOn();
    for (let i = 0; i < pairs; i++) {
      const [thread, event] = [0, 8].map((at) => core.exchange.getBigUint64(16 * i + at, true));
      const index = this.#threads.findIndex(({ address }) => address === thread);
      this.#waits[index] = { ...this.#waits[index]!, waitObjects: [{ address: event!, type: 'Event' }] };
    }
    const states = core.view(core.exports.schedulerStates(), this.#threads.length);
    const ended = process.threads.filter((thread) => states[this.#threads.indexOf(thread)] === ENDED);
    this.#settle();
    return ended;
  }

  #addTasks(
    party: number,
    process: bigint,
    threads: readonly StagedThread[],
    behaviours: readonly Behaviour[],
  ): void {
    const { core } = this.#kernel;
    const batch = Math.floor(core.exports.exchangeBytes() / (8 * WORDS_PER_TASK));
    for (let first = 0; first < threads.length; first += batch) {
      const some = threads.slice(first, first + batch);
      core.putList(some.flatMap((thread, i) => wordsOf(thread, behaviours[first + i]!)));
      core.exports.schedulerAddTasks(party, process, some.length);
    }
  }

  /** How many objects there are that may be set as timers. */
  #programTimers(): number {
    const { core, typeIndex } = this.#kernel;
    return catalogue.programTimers.types.reduce(
      (sum, type) => sum + core.exports.objectCount(typeIndex.get(type)!),
      0,
    );
  }

  /** Sets some of the timers that programs have open. */
  #armTimers(seed: bigint): void {
    const { core, typeIndex } = this.#kernel;
    const { types, areSet, areRepeating, withApc, periodsMs } = catalogue.programTimers;
    core.putList(periodsMs.map(BigInt));
    const parts = [areSet, areRepeating, withApc].map((share) => Math.round(share * PARTS));
    core.exports.schedulerDescribeTimers(parts[0]!, parts[1]!, parts[2]!, periodsMs.length);
    this.#stage.processes.forEach(({ apcRoutine }, index) => {
      for (const type of types)
        core.exports.schedulerArmTimers(index, typeIndex.get(type)!, apcRoutine ?? 0n, seed);
    });
  }

  /** DPCs that wait on a processor's queue, the next one first. */
  dpcsOf(processor: number): { address: bigint; routine: string }[] {
    const { core } = this.#kernel;
    const count = core.exports.schedulerListDpcs(processor);
    return Array.from({ length: count }, (_, i) => {
      const address = core.exchange.getBigUint64(8 * i, true);
      return { address, routine: this.#dpcs.get(address)! };
    });
  }

  #driverTimers(): TimerPlan[] {
    const { hardware } = this.#kernel;
    const devices = this.#stage.io.devices;
    return (catalogue.timers as readonly TimerSpec[]).flatMap((spec) =>
      Array.from({ length: spec.perProcessor ? hardware.processors : 1 }, (_, processor) => {
        const { routine, tag, periodMs, hasJustExpired = false } = spec;
        const device = devices.find(({ name }) => name !== undefined && name === spec.device);
        return {
          routine,
          tag: [...tag].reduceRight((value, character) => value * 256 + character.charCodeAt(0), 0),
          periodMs,
          phaseMs: hasJustExpired && processor % JUST_EXPIRED_STRIDE === 1 ? periodMs - 1 : periodMs >> 1,
          processor,
          ...(device ? { device } : {}),
        };
      }),
    );
  }

  /** Writes down what the scheduler's ledger says of each thread, and lays out stacks that are not those of their waits. */
  #settle(): void {
    const { core } = this.#kernel;
    const states = core.view(core.exports.schedulerStates(), this.#threads.length);
    const swaps = core.view(core.exports.schedulerSwaps(), this.#threads.length);
    this.#threads.forEach((thread, index) => {
      if (states[index] === ENDED) return;
      thread.isSwappedOut = swaps[index] === 1;
      const state = STATES[states[index]!]!;
      if (state === thread.state && state !== 'Ready') return;
      const { waitReason, waitObjects, stack } = this.#waits[index]!;
      thread.state = state;
      thread.waitReason = state === 'Waiting' ? waitReason : undefined;
      thread.waitObjects = state === 'Waiting' ? waitObjects : [];
      thread.stack = stack;
    });
    this.#stage.io.requests.settle();
    const count = core.exports.schedulerListPreempted();
    const preempted = Array.from({ length: count }, (_, i) => core.exchange.getUint32(4 * i, true));
    for (const index of preempted) this.#layOutPreempted(this.#threads[index]!);
    this.#stage.idle.threads.forEach((idle, processor) => {
      const current = core.exports.schedulerCurrent(processor);
      idle.state = current < 0 ? 'Running' : 'Ready';
      if (current >= 0) this.#threads[current]!.processor = processor;
    });
  }

  /** The stack of a thread that an interrupt took its processor from. */
  #layOutPreempted(thread: StagedThread): void {
    const { core, loaded } = this.#kernel;
    core.exports.schedulerSaveStack(thread.address);
    const functions = interruptedStack(thread);
    const plan = StackPlan.waiting(loaded, [...processorStacks.preempted, ...functions]);
    core.exports.stackBegin(thread.address, thread.userMode?.trapFrameEnd ?? 0n, 0n);
    core.exports.stackLayOutWaiting(thread.address, plan.put(core));
    thread.stack = plan.names;
    thread.fillFrames?.();
  }
}

/** Functions of the kernel that a running thread was in when an interrupt came: none for one in user mode. */
export function interruptedStack(thread: StagedThread): readonly string[] {
  if (thread.userMode) return [];
  const { stack } = findArchetype(thread.archetype!);
  const inWait = new Set(processorStacks.waitFunctions);
  return stack.slice(stack.findIndex((name) => !inWait.has(name)));
}

function waitOf({ waitReason, waitObjects, stack }: StagedThread): Wait {
  return { waitReason, waitObjects, stack };
}

function wordsOf({ address }: StagedThread, behaviour: Behaviour, processor?: number): bigint[] {
  const { wakes, period, burst, expected, userPart, read, others, faults, graphics, signals, calls } =
    behaviour;
  return [
    address,
    ...[period, burst, expected, userPart, read, 0, others, faults, signals + calls * CHANCES].map(BigInt),
    ROLES[wakes] + BigInt(graphics * CHANCES),
    processor === undefined ? ANY_PROCESSOR : BigInt(processor),
  ];
}
