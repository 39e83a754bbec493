// The end of a process: its threads, what it has open, its memory, its places in the kernel's lists. What is left of it
// while something still refers to its object is what exitProcess writes.
import { DISPATCHER_HEADER, EPROCESS, KPROCESS, KTHREAD } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, read64, removeEntry, setField, write64 } from '../../memory/virtual';
import { closeGraphics } from '../io/graphics';
import { hasStuckRequest } from '../io/irp-end';
import { leaveSession } from '../memory-manager/session';
import { disconnectPorts } from '../objects/alpc-port-end';
import { closeHandlesOfProcess as closeIn, deleteHandleTable } from '../objects/handle-table-end';
import { dereferenceObject } from '../objects/object-end';
import { systemTime } from '../scheduler/clock';
import { dropWaitedFor, noteWaitedFor } from '../scheduler/dispatcher';
import { release, seize } from '../scheduler/rest';
import { endParty, endTask } from '../scheduler/task-end';
import { leaveJob } from './job';
import { endThread } from './thread-end';
import { deleteUserSpace } from './user-space-end';

const SIGNALLED: u32 = 1;

/** Marks a process, which has no handles and threads left, as one that ended at a time (FILETIME) with an NTSTATUS. */
export function exitProcess(process: u64, time: u64, status: u32): void {
  write64(at(process, EPROCESS.ExitTime), time);
  setField(process, EPROCESS.ExitStatus, status);
  setField(process, EPROCESS.LastThreadExitStatus, status);
  setField(process, EPROCESS.ProcessExiting, 1);
  setField(process, EPROCESS.ProcessDelete, 1);
  setField(process, EPROCESS.ExitProcessReported, 1);
  setField(process, EPROCESS.VmDeleted, 1);
  setField(process, EPROCESS.HasAddressSpace, 0);
  setField(process, KPROCESS.VaSpaceDeleted, 1);
  setField(process, DISPATCHER_HEADER.SignalState, SIGNALLED);
}

/**
 * Ends a process now, as NtTerminateProcess does. A thread cannot end while a driver holds a request of its that nobody
 * can cancel, and as long as there is such a thread, the process stays with what it has. Returns how many there are.
 */
export function terminateProcess(process: u64, status: u32): u32 {
  release();
  setField(process, EPROCESS.ProcessDelete, 1);
  const ending = new Array<u64>();
  const head = at(process, KPROCESS.ThreadListHead);
  for (let entry = read64(head); entry != head; entry = read64(entry)) {
    const thread = entry - offsetOf(KTHREAD.ThreadListEntry);
    if (!hasStuckRequest(thread)) ending.push(thread);
  }
  for (let i = 0; i < ending.length; i++) endTask(ending[i]);
  for (let i = 0; i < ending.length; i++) {
    noteWaitedFor(ending[i]);
    endThread(ending[i], process, status);
  }
  dropWaitedFor();
  const left = u32(getField(process, EPROCESS.ActiveThreads));
  if (left == 0) leave(process, status);
  for (let i = 0; i < ending.length; i++) dereferenceObject(ending[i], 1);
  if (left == 0) dereferenceObject(process, 1);
  seize();
  return left;
}

/** The last thread has gone. */
function leave(process: u64, status: u32): void {
  exitProcess(process, systemTime(), status);
  endParty(process);
  disconnectPorts(process);
  const table = getField(process, EPROCESS.ObjectTable);
  if (table != 0) deleteHandleTable(table);
  setField(process, EPROCESS.ObjectTable, 0);
  closeGraphics(process);
  leaveJob(process);
  leaveSession(process);
  deleteUserSpace(process);
  removeEntry(at(process, KPROCESS.ProcessListEntry));
}

/** Lets `holder` close its handles to a process and to the process's threads. */
export function closeHandlesOfProcess(holder: u64, process: u64): void {
  const table = getField(holder, EPROCESS.ObjectTable);
  if (table != 0) closeIn(table, process);
}
