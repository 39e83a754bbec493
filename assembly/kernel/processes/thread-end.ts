// Threads that have ended while something still refers to their objects: they keep their client ids and their place on
// EPROCESS.ThreadListHead until the object goes; the scheduler's list and the kernel stack are gone.
import { ETHREAD, KPRCB, KPROCESS, KTHREAD } from '../../generated/types';
import { Region, reserve } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { addToField, at, initialiseList, setField, write64 } from '../../memory/virtual';
import { referenceObject } from '../objects/object';
import { processorBlock } from '../processors/processor';
import { cyclesUntil } from '../scheduler/accounting';
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
