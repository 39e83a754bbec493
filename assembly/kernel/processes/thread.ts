// Threads: ETHREAD, its kernel stack, and its places in the process's lists and the table of client ids.
import {
  CLIENT_ID,
  EPROCESS,
  ETHREAD,
  KAFFINITY_EX,
  KAPC_STATE,
  KPROCESS,
  KTHREAD,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { commit, Region, reserve } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { renderFrame, STACK } from '../../memory/frames';
import {
  addToField,
  at,
  attachedRoot,
  getField,
  hostFor,
  initialiseList,
  insertTail,
  setField,
  write64,
} from '../../memory/virtual';
import { KERNEL_DATA } from '../../paging/pte';
import { translate } from '../../paging/walk';
import { systemTime } from '../scheduler/clock';
import {
  initialiseDispatcherObject,
  initialiseHeader,
  EVENT_NOTIFICATION,
  SEMAPHORE,
  THREAD,
  TIMER_NOTIFICATION,
} from '../scheduler/dispatcher';
import { initialiseSchedulerApc } from '../scheduler/suspension';
import { registerClientId } from '../objects/handle-table';
import { createObject, referenceObject } from '../objects/object';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { fillAffinity } from '../processors/topology';

const THREAD_TAG: u32 = 0x65726854; // 'Thre'
const LIST_ENTRY_BYTES: u64 = 16;
const INITIALIZED: u32 = 0;
const QUANTUM: u32 = 6;
const USER_MODE: u32 = 1;

/** Pages of a kernel stack, without its guard page. */
export const KERNEL_STACK_PAGES: u32 = 7;
/** Space at the top of a stack for extended processor state; KTHREAD.InitialStack lies below it. */
export const EXTENDED_STATE_BYTES: u64 = 0x9b0;

const TOP_BYTES: usize = <usize>EXTENDED_STATE_BYTES + 0x200;

let threadTypeIndex: u32 = 0;

export function initialiseThreads(typeIndex: u32): void {
  threadTypeIndex = typeIndex;
}

/** Index of object type Thread. */
export function threadType(): u32 {
  return threadTypeIndex;
}

/** Sets a kernel stack aside with an unmapped page below it; returns its base, the highest address. */
export function createKernelStack(): u64 {
  const bytes = u64(KERNEL_STACK_PAGES) * PAGE_SIZE;
  const limit = reserve(<i32>Region.KernelStacks, bytes + PAGE_SIZE, PAGE_SIZE) + PAGE_SIZE;
  commit(limit, KERNEL_STACK_PAGES, KERNEL_DATA);
  for (let page: u32 = 0; page < KERNEL_STACK_PAGES; page++) {
    const pfn = u32(translate(attachedRoot(), limit + u64(page) * PAGE_SIZE) >> 12);
    renderFrame(pfn, STACK, KERNEL_STACK_PAGES - 1 - page);
  }
  // The processor and the kernel fill these themselves: extended state, and the trap frame below it. They lie in one page.
  memory.fill(hostFor(limit + bytes - TOP_BYTES), 0, TOP_BYTES);
  return limit + bytes;
}

/**
 * Creates a thread of `process`. `isUser` says that it runs in user mode; `where` is the address to build it at, 0
 * for a new object. An Idle thread has id 0.
 */
export function createThread(
  process: u64,
  tid: u32,
  start: u64,
  userStart: u64,
  priority: u32,
  isUser: bool,
  where: u64,
): u64 {
  const thread = where != 0 ? where : newThread(0);
  if (where != 0) initialiseHeader(thread, THREAD, offsetOf(KTHREAD.SIZE), 0);
  fillStack(thread);
  identifyThread(thread, process, tid, start, userStart, priority, isUser);
  insertTail(at(process, KPROCESS.ThreadListHead), at(thread, KTHREAD.ThreadListEntry));
  addToField(process, EPROCESS.ActiveThreads, 1);
  addToField(process, EPROCESS.ActiveThreadsHighWatermark, 1);
  return thread;
}

/**
 * Takes back what a thread is told last by its creator: it is in the middle of being created since `created`. Its process
 * has it on its lists and counts it, but no handle leads to it yet, and it was not made ready.
 */
export function leaveUninserted(thread: u64, created: u64): void {
  setField(thread, ETHREAD.ThreadInserted, 0);
  write64(at(thread, ETHREAD.CreateTime), created);
}

/** A thread's object, of which nothing is known but whether it has ended. */
export function newThread(signalled: u32): u64 {
  const thread = createObject(threadTypeIndex, offsetOf(ETHREAD.SIZE), THREAD_TAG, true);
  initialiseHeader(thread, THREAD, offsetOf(KTHREAD.SIZE), signalled);
  return thread;
}

/** Says who a thread is and whose, and gives it its place on its process's list and in the table of client ids. */
export function identifyThread(
  thread: u64,
  process: u64,
  tid: u32,
  start: u64,
  userStart: u64,
  priority: u32,
  isUser: bool,
): void {
  fillScheduling(thread, process, priority, isUser);
  fillLists(thread, isUser);
  setField(thread, ETHREAD.StartAddress, start);
  // A thread of the kernel was started by no Win32: debuggers show its only start there.
  setField(thread, ETHREAD.Win32StartAddress, isUser ? userStart : start);
  setField(at(thread, ETHREAD.Cid), CLIENT_ID.UniqueProcess, getField(process, EPROCESS.UniqueProcessId));
  setField(at(thread, ETHREAD.Cid), CLIENT_ID.UniqueThread, tid);
  write64(at(thread, ETHREAD.CreateTime), tid == 0 ? 0 : systemTime());
  setField(thread, ETHREAD.ThreadInserted, 1);
  setField(thread, ETHREAD.ThreadIoPriority, 2);
  setField(thread, ETHREAD.ThreadPagePriority, 5);
  insertTail(at(process, EPROCESS.ThreadListHead), at(thread, ETHREAD.ThreadListEntry));
  if (tid == 0) return;
  registerClientId(tid, thread);
  referenceObject(process, 1); // for as long as there is the thread's object
}

function fillStack(thread: u64): void {
  const base = createKernelStack();
  setField(thread, KTHREAD.StackBase, base);
  setField(thread, KTHREAD.StackLimit, base - u64(KERNEL_STACK_PAGES) * PAGE_SIZE);
  setField(thread, KTHREAD.InitialStack, base - EXTENDED_STATE_BYTES);
  setField(thread, KTHREAD.KernelStack, base - EXTENDED_STATE_BYTES); // empty until frames are laid out
  setField(thread, KTHREAD.StateSaveArea, base - EXTENDED_STATE_BYTES);
  setField(thread, KTHREAD.KernelStackResident, 1);
}

function fillScheduling(thread: u64, process: u64, priority: u32, isUser: bool): void {
  setField(thread, KTHREAD.State, INITIALIZED);
  setField(thread, KTHREAD.Priority, priority);
  setField(thread, KTHREAD.BasePriority, priority);
  setField(thread, KTHREAD.QuantumReset, QUANTUM);
  setField(thread, KTHREAD.PreviousMode, isUser ? USER_MODE : 0);
  setField(thread, KTHREAD.SystemThread, isUser ? 0 : 1);
  setField(thread, KTHREAD.ApcQueueable, 1);
  setField(thread, KTHREAD.AutoAlignment, 1);
  setField(thread, KTHREAD.Process, process);
  setField(at(thread, KTHREAD.ApcState), KAPC_STATE.Process, process);
  const affinity = allocatePool(offsetOf(KAFFINITY_EX.SIZE), tag(0x4b, 0x61, 0x66, 0x66), NON_PAGED, 0); // 'Kaff'
  fillAffinity(affinity);
  setField(thread, KTHREAD.Affinity, affinity);
  setField(thread, KTHREAD.UserAffinity, affinity);
}

function fillLists(thread: u64, isUser: bool): void {
  const apc = at(thread, KTHREAD.ApcState);
  initialiseList(at(apc, KAPC_STATE.ApcListHead));
  initialiseList(at(apc, KAPC_STATE.ApcListHead) + LIST_ENTRY_BYTES);
  initialiseSchedulerApc(thread);
  initialiseList(at(thread, KTHREAD.MutantListHead));
  initialiseDispatcherObject(at(thread, KTHREAD.Timer), TIMER_NOTIFICATION);
  initialiseDispatcherObject(at(thread, KTHREAD.SuspendEvent), EVENT_NOTIFICATION);
  initialiseDispatcherObject(at(thread, ETHREAD.AlpcWaitSemaphore), SEMAPHORE);
  initialiseList(at(thread, ETHREAD.ActiveTimerListHead));
  initialiseList(at(thread, ETHREAD.IrpList));
  initialiseList(at(thread, ETHREAD.PostBlockList));
  if (isUser) initialiseList(at(thread, ETHREAD.AlpcWaitListEntry));
}
