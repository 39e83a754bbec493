// Who runs where: threads become ready, go on standby, run, are preempted, and wait again.
import { NT } from '../../generated/symbols';
import { KPRCB, KPROCESS, KPROCESSOR_STATE, KSPECIAL_REGISTERS, KTHREAD } from '../../generated/types';
import { at, getField, setField, write8 } from '../../memory/virtual';
import { CLUSTER, clusterLeader, groupMask, groupOf, indexInGroup } from '../processors/topology';
import { isStackResident } from '../memory-manager/kernel-stacks';
import { addressOf } from '../symbols';
import { charge, countSwitch } from './accounting';
import { interruptTime } from './clock';
import { push } from './event-heap';
import { popDeferred, pushDeferred } from './deferred-threads';
import { firstReady, highestReady, insertReady, removeReady } from './ready-queues';
import { deliverRequests } from './requests';
import { awaitStack } from './stack-swaps';
import {
  countCpus,
  Cpu,
  cpuAt,
  DEFERRED_READY,
  READY,
  RUNNING,
  setState,
  STANDBY,
  stateOf,
  Task,
  taskAt,
} from './tasks';
import { endWait } from './waits';

/** Kinds of events; the subject's index and a stamp stand above. */
export const TIMEOUT: u64 = 0;
export const PULSE: u64 = 1;
export const SWITCH: u64 = 2;
export const BURST_END: u64 = 3;
export const DRIVER_TIMER: u64 = 4;
export const PROGRAM_TIMER: u64 = 5;
export const DEFERRED: u64 = 6;
export const INSWAP: u64 = 7;
export const BALANCE: u64 = 8;
export const RETIRE: u64 = 9;
export const REQUEST: u64 = 10;

const IDLE_LATENCY: u64 = 30; // 100 ns: from the interrupt that wakes a processor to the switch
const PREEMPTION_LATENCY: u64 = 8;
const QUANTUM: u64 = 312500; // two clock ticks, as clients have it
const HIGHEST_DYNAMIC: u32 = 15;
const IDLE_PRIORITY: u8 = 0;
const ADJUST_UNWAIT: u32 = 1; // KADJUST_REASON.AdjustUnwait

let idleProcessors: u64 = 0;
const byThread = new Map<u64, u32>();

/** An event as the heap keeps it. */
export function event(kind: u64, subject: u32, stamp: u32): u64 {
  return kind | (u64(subject) << 8) | (u64(stamp) << 32);
}

/** Tells which task a thread is. */
export function nameTask(task: Task): void {
  byThread.set(task.thread, task.index);
}

export function startIdle(cpu: Cpu): void {
  idleProcessors |= u64(1) << u64(cpu.number);
}

function setIdle(cpu: Cpu, isIdle: bool): void {
  const bit = u64(1) << u64(cpu.number);
  idleProcessors = isIdle ? idleProcessors | bit : idleProcessors & ~bit;
}

/** Processors that share a ready queue with `number`, as a mask of all processors. */
function clusterMask(number: u32): u64 {
  const leader = clusterLeader(number);
  return (
    (((u64(1) << CLUSTER) - 1) << u64(leader)) &
    (groupMask(groupOf(number)) << u64(number - indexInGroup(number)))
  );
}

/** Whether a task may run on a processor. */
function isAllowed(task: Task, number: u32): bool {
  return ((task.allowed >> u64(number)) & 1) != 0;
}

/** Takes a task away from a processor that it may not run on. */
function leaveForbidden(task: Task): void {
  if (!isAllowed(task, task.processor)) task.processor = u32(ctz<u64>(task.allowed));
}

/** An idle processor for a task: the one it ran on, else one near it, else any; -1 when all are busy. */
function idleFor(task: Task): i32 {
  const last = task.processor;
  const idle = idleProcessors & task.allowed;
  if ((idle >> u64(last)) & 1) return last;
  if (idle == 0) return -1;
  const near = idle & clusterMask(last);
  return i32(ctz<u64>(near != 0 ? near : idle));
}

function priorityOf(task: Task): u32 {
  return u32(getField(task.thread, KTHREAD.Priority));
}

/** Ends a task's wait, for a burst of `length`. */
function unwait(task: Task, length: u64, hasTimer: bool): void {
  endWait(task, cpuAt(task.processor), hasTimer);
  task.waits++;
  task.total = length;
  task.remaining = length;
  setField(task.thread, KTHREAD.ReadyTime, interruptTime());
}

/** Gives a task that becomes ready `boost` above its priority, and a processor or a place on a queue, once it has a stack. */
export function makeReady(task: Task, boost: u32): void {
  if (!isStackResident(task.thread)) return awaitStack(task, boost);
  leaveForbidden(task);
  const base = u32(getField(task.thread, KTHREAD.BasePriority));
  const priority = base > HIGHEST_DYNAMIC ? base : min(base + boost, HIGHEST_DYNAMIC);
  setField(task.thread, KTHREAD.Priority, priority);
  setField(task.thread, KTHREAD.PriorityDecrement, priority - base);
  place(task, priority);
}

