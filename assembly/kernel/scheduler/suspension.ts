// The APC that every thread carries to suspend it, and threads that it has suspended.
import { NT } from '../../generated/symbols';
import { KAPC, KAPC_STATE, KTHREAD } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, insertTail, setField } from '../../memory/virtual';
import { addressOf } from '../symbols';

const APC_OBJECT: u32 = 18; // _KOBJECTS.ApcObject
const SUSPENDED: u32 = 5; // _KWAIT_REASON.Suspended
const KERNEL_MODE: u32 = 0;

/**
 * Fills the APC that a thread carries. Public transcripts of builds up to 20H2 show these routines in every thread, the
 * first two by the name of a function that does nothing, as whose the linker keeps all such functions; one that has been
 * published says that later builds no longer keep pointers here, which nothing else verifies.
 */
export function initialiseSchedulerApc(thread: u64): void {
  const apc = at(thread, KTHREAD.SchedulerApc);
  const nothing = addressOf(NT.EmpCheckErrataList);
  setField(apc, KAPC.Type, APC_OBJECT);
  setField(apc, KAPC.Size, offsetOf(KAPC.SIZE));
  setField(apc, KAPC.Thread, thread);
  setField(apc, KAPC.KernelRoutine, nothing);
  setField(apc, KAPC.RundownRoutine, nothing);
  setField(apc, KAPC.NormalRoutine, addressOf(NT.KiSchedulerApc));
  setField(apc, KAPC.NormalContext, thread);
  setField(apc, KAPC.ApcMode, KERNEL_MODE);
}

/** A thread that waits to be resumed is inside of its APC. */
export function enterSuspension(thread: u64): void {
  if (getField(thread, KTHREAD.WaitReason) != SUSPENDED) return;
  setField(thread, KTHREAD.SuspendCount, 1);
  setField(at(thread, KTHREAD.ApcState), KAPC_STATE.KernelApcInProgress, 1);
}

/** Asks a thread to suspend itself that cannot yet, because it is in a critical region: its APC stays queued. */
export function queueSuspension(thread: u64): void {
  const apc = at(thread, KTHREAD.SchedulerApc);
  setField(thread, KTHREAD.SuspendCount, 1);
  setField(apc, KAPC.Inserted, 1);
  const state = at(thread, KTHREAD.ApcState);
  insertTail(at(state, KAPC_STATE.ApcListHead), at(apc, KAPC.ApcListEntry));
  setField(state, KAPC_STATE.KernelApcPending, 1);
}
