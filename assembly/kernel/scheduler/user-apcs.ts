// APCs that run in a thread's user mode: those that a program queued, and those of its timers.
import { NT } from '../../generated/symbols';
import { KAPC, KAPC_STATE, KTHREAD } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, insertTail, read64, removeEntry, setField } from '../../memory/virtual';
import { allocatePool, freePool, NON_PAGED, tag } from '../pool/pool';
import { addressOf } from '../symbols';

const APC_OBJECT: u32 = 18; // _KOBJECTS.ApcObject
const WAITING: u64 = 5; // _KTHREAD_STATE.Waiting
const USER_MODE: u32 = 1;
const LIST_ENTRY_BYTES: u64 = 16;

/** Fills a KAPC that lets `thread` call `routine`, in user mode, with `context`. */
export function initialiseUserApc(
  apc: u64,
  thread: u64,
  kernelRoutine: u64,
  routine: u64,
  context: u64,
): void {
  setField(apc, KAPC.Type, APC_OBJECT);
  setField(apc, KAPC.Size, offsetOf(KAPC.SIZE));
  setField(apc, KAPC.Thread, thread);
  setField(apc, KAPC.KernelRoutine, kernelRoutine);
  setField(apc, KAPC.NormalRoutine, routine);
  setField(apc, KAPC.NormalContext, context);
  setField(apc, KAPC.ApcMode, USER_MODE);
}

/** Head of a thread's list of APCs of user mode, behind that of the kernel's. */
function userApcs(thread: u64): u64 {
  return at(at(thread, KTHREAD.ApcState), KAPC_STATE.ApcListHead) + LIST_ENTRY_BYTES;
}

/** Queues an APC. A thread that waits alertably has it pending, and is to be woken. */
export function queueUserApc(apc: u64): void {
  if (getField(apc, KAPC.Inserted) != 0) return;
  const thread = getField(apc, KAPC.Thread);
  insertTail(userApcs(thread), at(apc, KAPC.ApcListEntry));
  setField(apc, KAPC.Inserted, 1);
  if (getField(thread, KTHREAD.State) == WAITING && getField(thread, KTHREAD.Alertable) != 0)
    setField(at(thread, KTHREAD.ApcState), KAPC_STATE.UserApcPending, 1);
}

/** The thread calls what is queued: the list is empty then. */
export function deliverUserApcs(thread: u64): void {
  const head = userApcs(thread);
  for (let entry = read64(head); entry != head; entry = read64(head)) {
    removeEntry(entry);
    setField(entry - u64(offsetOf(KAPC.ApcListEntry)), KAPC.Inserted, 0);
  }
  setField(at(thread, KTHREAD.ApcState), KAPC_STATE.UserApcPending, 0);
}

/** Takes all APCs off a thread that ends; those that a program queued are no more. */
export function flushApcs(thread: u64): void {
  const queued = addressOf(NT.PspQueueApcSpecialApc);
  const head = userApcs(thread);
  for (let entry = read64(head); entry != head; entry = read64(head)) {
    const apc = entry - u64(offsetOf(KAPC.ApcListEntry));
    removeEntry(entry);
    setField(apc, KAPC.Inserted, 0);
    if (getField(apc, KAPC.KernelRoutine) == queued) freePool(apc);
  }
  const state = at(thread, KTHREAD.ApcState);
  const ofKernel = at(state, KAPC_STATE.ApcListHead);
  for (let entry = read64(ofKernel); entry != ofKernel; entry = read64(ofKernel)) {
    removeEntry(entry);
    setField(entry - u64(offsetOf(KAPC.ApcListEntry)), KAPC.Inserted, 0);
  }
  setField(state, KAPC_STATE.UserApcPending, 0);
  setField(state, KAPC_STATE.KernelApcPending, 0);
}

/** Queues an APC as a program does with NtQueueApcThread: ntdll's `routine` will call the program's own, its `context`. */
export function queueProgramsApc(thread: u64, routine: u64, context: u64): void {
  const apc = allocatePool(offsetOf(KAPC.SIZE), tag(0x50, 0x73, 0x61, 0x70), NON_PAGED, 0); // 'Psap'
  initialiseUserApc(apc, thread, addressOf(NT.PspQueueApcSpecialApc), routine, context);
  queueUserApc(apc);
}