/** Makes a waiting task ready, with `boost` above its priority, for a burst of `length`. */
export function wake(task: Task, boost: u32, length: u64, hasTimer: bool): void {
  unwait(task, length, hasTimer);
  makeReady(task, boost);
}

/**
 * Ends a task's wait, as {@link wake} does, from within an interrupt or a DPC of `cpu`: it is made ready when the
 * processor is through with those, and stands on its list until then.
 */
export function wakeLater(task: Task, boost: u32, length: u64, cpu: Cpu, hasTimer: bool): void {
  unwait(task, length, hasTimer);
  setField(task.thread, KTHREAD.AdjustReason, ADJUST_UNWAIT);
  setField(task.thread, KTHREAD.AdjustIncrement, boost);
  setState(task, DEFERRED_READY);
  pushDeferred(task.thread, cpu.prcb);
}

/** Makes all threads ready that a processor has put off, the latest first. */
export function readyDeferred(cpu: Cpu): void {
  for (let thread = popDeferred(cpu.prcb); thread != 0; thread = popDeferred(cpu.prcb)) {
    const boost = u32(getField(thread, KTHREAD.AdjustIncrement));
    setField(thread, KTHREAD.AdjustReason, 0);
    setField(thread, KTHREAD.AdjustIncrement, 0);
    makeReady(taskOf(thread), boost);
  }
}

/** Finds a processor for a ready task: idle, or running something less urgent; else the task queues. */
function place(task: Task, priority: u32): void {
  const idle = idleFor(task);
  if (idle >= 0) {
    const cpu = cpuAt(idle);
    setIdle(cpu, false);
    return standBy(task, cpu, IDLE_LATENCY);
  }
  const cpu = cpuAt(task.processor);
  if (cpu.next < 0 && cpu.current >= 0 && priorityOf(taskAt(cpu.current)) < priority)
    return standBy(task, cpu, PREEMPTION_LATENCY);
  queue(task, cpu, false);
}

function standBy(task: Task, cpu: Cpu, latency: u64): void {
  task.processor = cpu.number;
  setState(task, STANDBY);
  setField(task.thread, KTHREAD.State, STANDBY);
  setField(task.thread, KTHREAD.NextProcessorNumber, cpu.number);
  cpu.next = task.index;
  setField(cpu.prcb, KPRCB.NextThread, task.thread);
  cpu.stamp++;
  push(interruptTime() + latency, event(SWITCH, cpu.number, cpu.stamp));
}

/** Puts a task on a ready queue; one that was preempted comes first. */
export function queue(task: Task, cpu: Cpu, inFront: bool): void {
  task.processor = cpu.number;
  task.isShared = task.allowed == u64.MAX_VALUE;
  setState(task, READY);
  insertReady(task.thread, cpu.prcb, cpu.number, task.isShared, inFront);
}

/** Lets a processor run a task. */
function run(cpu: Cpu, task: Task): void {
  setCurrent(cpu, task.thread, task.eprocess, u8(priorityOf(task)));
  cpu.current = task.index;
  task.processor = cpu.number;
  task.isPreempted = false;
  setField(task.thread, KTHREAD.Preempted, 0);
  setState(task, RUNNING);
  countSwitch(cpu, task.thread, task.eprocess);
  setField(task.thread, KTHREAD.NextProcessorNumber, cpu.number);
  setField(task.thread, KTHREAD.IdealProcessor, cpu.number);
  if (task.hasCompletions) deliverRequests(cpu, task);
  startQuantum(cpu, task);
}

function startQuantum(cpu: Cpu, task: Task): void {
  cpu.stamp++;
  push(interruptTime() + min(task.remaining, QUANTUM), event(BURST_END, cpu.number, cpu.stamp));
}

/** Writes what a processor runs to its KPRCB and the thread. */
export function setCurrent(cpu: Cpu, thread: u64, process: u64, priority: u8): void {
  setField(thread, KTHREAD.State, RUNNING);
  setField(thread, KTHREAD.Running, 1);
  setField(cpu.prcb, KPRCB.CurrentThread, thread);
  setField(cpu.prcb, KPRCB.RspBase, getField(thread, KTHREAD.InitialStack));
  const special = at(at(cpu.prcb, KPRCB.ProcessorState), KPROCESSOR_STATE.SpecialRegisters);
  setField(special, KSPECIAL_REGISTERS.Cr3, getField(process, KPROCESS.DirectoryTableBase));
  write8(getField(cpu.prcb, KPRCB.PriorityState), priority);
}

function runIdle(cpu: Cpu): void {
  cpu.current = -1;
  setIdle(cpu, true);
  setCurrent(cpu, cpu.idle, addressOf(NT.KiInitialProcess), IDLE_PRIORITY);
  countSwitch(cpu, cpu.idle, addressOf(NT.KiInitialProcess));
}

