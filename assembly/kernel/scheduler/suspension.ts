// The APC that every thread carries to suspend it, and threads that it has suspended.
import { NT } from '../../generated/symbols';
import { KAPC, KAPC_STATE, KTHREAD } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, insertTail, setField, write64 } from '../../memory/virtual';
import { addressOf } from '../symbols';

const APC_OBJECT: u32 = 18; // _KOBJECTS.ApcObject
const SUSPENDED: u32 = 5; // _KWAIT_REASON.Suspended
const KERNEL_MODE: u32 = 0;
const NORMAL_ROUTINE: u64 = 16; // in KAPC.Reserved: kernel, rundown and normal routine, as older symbols name them

/** Fills a thread's SchedulerApc; a thread that waits to be resumed is inside it. */
export function initialiseSchedulerApc(thread: u64): void {
  const apc = at(thread, KTHREAD.SchedulerApc);
  setField(apc, KAPC.Type, APC_OBJECT);
  setField(apc, KAPC.Size, offsetOf(KAPC.SIZE));
  setField(apc, KAPC.Thread, thread);
  write64(at(apc, KAPC.Reserved) + NORMAL_ROUTINE, addressOf(NT.KiSchedulerApc));
  setField(apc, KAPC.ApcMode, KERNEL_MODE);
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
