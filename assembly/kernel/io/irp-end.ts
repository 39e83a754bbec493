// Requests that end before a driver completes them: their thread ends, and the driver that holds them lets go.
import { ETHREAD, IRP, MDL } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, read64, removeEntry } from '../../memory/virtual';
import { dereferenceObject } from '../objects/object-end';
import { noteGone } from '../objects/objects-gone';
import { freePool } from '../pool/pool';

/** Whether a driver holds a request of the thread's that it has no routine to cancel for. */
export function hasStuckRequest(thread: u64): bool {
  const head = at(thread, ETHREAD.IrpList);
  for (let entry = read64(head); entry != head; entry = read64(entry))
    if (getField(entry - offsetOf(IRP.ThreadListEntry), IRP.CancelRoutine) == 0) return true;
  return false;
}

/** Cancels all requests of a thread. */
export function cancelRequests(thread: u64): void {
  const head = at(thread, ETHREAD.IrpList);
  for (let entry = read64(head); entry != head; entry = read64(head))
    cancel(entry - offsetOf(IRP.ThreadListEntry));
}

function cancel(irp: u64): void {
  removeEntry(at(irp, IRP.ThreadListEntry));
  const held = at(irp, IRP.Tail_Overlay_ListEntry);
  if (read64(held) != 0) removeEntry(held);
  const mdl = getField(irp, IRP.MdlAddress);
  const buffer = mdl == 0 ? getField(irp, IRP.AssociatedIrp_SystemBuffer) : getField(mdl, MDL.MappedSystemVa);
  const file = getField(irp, IRP.Tail_Overlay_OriginalFileObject);
  if (buffer != 0) freePool(buffer);
  if (mdl != 0) freePool(mdl);
  freePool(irp);
  noteGone(irp);
  if (file != 0) dereferenceObject(file, 1);
}
