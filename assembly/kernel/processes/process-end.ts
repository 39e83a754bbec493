// What is left of a process that has ended while something still refers to its object.
import { EPROCESS, KPROCESS } from '../../generated/types';
import { at, setField, write64 } from '../../memory/virtual';

/** Marks a process, created without handles and threads, as one that ended at a time (FILETIME) with an NTSTATUS. */
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
}
