// The machine at rest, as whoever looks at it finds it: the thread that asks for dumps runs on the first processor, and
// stacks that show more than the scheduler needs are put back before time goes on.
import { NT } from '../../generated/symbols';
import { KTHREAD } from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import {
  at,
  getField,
  read32,
  read64,
  readBytes,
  setField,
  write32,
  write64,
  writeBytes,
} from '../../memory/virtual';
import { addressOf } from '../symbols';
import { leaveIdle, queue, setCurrent } from './dispatch';
import { removeReady } from './ready-queues';
import { countTasks, Cpu, cpuAt, READY, RUNNING, setState, stateOf, taskAt } from './tasks';

const FIRST: u32 = 0;
const STACK_BYTES: usize = 0x10000; // the largest stack that is kept

let requester: i32 = -1;
let entryBefore: u64 = 0;
let entryAfter: u64 = 0;
let processorBefore: u32 = 0;

class SavedStack {
  thread: u64 = 0;
  limit: u64 = 0;
  bytes: usize = 0;
  content: usize = 0;
  kernelStack: u64 = 0;
  trapFrame: u64 = 0;
  systemCall: u64 = 0;
}

const saved = new Array<SavedStack>();
let savedCount: i32 = 0;

/** Names the task that runs on the first processor while the machine is at rest. */
export function setRequester(index: i32): void {
  requester = index;
}

/** Index of that task; -1 when there is none. */
export function requesterTask(): i32 {
  return requester;
}

/** Keeps a thread's stack, to be laid out otherwise, until time goes on. */
export function saveStack(thread: u64): void {
  for (let i = 0; i < savedCount; i++) if (saved[i].thread == thread) return;
  if (savedCount == saved.length) {
    const fresh = new SavedStack();
    fresh.content = heap.alloc(STACK_BYTES);
    saved.push(fresh);
  }
  const slot = saved[savedCount++];
  slot.thread = thread;
  slot.limit = getField(thread, KTHREAD.StackLimit);
  slot.bytes = usize(getField(thread, KTHREAD.StackBase) - slot.limit);
  assert(slot.bytes <= STACK_BYTES, 'a kernel stack that is too large to keep');
  slot.bytes = readBytes(slot.limit, slot.content, slot.bytes);
  slot.kernelStack = getField(thread, KTHREAD.KernelStack);
  slot.trapFrame = getField(thread, KTHREAD.TrapFrame);
  slot.systemCall = getField(thread, KTHREAD.SystemCallNumber);
}

function restoreStacks(): void {
  for (let i = 0; i < savedCount; i++) {
    const slot = saved[i];
    writeBytes(slot.limit, slot.content, slot.bytes);
    setField(slot.thread, KTHREAD.KernelStack, slot.kernelStack);
    setField(slot.thread, KTHREAD.TrapFrame, slot.trapFrame);
    setField(slot.thread, KTHREAD.SystemCallNumber, slot.systemCall);
  }
  savedCount = 0;
}

/** Puts the indices of the tasks that were preempted and now wait for a processor into the exchange buffer. */
export function listPreempted(): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < countTasks(); i++) {
    const task = taskAt(i);
    if (stateOf(task) == READY && task.isPreempted) store<u32>(exchangeBuffer() + (count++ << 2), i);
  }
  return count;
}

/** Index of the task that runs on a processor, -1 for its idle thread. */
export function currentTask(number: u32): i32 {
  return number == FIRST && requester >= 0 ? requester : cpuAt(number).current;
}

function stop(cpu: Cpu): void {
  if (cpu.current < 0) return leaveIdle(cpu);
  const task = taskAt(cpu.current);
  const entry = at(task.thread, KTHREAD.WaitListEntry);
  entryBefore = read64(entry);
  entryAfter = read64(entry + 8);
  processorBefore = read32(at(task.thread, KTHREAD.NextProcessor));
  setField(task.thread, KTHREAD.Running, 0);
  task.isPreempted = true;
  queue(task, cpu, true);
}

function goOn(cpu: Cpu): void {
  if (cpu.current < 0) return setCurrent(cpu, cpu.idle, addressOf(NT.KiInitialProcess), 0);
  const task = taskAt(cpu.current);
  removeReady(task.thread, cpu.prcb, task.isShared);
  const entry = at(task.thread, KTHREAD.WaitListEntry);
  write64(entry, entryBefore);
  write64(entry + 8, entryAfter);
  write32(at(task.thread, KTHREAD.NextProcessor), processorBefore);
  setField(task.thread, KTHREAD.Preempted, 0);
  task.isPreempted = false;
  setState(task, RUNNING);
  setCurrent(cpu, task.thread, task.eprocess, u8(getField(task.thread, KTHREAD.Priority)));
}

/** Lets the requester have the first processor. */
export function seize(): void {
  if (requester < 0) return;
  const cpu = cpuAt(FIRST);
  const task = taskAt(requester);
  stop(cpu);
  setState(task, RUNNING);
  setField(task.thread, KTHREAD.NextProcessor, FIRST);
  setCurrent(cpu, task.thread, task.eprocess, u8(getField(task.thread, KTHREAD.Priority)));
}

/** Lets the machine go on where it stood. */
export function release(): void {
  restoreStacks();
  if (requester < 0) return;
  setField(taskAt(requester).thread, KTHREAD.Running, 0);
  goOn(cpuAt(FIRST));
}
