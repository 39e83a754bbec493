import { findArchetype } from './archetypes.js';
import { graphicsPartOf } from './io/adapters.js';
import catalogue from './catalogue/behaviours.json';
import type { StagedProcess, StagedThread } from './stage.js';

const UNITS_PER_SECOND = 1e7; // 100 ns
const UNITS_PER_MS = 1e4;
const UNITS_PER_US = 10;
const PARTS = 256; // what the core counts chances and shares in
const LEAST_SHARED = 0.1; // of a process's processor time, for threads without a period of their own
const LONGEST_SHARE = 0.9; // of its time that one thread may run

/** Who ends a thread's waits: its own timeout, others of its process, callers of other processes too, or nobody; a busy thread has none. */
export type Wakes = 'timer' | 'signal' | 'call' | 'never' | 'requester' | 'busy';

interface ArchetypeBehaviour {
  readonly wakes: Exclude<Wakes, 'requester' | 'busy'>;
  readonly periodMs?: number;
  readonly burstUs?: number;
}

/** How a thread lives. Times in 100 ns, shares and chances of 256. */
export interface Behaviour {
  readonly wakes: Wakes;
  /** Mean length of a timeout, 0 for none. */
  readonly period: number;
  readonly burst: number;
  /** Mean time from one burst to the next; 0 when there are none. */
  readonly expected: number;
  readonly userPart: number;
  /** Bytes that a burst reads from disk. */
  readonly read: number;
  readonly others: number;
  readonly faults: number;
  /** The part of a burst's length that the graphics adapter works for it. */
  readonly graphics: number;
  readonly signals: number;
  readonly calls: number;
}

/** How a process's threads live, in their order. */
export interface ProcessBehaviour {
  /** Mean time between signals from outside, 100 ns; 0 for none. */
  readonly pulse: number;
  readonly threads: readonly Behaviour[];
}

interface Rates {
  readonly process: StagedProcess;
  readonly wakes: readonly Wakes[];
  /** 100 ns of processor time a second. */
  readonly budget: number;
  readonly timers: number;
  readonly sleepers: number;
  /** Bursts a second that start with a timeout, and signals from outside. */
  readonly timeouts: number;
  readonly pulses: number;
}

/** A thread that is started once time has begun: nobody wakes it, or it never waits. */
export function lateBehaviour(isBusy: boolean, userPart: number): Behaviour {
  return {
    wakes: isBusy ? 'busy' : 'never',
    period: 0,
    burst: 0,
    expected: 0,
    userPart: parts(userPart),
    read: 0,
    others: 0,
    faults: 0,
    graphics: 0,
    signals: 0,
    calls: 0,
  };
}

const parts = (share: number): number => Math.round(share * PARTS);
const { signalChance, callChance } = catalogue;

function behaviourOf({ archetype }: StagedThread): ArchetypeBehaviour {
  const own = (catalogue.archetypes as Readonly<Record<string, ArchetypeBehaviour | undefined>>)[archetype!];
  if (own) return own;
  const { kind } = findArchetype(archetype!).wait;
  if (kind === 'thread-timer') return { wakes: 'timer' };
  return { wakes: kind === 'suspend-event' ? 'never' : 'signal' };
}

function wakesOf(thread: StagedThread, isFrozen: boolean): Wakes {
  if (findArchetype(thread.archetype!).running) return 'requester';
  return isFrozen ? 'never' : behaviourOf(thread).wakes;
}

const isSleeper = (wakes: Wakes): boolean => wakes === 'signal' || wakes === 'call';

/** Processor time a second of threads whose archetype says how often they run and for how long. */
function ofOwnPeriod({ threads }: StagedProcess, wakes: readonly Wakes[]): number {
  return threads.reduce((sum, thread, i) => {
    const { periodMs, burstUs = catalogue.backgroundBurstUs } = behaviourOf(thread);
    return wakes[i] === 'timer' && periodMs !== undefined ? sum + (burstUs * 1e4) / periodMs : sum;
  }, 0);
}

