// Dispatcher objects and the wait blocks that bind threads to them.
import {
  DISPATCHER_HEADER,
  ETHREAD,
  KMUTANT,
  KPRIQUEUE,
  KQUEUE,
  KSEMAPHORE,
  KTHREAD,
  KTIMER,
  KWAIT_BLOCK,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, initialiseList, insertTail, setField } from '../../memory/virtual';
import { listed } from '../../host-buffer';
import { createObject } from '../objects/object';
import { dereferenceObject } from '../objects/object-end';
import { allocatePool, freePool, NON_PAGED, tag } from '../pool/pool';

/** _KOBJECTS: DISPATCHER_HEADER.Type. */
export const EVENT_NOTIFICATION: u32 = 0;
export const MUTANT: u32 = 2;
export const EVENT_SYNCHRONIZATION: u32 = 1;
export const QUEUE: u32 = 4;
export const SEMAPHORE: u32 = 5;
export const THREAD: u32 = 6;
export const TIMER_NOTIFICATION: u32 = 8;
export const PRIORITY_QUEUE: u32 = 21;

const WAITING: u32 = 5; // _KTHREAD_STATE.Waiting
const WAIT_ANY: u32 = 1; // _WAIT_TYPE.WaitAny
const BLOCK_ACTIVE: u32 = 4; // _KWAIT_BLOCK_STATE.WaitBlockActive: the thread waits on it
const PRIORITIES: u32 = 32;
const WORDS: u32 = 4; // DISPATCHER_HEADER.Size counts 32-bit words
const INLINE_BLOCKS: u32 = 3; // THREAD_WAIT_OBJECTS; the fourth is the timer's
const LIST_ENTRY_BYTES: u64 = 16;

/** Objects that were made for threads of one process to wait for: those hold a reference together. */
const madeForWaits = new Set<u64>();
let dropped = new Array<u64>();

/** Fills the header of a dispatcher object of `bytes` bytes. */
export function initialiseHeader(object: u64, type: u32, bytes: u32, signalled: u32): void {
  setField(object, DISPATCHER_HEADER.Type, type);
  setField(object, DISPATCHER_HEADER.Size, bytes / WORDS);
  setField(object, DISPATCHER_HEADER.SignalState, signalled);
  initialiseList(at(object, DISPATCHER_HEADER.WaitListHead));
}

function sizeOf(type: u32): u32 {
  if (type == SEMAPHORE) return offsetOf(KSEMAPHORE.SIZE);
  if (type == MUTANT) return offsetOf(KMUTANT.SIZE);
  if (type == QUEUE) return offsetOf(KQUEUE.SIZE);
  if (type == PRIORITY_QUEUE) return offsetOf(KPRIQUEUE.SIZE);
  if (type == TIMER_NOTIFICATION) return offsetOf(KTIMER.SIZE);
  return offsetOf(DISPATCHER_HEADER.SIZE);
}

/**
 * Creates a dispatcher object, not signalled: an object of type `typeIndex` with an object header, or, when that is
 * 0, one inside a driver's or the executive's own nonpaged pool.
 */
export function createDispatcherObject(type: u32, typeIndex: u32, poolTag: u32): u64 {
  const bytes = sizeOf(type);
  const object =
    typeIndex != 0
      ? createObject(typeIndex, bytes, poolTag, true)
      : allocatePool(bytes, poolTag, NON_PAGED, 0);
  initialiseDispatcherObject(object, type);
  if (typeIndex != 0) madeForWaits.add(object);
  return object;
}

/** Initialises a dispatcher object in place. */
export function initialiseDispatcherObject(object: u64, type: u32): void {
  initialiseHeader(object, type, sizeOf(type), 0);
  if (type == SEMAPHORE) setField(object, KSEMAPHORE.Limit, 1);
  if (type == QUEUE) {
    initialiseList(at(object, KQUEUE.EntryListHead));
    initialiseList(at(object, KQUEUE.ThreadListHead));
    setField(object, KQUEUE.MaximumCount, 4);
  }
  if (type == PRIORITY_QUEUE) {
    for (let i: u32 = 0; i < PRIORITIES; i++)
      initialiseList(at(object, KPRIQUEUE.EntryListHead) + i * LIST_ENTRY_BYTES);
    initialiseList(at(object, KPRIQUEUE.ThreadListHead));
    setField(object, KPRIQUEUE.MaximumCount, 4);
  }
}

