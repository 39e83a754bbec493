// Requests that their driver completes: the locations unwind, and the rest is an APC's in the thread that asked.
import { NT } from '../../generated/symbols';
import {
  DISPATCHER_HEADER,
  FILE_OBJECT,
  IO_STACK_LOCATION,
  IO_STATUS_BLOCK,
  IRP,
  KAPC,
  KAPC_STATE,
  KTHREAD,
  MDL,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, insertTail, read64, removeEntry, setField, write64 } from '../../memory/virtual';
import { dereferenceObject } from '../objects/object-end';
import { freePool } from '../pool/pool';
import { addressOf } from '../symbols';
import { locationOf } from './irp';
import { releaseMdl } from './mdl';

const APC_OBJECT: u32 = 18; // _KOBJECTS.ApcObject
const PENDING_RETURNED: u64 = 1; // SL_PENDING_RETURNED
const CLEARED_PARAMETERS: u64 = 3; // words of a location that unwinding clears
const SIGNALLED: u32 = 1;

/** Whether a driver has completed a request whose thread has not yet had its APC. */
export function isCompleted(irp: u64): bool {
  return getField(irp, IRP.CurrentLocation) > getField(irp, IRP.StackCount);
}

/** The driver that holds a request of a thread completes it: what is left is the thread's, by the APC in the packet. */
export function completeIrp(irp: u64, status: u32, information: u64): void {
  const thread = getField(irp, IRP.Tail_Overlay_Thread);
  const file = getField(irp, IRP.Tail_Overlay_OriginalFileObject);
  const held = at(irp, IRP.Tail_Overlay_ListEntry);
  if (read64(held) != 0) removeEntry(held);
  const result = at(irp, IRP.IoStatus);
  setField(result, IO_STATUS_BLOCK.Status, status);
  setField(result, IO_STATUS_BLOCK.Information, information);
  setField(irp, IRP.CancelRoutine, 0);
  unwind(irp);
  queueCompletion(irp, thread, file);
}

/** Each driver on the way sees it finished, and leaves its location empty. */
function unwind(irp: u64): void {
  const count = u32(getField(irp, IRP.StackCount));
  for (let number = u32(getField(irp, IRP.CurrentLocation)); number <= count; number++) {
    const location = locationOf(irp, number);
    // Who passes it on up says the same.
    if (getField(location, IO_STACK_LOCATION.Control) & PENDING_RETURNED)
      setField(irp, IRP.PendingReturned, 1);
    setField(location, IO_STACK_LOCATION.MinorFunction, 0);
    setField(location, IO_STACK_LOCATION.Flags, 0);
    setField(location, IO_STACK_LOCATION.Control, 0);
    const parameters = at(location, IO_STACK_LOCATION.Parameters_Others_Argument1);
    for (let i: u64 = 0; i < CLEARED_PARAMETERS; i++) write64(parameters + i * 8, 0);
    setField(location, IO_STACK_LOCATION.FileObject, 0);
  }
  setField(irp, IRP.CurrentLocation, count + 2); // one beyond the location of who asked
}

/** Queues the packet's own APC, which lies over the fields of its way: a special one, ahead of those with a routine to call. */
function queueCompletion(irp: u64, thread: u64, file: u64): void {
  const apc = at(irp, IRP.Tail_Apc);
  clear(apc, offsetOf(KAPC.SIZE));
  setField(apc, KAPC.Type, APC_OBJECT);
  setField(apc, KAPC.Size, offsetOf(KAPC.SIZE));
  setField(apc, KAPC.Thread, thread);
  setField(apc, KAPC.KernelRoutine, addressOf(NT.IopCompleteRequest));
  setField(apc, KAPC.SystemArgument1, file);
  setField(apc, KAPC.Inserted, 1);
  const state = at(thread, KTHREAD.ApcState);
  const head = at(state, KAPC_STATE.ApcListHead);
  let next = read64(head);
  while (next != head && getField(next - offsetOf(KAPC.ApcListEntry), KAPC.NormalRoutine) == 0)
    next = read64(next);
  insertTail(next, at(apc, KAPC.ApcListEntry)); // before the first one that is not special
  setField(state, KAPC_STATE.KernelApcPending, 1);
}

function clear(address: u64, bytes: u32): void {
  for (let i: u32 = 0; i < bytes; i += 8) write64(address + i, 0);
}

/** Whether an APC is that of a completed request. */
function isCompletion(apc: u64): bool {
  return getField(apc, KAPC.KernelRoutine) == addressOf(NT.IopCompleteRequest);
}

/** A thread has its APCs of completed requests: files are signalled, packets are no more. */
export function deliverCompletions(thread: u64): void {
  const state = at(thread, KTHREAD.ApcState);
  const head = at(state, KAPC_STATE.ApcListHead);
  for (let entry = read64(head); entry != head;) {
    const apc = entry - offsetOf(KAPC.ApcListEntry);
    entry = read64(entry);
    if (isCompletion(apc)) finish(apc);
  }
  if (read64(head) == head) setField(state, KAPC_STATE.KernelApcPending, 0);
}

function finish(apc: u64): void {
  removeEntry(at(apc, KAPC.ApcListEntry));
  const irp = apc - offsetOf(IRP.Tail_Apc);
  const file = getField(apc, KAPC.SystemArgument1);
  const status = u32(getField(at(irp, IRP.IoStatus), IO_STATUS_BLOCK.Status));
  removeEntry(at(irp, IRP.ThreadListEntry));
  freeIrp(irp);
  setField(file, FILE_OBJECT.FinalStatus, status);
  signalFile(file, SIGNALLED);
  dereferenceObject(file, 1);
}

/** Gives a request that is on no list any more back to pool, with its buffer. */
export function freeIrp(irp: u64): void {
  const mdl = getField(irp, IRP.MdlAddress);
  const buffer = mdl == 0 ? getField(irp, IRP.AssociatedIrp_SystemBuffer) : getField(mdl, MDL.MappedSystemVa);
  if (buffer != 0) freePool(buffer);
  if (mdl != 0) releaseMdl(mdl);
  freePool(irp);
}

/** Says by a file's event whether its last request is over. */
export function signalFile(file: u64, state: u32): void {
  setField(at(file, FILE_OBJECT.Event), DISPATCHER_HEADER.SignalState, state);
}
