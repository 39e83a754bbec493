// Queues of threads that are ready to run: a processor's own, for threads bound to it, and the one of its cluster.
import { KPRCB, KSHARED_READY_QUEUE, KTHREAD } from '../../generated/types';
import {
  addToField,
  at,
  getField,
  insertHead,
  insertTail,
  read64,
  removeEntry,
  setField,
} from '../../memory/virtual';

const READY: u32 = 1; // _KTHREAD_STATE
const LIST_ENTRY_BYTES: u64 = 16;

function heads(prcb: u64, isShared: bool): u64 {
  return isShared
    ? at(getField(prcb, KPRCB.SharedReadyQueue), KSHARED_READY_QUEUE.ReadyListHead)
    : at(prcb, KPRCB.DispatcherReadyListHead);
}

function setBit(prcb: u64, isShared: bool, priority: u32, isSet: bool): void {
  const bit = u64(1) << priority;
  const owner = isShared ? getField(prcb, KPRCB.SharedReadyQueue) : prcb;
  const field = isShared ? <i32>KSHARED_READY_QUEUE.ReadySummary : <i32>KPRCB.ReadySummary;
  const summary = getField(owner, field);
  setField(owner, field, isSet ? summary | bit : summary & ~bit);
}

function count(prcb: u64, isShared: bool, by: u64): void {
  if (isShared) addToField(getField(prcb, KPRCB.SharedReadyQueue), KSHARED_READY_QUEUE.ReadyThreadCount, by);
  else addToField(prcb, KPRCB.ReadyThreadCount, by);
}

/** Puts a thread on a queue of processor `number`, at the end, or in front when it was preempted. */
export function insertReady(thread: u64, prcb: u64, number: u32, isShared: bool, inFront: bool): void {
  const priority = u32(getField(thread, KTHREAD.Priority));
  const head = heads(prcb, isShared) + u64(priority) * LIST_ENTRY_BYTES;
  const entry = at(thread, KTHREAD.WaitListEntry);
  if (inFront) insertHead(head, entry);
  else insertTail(head, entry);
  setField(thread, KTHREAD.State, READY);
  setField(thread, KTHREAD.Preempted, inFront ? 1 : 0);
  setField(thread, KTHREAD.NextProcessorNumber, number);
  setField(thread, KTHREAD.SharedReadyQueue, isShared ? 1 : 0);
  setBit(prcb, isShared, priority, true);
  count(prcb, isShared, 1);
}

/** Takes a thread off the queue that it is on. */
export function removeReady(thread: u64, prcb: u64, isShared: bool): void {
  const priority = u32(getField(thread, KTHREAD.Priority));
  const head = heads(prcb, isShared) + u64(priority) * LIST_ENTRY_BYTES;
  removeEntry(at(thread, KTHREAD.WaitListEntry));
  if (read64(head) == head) setBit(prcb, isShared, priority, false);
  setField(thread, KTHREAD.SharedReadyQueue, 0);
  count(prcb, isShared, u64(-1));
}

/** Highest priority that has a ready thread on a queue, -1 for none. */
export function highestReady(prcb: u64, isShared: bool): i32 {
  const summary = u32(
    isShared
      ? getField(getField(prcb, KPRCB.SharedReadyQueue), KSHARED_READY_QUEUE.ReadySummary)
      : getField(prcb, KPRCB.ReadySummary),
  );
  return 31 - i32(clz<u32>(summary));
}

/** First thread of a priority on a queue. */
export function firstReady(prcb: u64, isShared: bool, priority: u32): u64 {
  return read64(heads(prcb, isShared) + u64(priority) * LIST_ENTRY_BYTES) - u64(at(0, KTHREAD.WaitListEntry));
}
