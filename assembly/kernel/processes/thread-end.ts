// The end of threads. While something still refers to the object of one that has ended, it keeps its client id and its
// place on EPROCESS.ThreadListHead; its place on the scheduler's list and its kernel stack are gone.
import {
  CLIENT_ID,
  DISPATCHER_HEADER,
  EPROCESS,
  ETHREAD,
  KPRCB,
  KPROCESS,
  KTHREAD,
} from '../../generated/types';
import { Region, reserve } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import {
  addToField,
  at,
  attachedRoot,
  getField,
  initialiseList,
  removeEntry,
  setField,
  write64,
} from '../../memory/virtual';
import { unmapPage } from '../../paging/map';
import { cancelRequests } from '../io/irp-end';
import { withdrawRequest } from '../objects/alpc-port-end';
import { releaseClientId } from '../objects/handle-table';
import { referenceObject } from '../objects/object';
import { dereferenceObject } from '../objects/object-end';
import { freePool } from '../pool/pool';
import { processorBlock } from '../processors/processor';
import { cyclesUntil } from '../scheduler/accounting';
import { systemTime } from '../scheduler/clock';
import { freeWaitBlocks } from '../scheduler/dispatcher';
import { abandonMutants } from '../scheduler/mutant-end';
import { cancelTimersOf } from '../scheduler/program-timers';
import { flushApcs } from '../scheduler/user-apcs';
import { EXTENDED_STATE_BYTES, identifyThread, KERNEL_STACK_PAGES, newThread } from './thread';

const TERMINATED: u32 = 4; // _KTHREAD_STATE
const SIGNALLED: u32 = 1;
const FIRST_PROCESSOR: u32 = 0;

/**
 * Creates a thread of `process` that ended at a time (FILETIME) with an NTSTATUS, after `ran` 100 ns on a processor and
 * so many switches to it. Only its process's list refers to it yet: a handle is to follow.
 */
export function createEndedThread(
  process: u64,
  tid: u32,
  start: u64,
  userStart: u64,
  priority: u32,
  time: u64,
  status: u32,
  ran: u64,
  switches: u32,
): u64 {
  const thread = newThread(SIGNALLED);
  forgetStack(thread);
  identifyThread(thread, process, tid, start, userStart, priority, true);
  initialiseList(at(thread, KTHREAD.ThreadListEntry));
  setField(thread, KTHREAD.State, TERMINATED);
  setField(thread, KTHREAD.ApcQueueable, 0);
  setField(thread, ETHREAD.Terminated, 1);
  setField(thread, ETHREAD.ExitStatus, status);
  write64(at(thread, ETHREAD.ExitTime), time);
  countPast(thread, process, cyclesUntil(ran), switches);
  referenceObject(thread, -1); // its own, which it had while it ran
  return thread;
}

/** Where its stack was, and that there is none. */
function forgetStack(thread: u64): void {
  const bytes = u64(KERNEL_STACK_PAGES) * PAGE_SIZE;
  const limit = reserve(<i32>Region.KernelStacks, bytes + PAGE_SIZE, PAGE_SIZE) + PAGE_SIZE;
  setField(thread, KTHREAD.StackBase, limit + bytes);
  setField(thread, KTHREAD.StackLimit, limit);
  setField(thread, KTHREAD.KernelStack, limit + bytes - EXTENDED_STATE_BYTES);
  setField(thread, KTHREAD.InitialStack, 0);
}

function countPast(thread: u64, process: u64, cycles: u64, switches: u64): void {
  const prcb = processorBlock(FIRST_PROCESSOR);
  addToField(thread, KTHREAD.CycleTime, cycles);
  addToField(process, KPROCESS.CycleTime, cycles);
  addToField(prcb, KPRCB.CycleTime, cycles);
  addToField(thread, KTHREAD.ContextSwitches, switches);
  addToField(process, KPROCESS.ContextSwitches, switches);
  addToField(prcb, KPRCB.KeContextSwitches, switches);
}

/**
 * Ends a thread of `process`, which the scheduler has let go: what it owned is abandoned, what it asked for cancelled.
 * Its own reference to its object is still to be taken back.
 */
export function endThread(thread: u64, process: u64, status: u32): void {
  cancelRequests(thread);
  flushApcs(thread);
  cancelTimersOf(thread);
  withdrawRequest(thread);
  abandonMutants(thread);
  freeWaitBlocks(thread);
  deleteKernelStack(thread);
  setField(thread, KTHREAD.State, TERMINATED);
  setField(thread, KTHREAD.ApcQueueable, 0);
  setField(thread, KTHREAD.SuspendCount, 0);
  setField(thread, KTHREAD.Teb, 0);
  setField(thread, KTHREAD.TrapFrame, 0);
  setField(thread, DISPATCHER_HEADER.SignalState, SIGNALLED);
  setField(thread, ETHREAD.Terminated, 1);
  setField(thread, ETHREAD.ExitStatus, status);
  write64(at(thread, ETHREAD.ExitTime), systemTime());
  removeEntry(at(thread, KTHREAD.ThreadListEntry));
  addToField(process, EPROCESS.ActiveThreads, -1);
}

/** Where its stack was stays known, as the scheduler's fields say it. */
function deleteKernelStack(thread: u64): void {
  const limit = getField(thread, KTHREAD.StackLimit);
  for (let page = limit; page < getField(thread, KTHREAD.StackBase); page += PAGE_SIZE)
    unmapPage(attachedRoot(), page);
  setField(thread, KTHREAD.KernelStackResident, 0);
  setField(thread, KTHREAD.InitialStack, 0);
}

/** What the end of a thread's object leaves to be done: its place on its process's list, its id, its hold on the process. */
export function deleteThread(thread: u64): void {
  removeEntry(at(thread, ETHREAD.ThreadListEntry));
  releaseClientId(u32(getField(at(thread, ETHREAD.Cid), CLIENT_ID.UniqueThread)));
  freePool(getField(thread, KTHREAD.Affinity));
  const name = getField(thread, ETHREAD.ThreadName);
  if (name != 0) freePool(name);
  dereferenceObject(getField(thread, KTHREAD.Process), 1);
}
