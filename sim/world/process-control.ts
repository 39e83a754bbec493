import { bugCheck } from '../machine/bug-check.js';
import type { Kernel } from '../machine/machine.js';
import {
  readProcess,
  readProcesses,
  readProcessTexts,
  type ProcessReading,
} from '../machine/process-readings.js';
import { accountName } from './objects/accounts.js';
import { PRIORITY_CLASSES, type PriorityClass } from './priority-classes.js';
import { endProcess } from './process-end.js';
import type { Schedule } from './schedule.js';
import type { Stage, StagedProcess } from './stage.js';

/** What Task Manager may change of a process. */
export type ProcessAction =
  | { readonly do: 'priority'; readonly priorityClass: Exclude<PriorityClass, 'Unknown'> }
  /** Numbers of the processors that it may run on. */
  | { readonly do: 'affinity'; readonly processors: readonly number[] }
  | { readonly do: 'efficiency'; readonly on: boolean }
  /** The process alone, or with all that it has started and that those have. */
  | { readonly do: 'end'; readonly tree?: boolean };

/**
 * `denied`: Windows does not let this user do that to this process; `gone`: there is no such process any more;
 * `bug-check`: Windows cannot go on without it, so that the machine has stopped with CRITICAL_PROCESS_DIED; `needed`: its
 * thread asks for the dumps of this machine; `stuck`: a thread of it cannot end before a driver completes its request.
 */
export type ActionResult = 'done' | 'denied' | 'gone' | 'bug-check' | 'needed' | 'stuck';

/** Kind of thread that runs while the machine is at rest. */
const DUMP_REQUESTER = 'dump-requester';
/** _KTHREAD_PPM_POLICY. */
const PPM_DEFAULT = 0;
export const PPM_THROTTLE = 1;
/** ExitStatus of what Task Manager ends. */
const EXIT_STATUS = 1;
/** Second parameter of CRITICAL_PROCESS_DIED: 0 is a process, 1 a thread. */
const A_PROCESS = 0n;

/** Does `action` to a process on behalf of who is logged on, as an administrator or not. */
export function actOnProcess(
  kernel: Kernel,
  stage: Stage,
  schedule: Schedule,
  pid: number,
  action: ProcessAction,
  administrator: boolean,
): ActionResult {
  const { core } = kernel;
  const process = readProcesses(core).find((reading) => Number(reading.pid) === pid);
  if (!process || process.exitTime !== 0n) return 'gone';
  if (!mayChange(kernel, process, administrator)) return 'denied';
  const staged = stage.processes.find(({ address }) => address === process.address)!;
  if (action.do === 'end') return end(kernel, stage, schedule, staged, action.tree ?? false, administrator);
  const setPriority = (name: PriorityClass) => {
    const { value, base } = PRIORITY_CLASSES[name];
    core.exports.processSetPriorityClass(process.address, value, base);
    staged.basePriority = base;
  };
  switch (action.do) {
    case 'priority':
      setPriority(action.priorityClass);
      break;
    case 'affinity':
      core.exports.processSetAffinity(process.address, maskOf(action.processors, kernel.hardware.processors));
      break;
    case 'efficiency':
      // What efficiency mode is: the lowest priority, and a processor that is told to save power (EcoQoS).
      setPriority(action.on ? 'Idle' : staged.program.priorityClass);
      core.exports.processSetPowerPolicy(process.address, action.on ? PPM_THROTTLE : PPM_DEFAULT);
  }
  return 'done';
}

/** Ends a process, and with it, if `tree` says so, all that comes from it: what can be ended is. */
function end(
  kernel: Kernel,
  stage: Stage,
  schedule: Schedule,
  process: StagedProcess,
  tree: boolean,
  administrator: boolean,
): ActionResult {
  const { core } = kernel;
  const reading = readProcess(core, process.address);
  if (!mayChange(kernel, reading, administrator)) return 'denied';
  if (reading.critical !== 0n) {
    // The process stands as it was: the bug check comes before its end.
    bugCheck(core, 'CRITICAL_PROCESS_DIED', process.address, A_PROCESS);
    return 'bug-check';
  }
  if (asksForDumps(process)) return 'needed';
  const children = tree ? stage.processes.filter((other) => isChild(other, process)) : [];
  const results: ActionResult[] = [
    endProcess(kernel, stage, schedule, process, EXIT_STATUS) === 0 ? 'done' : 'stuck',
  ];
  for (const child of children) {
    const result = end(kernel, stage, schedule, child, true, administrator);
    if (result === 'bug-check') return result;
    results.push(result);
  }
  return results.find((result) => result !== 'done') ?? 'done';
}

/** Whether it is a process's thread that runs while the machine is at rest, and asks for dumps. */
export function asksForDumps({ threads }: StagedProcess): boolean {
  return threads.some(({ archetype }) => archetype === DUMP_REQUESTER);
}

function isChild(process: StagedProcess, { pid, createTime }: StagedProcess): boolean {
  return process.parentPid === pid && process.exitTime === undefined && process.createTime >= createTime;
}

/** Numbers of the processors that a process may run on. */
export function affinityOf(kernel: Kernel, address: bigint): number[] {
  const { affinity } = readProcess(kernel.core, address);
  return Array.from({ length: kernel.hardware.processors }, (_, number) => number).filter(
    (number) => (affinity >> BigInt(number)) & 1n,
  );
}

/** @throws RangeError when a processor does not exist, or there is none */
function maskOf(processors: readonly number[], count: number): bigint {
  if (processors.length === 0 || processors.some((number) => number < 0 || number >= count))
    throw new RangeError(`A process runs on at least one of the processors 0 to ${count - 1}.`);
  return processors.reduce((mask, number) => mask | (1n << BigInt(number)), 0n);
}

/**
 * Whether Windows grants PROCESS_SET_INFORMATION: never to protected processes and those without user mode; to an
 * administrator, who has SeDebugPrivilege, for all others; to a user for the user's own that are not elevated.
 */
export function mayChange(kernel: Kernel, process: ProcessReading, administrator: boolean): boolean {
  const { imagePath, userSid } = readProcessTexts(kernel.core, process.address);
  if (process.protection !== 0n || !imagePath.startsWith('\\Device\\')) return false;
  if (administrator) return true;
  const { userName } = kernel.profile.system;
  return accountName(userSid, kernel.profile) === userName && process.administrator === 0n;
}