function runNext(cpu: Cpu): void {
  const task = taskAt(cpu.next);
  cpu.next = -1;
  setField(cpu.prcb, KPRCB.NextThread, 0);
  run(cpu, task);
}

/** The processor switches to the thread that stands by for it. */
export function performSwitch(cpu: Cpu): void {
  charge(cpu, interruptTime());
  if (cpu.current >= 0) preempt(cpu);
  else leaveIdle(cpu);
  runNext(cpu);
}

/** An idle thread that does not run is ready, on no queue: it runs when nobody else does. */
export function leaveIdle(cpu: Cpu): void {
  setField(cpu.idle, KTHREAD.State, READY);
  setField(cpu.idle, KTHREAD.Running, 0);
}

/** Puts the task that runs on a processor back to the front of its queue. */
function preempt(cpu: Cpu): void {
  const task = taskAt(cpu.current);
  task.isPreempted = true;
  setField(task.thread, KTHREAD.Running, 0);
  queue(task, cpu, true);
}

/** Takes the most urgent ready task of a queue, at least as urgent as `least`. */
function take(cpu: Cpu, isShared: bool, least: i32): i32 {
  const priority = highestReady(cpu.prcb, isShared);
  if (priority < least) return -1;
  const thread = firstReady(cpu.prcb, isShared, priority);
  removeReady(thread, cpu.prcb, isShared);
  return i32(byThread.get(thread));
}

function takeReady(cpu: Cpu, least: i32): i32 {
  const isSharedFirst = highestReady(cpu.prcb, true) > highestReady(cpu.prcb, false);
  const first = take(cpu, isSharedFirst, least);
  return first >= 0 ? first : take(cpu, !isSharedFirst, least);
}

/** What a processor does when its thread waits: the next one, one that is ready here or elsewhere, or nothing. */
export function switchAway(cpu: Cpu): void {
  if (cpu.next >= 0) return runNext(cpu);
  let found = takeReady(cpu, 0);
  for (let leader: u32 = 0; found < 0 && leader < countCpus(); leader += CLUSTER)
    found = take(cpuAt(leader), true, 0);
  if (found >= 0) run(cpu, taskAt(found));
  else runIdle(cpu);
}

/** A quantum ends with the burst unfinished: others of the same priority come first; the boost fades. */
export function endQuantum(cpu: Cpu): void {
  const task = taskAt(cpu.current);
  const base = u32(getField(task.thread, KTHREAD.BasePriority));
  const priority = max(priorityOf(task) - (priorityOf(task) > base ? 1 : 0), base);
  setField(task.thread, KTHREAD.Priority, priority);
  setField(task.thread, KTHREAD.PriorityDecrement, priority - base);
  if (!isAllowed(task, cpu.number)) return moveAway(task, cpu, priority);
  const other = cpu.next >= 0 ? -1 : takeReady(cpu, priority);
  if (cpu.next < 0 && other < 0) return startQuantum(cpu, task);
  task.isPreempted = true;
  setField(task.thread, KTHREAD.Running, 0);
  queue(task, cpu, false);
  if (other >= 0) run(cpu, taskAt(other));
  else runNext(cpu);
}

/** A task whose affinity was changed while it ran goes on elsewhere. */
function moveAway(task: Task, cpu: Cpu, priority: u32): void {
  task.isPreempted = true;
  setField(task.thread, KTHREAD.Running, 0);
  leaveForbidden(task);
  place(task, priority);
  switchAway(cpu);
}

/** The task that stands by for a processor is gone: whoever is ready comes instead, or the processor goes on. */
export function dropStandby(cpu: Cpu): void {
  cpu.next = -1;
  setField(cpu.prcb, KPRCB.NextThread, 0);
  if (cpu.current >= 0) return startQuantum(cpu, taskAt(cpu.current));
  const found = takeReady(cpu, 0);
  if (found >= 0) return standBy(taskAt(found), cpu, IDLE_LATENCY);
  cpu.stamp++;
  setIdle(cpu, true);
}

/** Forgets which task a thread is that has ended. */
export function forgetTask(task: Task): void {
  byThread.delete(task.thread);
}

/** The task that a thread is. */
export function taskOf(thread: u64): Task {
  return taskAt(byThread.get(thread));
}

/** Changes what a task's place on a ready queue depends on, and gives it the place that it then has. */
export function requeue(task: Task, allowed: u64, priority: u32): void {
  const isReady = stateOf(task) == READY;
  if (isReady) removeReady(task.thread, cpuAt(task.processor).prcb, task.isShared);
  task.allowed = allowed;
  setField(task.thread, KTHREAD.Priority, priority);
  // At rest the task of the first processor is ready, but goes on there.
  if (isReady && cpuAt(task.processor).current != i32(task.index)) leaveForbidden(task);
  const cpu = cpuAt(task.processor);
  if (isReady) queue(task, cpu, task.isPreempted);
  if (stateOf(task) == RUNNING) write8(getField(cpu.prcb, KPRCB.PriorityState), u8(priority));
}
