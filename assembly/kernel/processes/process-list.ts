// Walking nt!PsActiveProcessHead and reading what a process says of itself, for those who show it.
import { NT } from '../../generated/symbols';
import {
  EPROCESS,
  KPROCESS,
  MM_SESSION_SPACE,
  MMSUPPORT_FULL,
  MMSUPPORT_INSTANCE,
  OBJECT_NAME_INFORMATION,
  PROCESS_DISK_COUNTERS,
  SE_AUDIT_PROCESS_CREATION_INFO,
  UNICODE_STRING,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { exchangeBuffer } from '../../host-buffer';
import { at, getField, read64, readBytes, removeEntry } from '../../memory/virtual';
import { addressOf } from '../symbols';

const NUMBERS: u32 = 16; // u64 before the path's text

/** The process after `process` in nt!PsActiveProcessHead, the first one after 0; 0 at the end. */
export function processNext(process: u64): u64 {
  const head = addressOf(NT.PsActiveProcessHead);
  const links = process == 0 ? head : at(process, EPROCESS.ActiveProcessLinks);
  const next = read64(links);
  return next == head ? 0 : next - offsetOf(EPROCESS.ActiveProcessLinks);
}

/**
 * Reads a process to the exchange buffer: 16 u64 (id, parent's id, session, threads, cycles, private working set in
 * pages, bytes read, bytes written, break on termination, frozen, address, time of its end; rest 0), then its image path in UTF-16.
 * Returns the path's length in bytes.
 */
export function processRead(process: u64): u32 {
  const out = exchangeBuffer();
  memory.fill(out, 0, NUMBERS * 8);
  const workingSet = at(at(process, EPROCESS.Vm), MMSUPPORT_FULL.Instance);
  const disk = getField(process, EPROCESS.DiskCounters);
  store<u64>(out, getField(process, EPROCESS.UniqueProcessId));
  store<u64>(out, getField(process, EPROCESS.InheritedFromUniqueProcessId), 8);
  store<u64>(out, sessionOf(process), 16);
  store<u64>(out, getField(process, EPROCESS.ActiveThreads), 24);
  store<u64>(out, getField(process, KPROCESS.CycleTime), 32);
  store<u64>(out, getField(workingSet, MMSUPPORT_INSTANCE.WorkingSetPrivateSize), 40);
  store<u64>(out, getField(disk, PROCESS_DISK_COUNTERS.BytesRead), 48);
  store<u64>(out, getField(disk, PROCESS_DISK_COUNTERS.BytesWritten), 56);
  store<u64>(out, getField(process, EPROCESS.BreakOnTermination), 64);
  store<u64>(out, getField(process, KPROCESS.DeepFreeze), 72);
  store<u64>(out, process, 80);
  store<u64>(out, read64(at(process, EPROCESS.ExitTime)), 88);
  const info = getField(
    at(process, EPROCESS.SeAuditProcessCreationInfo),
    SE_AUDIT_PROCESS_CREATION_INFO.ImageFileName,
  );
  const name = at(info, OBJECT_NAME_INFORMATION.Name);
  const bytes = u32(getField(name, UNICODE_STRING.Length));
  readBytes(getField(name, UNICODE_STRING.Buffer), out + NUMBERS * 8, bytes);
  return bytes;
}

/** Session of a process; System and minimal processes have none and count as session 0's. */
function sessionOf(process: u64): u64 {
  const session = getField(process, EPROCESS.Session);
  return session == 0 ? 0 : getField(session, MM_SESSION_SPACE.SessionId);
}

/** Takes a process off nt!PsActiveProcessHead and leaves everything else of it as it is. */
export function processUnlink(process: u64): void {
  removeEntry(at(process, EPROCESS.ActiveProcessLinks));
}