/** Makes `thread` the owner of a mutant: it is on the thread's list and not signalled. */
export function ownMutant(mutant: u64, thread: u64): void {
  setField(mutant, DISPATCHER_HEADER.SignalState, 0);
  setField(mutant, KMUTANT.OwnerThread, thread);
  insertTail(at(thread, KTHREAD.MutantListHead), at(mutant, KMUTANT.MutantListEntry));
}

/** Makes `thread` one of those that serve a queue. */
export function attachToQueue(thread: u64, queue: u64, type: u32): void {
  setField(thread, KTHREAD.Queue, queue);
  const head = type == QUEUE ? at(queue, KQUEUE.ThreadListHead) : at(queue, KPRIQUEUE.ThreadListHead);
  insertTail(head, at(thread, KTHREAD.QueueListEntry));
}

/** Lets `thread` wait for the `count` objects listed in the exchange buffer, any of them. */
export function wait(thread: u64, count: u32, reason: u32, mode: u32, alertable: bool, since: u32): void {
  setField(thread, KTHREAD.State, WAITING);
  setField(thread, KTHREAD.WaitReason, reason);
  setField(thread, KTHREAD.WaitMode, mode);
  setField(thread, KTHREAD.Alertable, alertable ? 1 : 0);
  setField(thread, KTHREAD.WaitTime, since);
  setField(thread, KTHREAD.WaitBlockCount, count);
  const blockBytes = offsetOf(KWAIT_BLOCK.SIZE);
  const blocks =
    count <= INLINE_BLOCKS
      ? at(thread, KTHREAD.WaitBlock)
      : allocatePool(blockBytes * count, tag(0x57, 0x61, 0x69, 0x74), NON_PAGED, 0); // 'Wait'
  setField(thread, KTHREAD.WaitBlockList, blocks);
  for (let i: u32 = 0; i < count; i++) {
    const block = blocks + u64(i) * blockBytes;
    const object = listed(i);
    setField(block, KWAIT_BLOCK.WaitType, WAIT_ANY);
    setField(block, KWAIT_BLOCK.BlockState, BLOCK_ACTIVE);
    setField(block, KWAIT_BLOCK.WaitKey, i);
    setField(block, KWAIT_BLOCK.Thread, thread);
    setField(block, KWAIT_BLOCK.Object, object);
    insertTail(at(object, DISPATCHER_HEADER.WaitListHead), at(block, KWAIT_BLOCK.WaitListEntry));
  }
}

/** Frees the wait blocks of a thread that lie outside of it. */
export function freeWaitBlocks(thread: u64): void {
  const blocks = getField(thread, KTHREAD.WaitBlockList);
  if (blocks != 0 && blocks != at(thread, KTHREAD.WaitBlock)) freePool(blocks);
  setField(thread, KTHREAD.WaitBlockList, at(thread, KTHREAD.WaitBlock));
  setField(thread, KTHREAD.WaitBlockCount, 0);
}

/** Notes the objects that a thread, which ends, has waited for and that were made for threads to wait for. */
export function noteWaitedFor(thread: u64): void {
  const blocks = getField(thread, KTHREAD.WaitBlockList);
  const count = getField(thread, KTHREAD.WaitBlockCount);
  for (let i: u64 = 0; i < count; i++) {
    const object = getField(blocks + i * u64(offsetOf(KWAIT_BLOCK.SIZE)), KWAIT_BLOCK.Object);
    if (!madeForWaits.has(object)) continue;
    madeForWaits.delete(object);
    dropped.push(object);
  }
}

/** Gives up the noted objects, once all threads of their process that wait for them have ended. */
export function dropWaitedFor(): void {
  for (let i = 0; i < dropped.length; i++) dereferenceObject(dropped[i], 1);
  dropped = new Array<u64>();
}

/** The dispatcher objects that every thread carries with it. */
export function threadTimer(thread: u64): u64 {
  return at(thread, KTHREAD.Timer);
}

export function threadSuspendEvent(thread: u64): u64 {
  return at(thread, KTHREAD.SuspendEvent);
}

export function threadAlpcSemaphore(thread: u64): u64 {
  return at(thread, ETHREAD.AlpcWaitSemaphore);
}