/** How often a process's threads wake, from the processor time that it uses. */
function ratesOf(process: StagedProcess, processors: number): Rates {
  const isFrozen = process.spec.traits?.includes('suspended') ?? false;
  const wakes = process.threads.map((thread) => wakesOf(thread, isFrozen));
  const timers = process.threads.filter(
    (thread, i) => wakes[i] === 'timer' && behaviourOf(thread).periodMs === undefined,
  ).length;
  const sleepers = wakes.filter(isSleeper).length;
  const whole = ((process.spec.cpu ?? 0) / 100) * processors * UNITS_PER_SECOND;
  const budget = Math.max(whole * LEAST_SHARED, whole - ofOwnPeriod(process, wakes));
  if (budget === 0 || timers + sleepers === 0)
    return {
      process,
      wakes,
      budget: 0,
      timers,
      sleepers,
      timeouts: (timers * 1000) / catalogue.backgroundPeriodMs,
      pulses: sleepers === 0 ? 0 : 1000 / catalogue.backgroundPulseMs,
    };
  const bursts = Math.min(
    Math.max(budget / (catalogue.burstUs * UNITS_PER_US), catalogue.leastBurstsPerSecond),
    catalogue.mostBurstsPerSecond,
  );
  const timeouts = timers === 0 ? 0 : sleepers === 0 ? bursts : bursts * catalogue.timerPart;
  return { process, wakes, budget, timers, sleepers, timeouts, pulses: bursts - timeouts };
}

/**
 * How all threads live: the processor time and the disk traffic that each process uses come out of bursts of its
 * threads.
 */
export function planBehaviours(processes: readonly StagedProcess[], processors: number): ProcessBehaviour[] {
  const rates = processes.map((process) => ratesOf(process, processors));
  const servers = rates.reduce((sum, { wakes }) => sum + wakes.filter((kind) => kind === 'call').length, 0);
  const calls = rates.reduce((sum, { timeouts }) => sum + timeouts * callChance, 0);
  const callsEach = servers === 0 ? 0 : calls / servers;
  return rates.map((process) => planProcess(process, callsEach));
}

function planProcess(rates: Rates, callsEach: number): ProcessBehaviour {
  const { process, wakes, budget, timers, sleepers, timeouts, pulses } = rates;
  const served = wakes.filter((kind) => kind === 'call').length * callsEach;
  const signals = pulses + (sleepers === 0 ? 0 : timeouts * signalChance) + served;
  const bursts = timeouts + signals;
  const burst =
    budget === 0 ? catalogue.backgroundBurstUs * UNITS_PER_US : Math.max(1, Math.round(budget / bursts));
  const read = bursts === 0 ? 0 : Math.round((process.spec.disk ?? 0) / bursts);
  const isSystem = process.spec.program === 'System';
  const common = {
    userPart: isSystem ? 0 : parts(catalogue.userPart),
    read,
    others: parts(catalogue.othersPerBurst),
    faults: parts(catalogue.faultsPerBurst),
    graphics: parts(graphicsPartOf(process)),
  };
  return {
    pulse: pulses === 0 ? 0 : Math.round(UNITS_PER_SECOND / pulses),
    threads: process.threads.map((thread, index) => {
      const kind = wakes[index]!;
      const { periodMs, burstUs } = behaviourOf(thread);
      if (kind === 'timer' && periodMs !== undefined) {
        const own = (burstUs ?? catalogue.backgroundBurstUs) * UNITS_PER_US;
        const alone = timerThread({ ...common, read: 0 }, periodMs * UNITS_PER_MS, own);
        return { ...alone, signals: 0, calls: 0 };
      }
      if (kind === 'timer') return timerThread(common, (timers * UNITS_PER_SECOND) / timeouts, burst);
      const own = isSleeper(kind)
        ? (pulses + (sleepers === 0 ? 0 : timeouts * signalChance)) / sleepers +
          (kind === 'call' ? callsEach : 0)
        : 0;
      return {
        ...common,
        wakes: kind,
        period: 0,
        burst: own === 0 ? catalogue.backgroundBurstUs * UNITS_PER_US : burst,
        expected: own === 0 ? 0 : Math.round(UNITS_PER_SECOND / own),
        signals: 0,
        calls: 0,
      };
    }),
  };
}

function timerThread(
  common: Pick<Behaviour, 'userPart' | 'read' | 'others' | 'faults' | 'graphics'>,
  interval: number,
  burst: number,
): Behaviour {
  const length = Math.min(burst, interval * LONGEST_SHARE);
  return {
    ...common,
    wakes: 'timer',
    period: Math.max(1, Math.round(interval - length)),
    burst: Math.max(1, Math.round(length)),
    expected: Math.max(1, Math.round(interval)),
    signals: parts(signalChance),
    calls: parts(callChance),
  };
}
