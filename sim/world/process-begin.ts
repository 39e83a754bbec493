import type { Kernel } from '../machine/machine.js';
import data from './catalogue/runnable.json';
import type { Director } from './director.js';
import { pendRequestsOf } from './io/pending-requests.js';
import { enterObjectWorld } from './objects/object-world.js';
import { specOf, type StartWish } from './population.js';
import { findProgram } from './programs.js';
import type { Schedule } from './schedule.js';
import type { Stage, StagedProcess } from './stage.js';
import { dealThreads, type ThreadWish } from './thread-mix.js';

const TICKS_PER_SECOND = 1e7;
/** Pages that every process takes beside its private memory, and those of a thread: stacks, blocks, page tables. */
const PAGES_OF_PROCESS = 700;
const PAGES_OF_THREAD = 24;
const PAGES_PER_MB = 256;
/** Pages that the machine keeps for what runs on it already. */
const RESERVE = 400;
/** Who starts what a user asks for, the first one that there is. */
const STARTERS = ['Taskmgr.exe', 'explorer.exe'];

const runnables = data.programs as unknown as readonly Runnable[];

/** A machine that processes can be started on. */
export interface StartPlace {
  readonly kernel: Kernel;
  readonly stage: Stage;
  readonly director: Director;
  readonly schedule: Schedule;
  readonly seed: number;
}

/** There is too little memory left to start a process. */
export class NoMemoryError extends Error {
  constructor() {
    super('The machine has too little memory left to start this program.');
    this.name = 'NoMemoryError';
  }
}

interface Runnable extends ThreadWish {
  readonly names: readonly string[];
  readonly program: string;
  readonly handles: number;
  readonly privateMB: number;
  /** It runs in a console, which a process of its own shows. */
  readonly isConsole?: boolean;
}

/** What can be run by its name. */
export function runnableNames(): string[] {
  return runnables.map(({ names }) => names[0]!);
}

/** Pages that a process needs to start. */
function pagesFor({ threads, privateMB }: StartWish): number {
  const count = Object.values(threads).reduce<number>((sum, number = 0) => sum + number, 0);
  return PAGES_OF_PROCESS + count * PAGES_OF_THREAD + privateMB * PAGES_PER_MB;
}

/**
 * Starts a process now: image, memory, threads, token and handles; its first thread is ready to run.
 * @throws NoMemoryError when the machine has too little memory left for it
 */
export function beginProcess(
  { kernel, stage, director, schedule, seed }: StartPlace,
  wish: StartWish,
  parentPid: number,
): StagedProcess {
  if (kernel.core.exports.memorySpareFrames() < pagesFor(wish) + RESERVE) throw new NoMemoryError();
  const startsAt = Number(kernel.core.exports.clockUptime()) / TICKS_PER_SECOND;
  const process = director.startProcess(stage, specOf(wish, startsAt), parentPid);
  enterObjectWorld(kernel, stage.objects, process);
  pendRequestsOf(kernel, stage.io, process);
  schedule.enter(process, BigInt(seed));
  return process;
}

/**
 * Runs what a user has typed, `notepad` or `"C:\\Windows\\System32\\cmd.exe" /k dir`, in the user's session.
 * `elevated` gives it the user's full rights. Returns the process; `undefined` when there is no such program.
 * @throws NoMemoryError when the machine has too little memory left for it
 */
export function runProgram(place: StartPlace, typed: string, elevated: boolean): StagedProcess | undefined {
  const { stage, kernel } = place;
  const [, quoted, bare, rest = ''] = /^\s*(?:"([^"]*)"|(\S+))\s*(.*?)\s*$/s.exec(typed) ?? [];
  const found = runnableOf(quoted ?? bare ?? '');
  const starter = STARTERS.map((name) =>
    stage.processes.find((process) => process.name === name && process.exitTime === undefined),
  ).find((process) => process !== undefined);
  if (!found || !starter) return undefined;
  const { path } = findProgram(found.program);
  const common = { user: starter.user, session: starter.sessionId, elevated };
  const deal = dealThreads(kernel.hardware);
  const wishes: StartWish[] = [
    { ...common, ...found, threads: deal(found), commandLine: `"${path}"${rest === '' ? '' : ` ${rest}`}` },
    ...(found.isConsole ? [{ ...common, ...data.console, threads: deal(data.console) }] : []),
  ];
  const pages = wishes.reduce((sum, wish) => sum + pagesFor(wish), RESERVE);
  if (kernel.core.exports.memorySpareFrames() < pages) throw new NoMemoryError();
  const process = beginProcess(place, wishes[0]!, starter.pid);
  for (const wish of wishes.slice(1)) beginProcess(place, wish, process.pid);
  return process;
}

function runnableOf(name: string): Runnable | undefined {
  const wanted = name.toLowerCase();
  return runnables.find(({ names, program }) =>
    [...names, ...names.map((short) => `${short}.exe`), program, findProgram(program).path].some(
      (known) => known.toLowerCase() === wanted,
    ),
  );
}
