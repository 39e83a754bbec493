// Requests that end before a driver completes them: their thread ends, and the driver that holds them lets go.
import { ETHREAD, IRP } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, read64, removeEntry } from '../../memory/virtual';
import { dereferenceObject } from '../objects/object-end';
import { noteGone } from '../objects/objects-gone';
import { forgetRequests } from '../scheduler/requests';
import { deliverCompletions, freeIrp, isCompleted } from './irp-completion';

/** Whether a driver holds a request of the thread's that it has no routine to cancel for. */
export function hasStuckRequest(thread: u64): bool {
  const head = at(thread, ETHREAD.IrpList);
  for (let entry = read64(head); entry != head; entry = read64(entry)) {
    const irp = entry - offsetOf(IRP.ThreadListEntry);
    if (!isCompleted(irp) && getField(irp, IRP.CancelRoutine) == 0) return true;
  }
  return false;
}

/** Cancels all requests of a thread; those that are completed already come to their end. */
export function cancelRequests(thread: u64): void {
  forgetRequests(thread);
  deliverCompletions(thread);
  const head = at(thread, ETHREAD.IrpList);
  for (let entry = read64(head); entry != head; entry = read64(head))
    cancel(entry - offsetOf(IRP.ThreadListEntry));
}

function cancel(irp: u64): void {
  removeEntry(at(irp, IRP.ThreadListEntry));
  const held = at(irp, IRP.Tail_Overlay_ListEntry);
  if (read64(held) != 0) removeEntry(held);
  const file = getField(irp, IRP.Tail_Overlay_OriginalFileObject);
  freeIrp(irp);
  noteGone(irp);
  if (file != 0) dereferenceObject(file, 1);
}
