// How a thread begins and ends the wait that it always comes back to: wait blocks, queue, timeout and wait list.
import { DISPATCHER_HEADER, KPRCB, KPRIQUEUE, KQUEUE, KTHREAD, KWAIT_BLOCK } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import {
  addToField,
  at,
  getField,
  insertTail,
  read32,
  read64,
  removeEntry,
  setField,
  write32,
} from '../../memory/virtual';
import { interruptTime, tickCount } from './clock';
import { PRIORITY_QUEUE } from './dispatcher';
import { Cpu, setState, stateOf, Task, WAITING } from './tasks';
import { clearTimer, setTimer } from './timers';

const BLOCK_ACTIVE: u32 = 4; // _KWAIT_BLOCK_STATE
const BLOCK_INACTIVE: u32 = 5;
const TIMER_BLOCK: u64 = 3; // of KTHREAD.WaitBlock
const USER_MODE: u32 = 1;
const QUEUE_TYPE_MASK: u32 = 0x7f;

function timerBlock(thread: u64): u64 {
  return at(thread, KTHREAD.WaitBlock) + TIMER_BLOCK * u64(offsetOf(KWAIT_BLOCK.SIZE));
}

/** Whether the thread waits for nothing but its own timer, as one that sleeps does. */
function waitsForTimer(thread: u64): bool {
  return (
    getField(thread, KTHREAD.WaitBlockCount) != 0 &&
    getField(getField(thread, KTHREAD.WaitBlockList), KWAIT_BLOCK.Object) == at(thread, KTHREAD.Timer)
  );
}

/** Threads that a queue lets run count while they do. */
function countServed(task: Task, by: u64): void {
  if (task.queue == 0) return;
  const type = u32(getField(task.queue, DISPATCHER_HEADER.Type)) & QUEUE_TYPE_MASK;
  if (type == PRIORITY_QUEUE) {
    const slot =
      at(task.queue, KPRIQUEUE.CurrentCount) + (u64(getField(task.thread, KTHREAD.BasePriority)) << 2);
    write32(slot, read32(slot) + u32(by));
  } else addToField(task.queue, KQUEUE.CurrentCount, by);
}

/** A thread that has no wait left is none of those that serve its queue any more. */
export function leaveQueue(task: Task): void {
  if (task.queue == 0) return;
  countServed(task, u64(-1));
  removeEntry(at(task.thread, KTHREAD.QueueListEntry));
  setField(task.thread, KTHREAD.Queue, 0);
  task.queue = 0;
}

/** The base priority of a thread changes to `base`: queues of threads by priority count it anew while it runs. */
export function recountServed(task: Task, base: u32): void {
  const isServed = stateOf(task) != WAITING;
  if (isServed) countServed(task, u64(-1));
  setField(task.thread, KTHREAD.BasePriority, base);
  if (isServed) countServed(task, 1);
}

/** Lists a thread that waits in user mode with the processor that it ran on: its stack may be swapped out. */
export function joinWaitList(task: Task, cpu: Cpu): void {
  setField(task.thread, KTHREAD.WaitPrcb, cpu.prcb);
  if (getField(task.thread, KTHREAD.WaitMode) == USER_MODE)
    insertTail(at(cpu.prcb, KPRCB.WaitListHead), at(task.thread, KTHREAD.WaitListEntry));
}

/** Lets a thread's wait time out at `due`, by a timer of the processor. */
export function setTimeout(task: Task, cpu: Cpu, due: u64): void {
  const thread = task.thread;
  const timer = at(thread, KTHREAD.Timer);
  setTimer(timer, due, 0, 0, cpu.prcb, cpu.number);
  setField(thread, KTHREAD.TimerActive, 1);
  if (waitsForTimer(thread)) return;
  const block = timerBlock(thread);
  setField(block, KWAIT_BLOCK.WaitType, 1); // WaitAny
  setField(block, KWAIT_BLOCK.BlockState, BLOCK_ACTIVE);
  setField(block, KWAIT_BLOCK.WaitKey, 0x102); // STATUS_TIMEOUT
  setField(block, KWAIT_BLOCK.Thread, thread);
  setField(block, KWAIT_BLOCK.Object, timer);
  insertTail(at(timer, DISPATCHER_HEADER.WaitListHead), at(block, KWAIT_BLOCK.WaitListEntry));
}

/** Ends a thread's wait: its blocks leave the lists of their objects. */
export function endWait(task: Task, cpu: Cpu, hasTimer: bool): void {
  const thread = task.thread;
  const blocks = getField(thread, KTHREAD.WaitBlockList);
  const count = getField(thread, KTHREAD.WaitBlockCount);
  for (let i: u64 = 0; i < count; i++) {
    const block = blocks + i * u64(offsetOf(KWAIT_BLOCK.SIZE));
    removeEntry(at(block, KWAIT_BLOCK.WaitListEntry));
    setField(block, KWAIT_BLOCK.BlockState, BLOCK_INACTIVE);
  }
  if (hasTimer) {
    clearTimer(at(thread, KTHREAD.Timer), cpu.prcb);
    setField(thread, KTHREAD.TimerActive, 0);
    if (!waitsForTimer(thread)) {
      removeEntry(at(timerBlock(thread), KWAIT_BLOCK.WaitListEntry));
      setField(timerBlock(thread), KWAIT_BLOCK.BlockState, BLOCK_INACTIVE);
    }
  }
  // A thread whose stack was swapped out has left the list.
  const entry = at(thread, KTHREAD.WaitListEntry);
  if (getField(thread, KTHREAD.WaitMode) == USER_MODE && read64(entry) != 0) removeEntry(entry);
  countServed(task, 1);
}

/** Begins a thread's wait again, on the processor that it ran on. A timeout is set apart. */
export function beginWait(task: Task, cpu: Cpu): void {
  const thread = task.thread;
  const blocks = getField(thread, KTHREAD.WaitBlockList);
  const count = getField(thread, KTHREAD.WaitBlockCount);
  for (let i: u64 = 0; i < count; i++) {
    const block = blocks + i * u64(offsetOf(KWAIT_BLOCK.SIZE));
    setField(block, KWAIT_BLOCK.BlockState, BLOCK_ACTIVE);
    const object = getField(block, KWAIT_BLOCK.Object);
    insertTail(at(object, DISPATCHER_HEADER.WaitListHead), at(block, KWAIT_BLOCK.WaitListEntry));
  }
  setField(thread, KTHREAD.State, WAITING);
  setField(thread, KTHREAD.Running, 0);
  setField(thread, KTHREAD.WaitTime, tickCount());
  setState(task, WAITING);
  joinWaitList(task, cpu);
  countServed(task, u64(-1));
}

/** When a timeout of `delay` from now fires: at the first interrupt of the clock after it. */
export function timeoutAfter(delay: u64, resolution: u64): u64 {
  return ((interruptTime() + delay) / resolution + 1) * resolution;
}
