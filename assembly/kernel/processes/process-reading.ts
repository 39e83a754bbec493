// What a process says of itself: numbers that change, and texts that stay as they are while it lives.
import {
  EJOB,
  EPROCESS,
  EX_FAST_REF,
  HANDLE_TABLE,
  HANDLE_TABLE_FREE_LIST,
  KAFFINITY_EX,
  KPROCESS,
  MM_SESSION_SPACE,
  MMSUPPORT_FULL,
  MMSUPPORT_INSTANCE,
  OBJECT_NAME_INFORMATION,
  PEB,
  PROCESS_DISK_COUNTERS,
  PS_PROTECTION,
  RTL_USER_PROCESS_PARAMETERS,
  SE_AUDIT_PROCESS_CREATION_INFO,
  SID,
  SID_AND_ATTRIBUTES,
  TOKEN,
  UNICODE_STRING,
} from '../../generated/types';
import { exchangeBuffer, exchangeBytes } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import { at, attach, getField, isMapped, read32, read64, readBytes } from '../../memory/virtual';
import { graphicsTimeOf } from '../io/graphics';
import { attachProcess } from './process';

const FAST_REFERENCES: u64 = 15; // that EX_FAST_REF keeps in its low bits
const ENABLED: u64 = 4; // SE_GROUP_ENABLED of winnt.h
const BUILTIN: u32 = 32; // SECURITY_BUILTIN_DOMAIN_RID
const ADMINISTRATORS: u32 = 544; // DOMAIN_ALIAS_RID_ADMINS
const SUB_AUTHORITY_BYTES: u32 = 4;
const TEXTS: usize = 16; // four u32 before the texts

let next: usize = 0;

function tell(value: u64): void {
  store<u64>(next, value);
  next += 8;
}

/** Reads a process to the exchange buffer as u64, in the order of `NUMBERS` in sim/machine/process-readings.ts. */
export function processRead(process: u64): void {
  next = exchangeBuffer();
  const set = at(at(process, EPROCESS.Vm), MMSUPPORT_FULL.Instance);
  const disk = getField(process, EPROCESS.DiskCounters);
  const token = tokenOf(process);
  const job = getField(process, EPROCESS.Job);
  tell(getField(process, EPROCESS.UniqueProcessId));
  tell(getField(process, EPROCESS.InheritedFromUniqueProcessId));
  tell(sessionOf(process));
  tell(getField(process, EPROCESS.ActiveThreads));
  tell(getField(process, KPROCESS.CycleTime));
  tell(getField(set, MMSUPPORT_INSTANCE.WorkingSetPrivateSize));
  tell(disk == 0 ? 0 : getField(disk, PROCESS_DISK_COUNTERS.BytesRead));
  tell(disk == 0 ? 0 : getField(disk, PROCESS_DISK_COUNTERS.BytesWritten));
  tell(getField(process, EPROCESS.BreakOnTermination));
  tell(getField(process, KPROCESS.DeepFreeze));
  tell(process);
  tell(read64(at(process, EPROCESS.ExitTime)));
  tell(read64(at(process, EPROCESS.CreateTime)));
  tell(getField(process, KPROCESS.KernelTime));
  tell(getField(process, KPROCESS.UserTime));
  tell(getField(set, MMSUPPORT_INSTANCE.WorkingSetSize));
  tell(getField(set, MMSUPPORT_INSTANCE.PeakWorkingSetSize));
  tell(getField(process, EPROCESS.CommitCharge));
  tell(getField(set, MMSUPPORT_INSTANCE.PageFaultCount));
  tell(getField(process, KPROCESS.BasePriority));
  tell(getField(process, EPROCESS.PriorityClass));
  tell(handlesOf(process));
  tell(read64(at(process, EPROCESS.ReadOperationCount)));
  tell(read64(at(process, EPROCESS.WriteOperationCount)));
  tell(read64(at(process, EPROCESS.OtherOperationCount)));
  tell(read64(at(process, EPROCESS.ReadTransferCount)));
  tell(read64(at(process, EPROCESS.WriteTransferCount)));
  tell(job == 0 ? 0 : getField(job, EJOB.JobId));
  tell(getField(at(process, EPROCESS.Protection), PS_PROTECTION.Level));
  tell(getField(process, EPROCESS.WoW64Process) == 0 ? 0 : 1);
  tell(token == 0 ? 0 : getField(token, TOKEN.TokenFlags));
  tell(token == 0 ? 0 : isAdministrator(token) ? 1 : 0);
  tell(getField(process, KPROCESS.PpmPolicy));
  tell(read64(at(at(process, KPROCESS.Affinity), KAFFINITY_EX.StaticBitmap)));
  tell(graphicsTimeOf(process));
  tell(read64(at(process, EPROCESS.OtherTransferCount)));
}

/**
 * Reads the texts of a process to the exchange buffer: as u32 the bytes of its image's NT path, of its command line
 * (both UTF-16), of its user's SID and 0; then these, one after the other. A part that is paged out reads as nothing.
 */
export function processReadTexts(process: u64): void {
  const lengths = exchangeBuffer();
  next = lengths + TEXTS;
  const info = getField(
    at(process, EPROCESS.SeAuditProcessCreationInfo),
    SE_AUDIT_PROCESS_CREATION_INFO.ImageFileName,
  );
  store<u32>(lengths, info == 0 ? 0 : tellString(at(info, OBJECT_NAME_INFORMATION.Name)));
  store<u32>(lengths, tellCommandLine(process), 4);
  store<u32>(lengths, tellUser(process), 8);
  store<u32>(lengths, 0, 12);
}

function tellBytes(address: u64, bytes: u32): u32 {
  const room = u32(exchangeBuffer() + exchangeBytes() - next);
  const done = u32(readBytes(address, next, min(bytes, room)));
  next += done;
  return done;
}

function tellString(text: u64): u32 {
  return tellBytes(getField(text, UNICODE_STRING.Buffer), u32(getField(text, UNICODE_STRING.Length)));
}

/** What a process was started with lies in its own memory. */
function tellCommandLine(process: u64): u32 {
  const peb = getField(process, EPROCESS.Peb);
  if (peb == 0) return 0;
  const before = attachProcess(process);
  let bytes: u32 = 0;
  if (isMapped(peb)) {
    const parameters = getField(peb, PEB.ProcessParameters);
    const text = at(parameters, RTL_USER_PROCESS_PARAMETERS.CommandLine);
    if (parameters != 0 && isMapped(text)) bytes = tellString(text);
  }
  attach(before);
  return bytes;
}

function tellUser(process: u64): u32 {
  const token = tokenOf(process);
  if (token == 0) return 0;
  const sid = getField(getField(token, TOKEN.UserAndGroups), SID_AND_ATTRIBUTES.Sid);
  const parts = u32(getField(sid, SID.SubAuthorityCount));
  return tellBytes(sid, offsetOf(SID.SubAuthority) + parts * SUB_AUTHORITY_BYTES);
}

function tokenOf(process: u64): u64 {
  return getField(at(process, EPROCESS.Token), EX_FAST_REF.Value) & ~FAST_REFERENCES;
}

/** Whether the group BUILTIN\Administrators (S-1-5-32-544) is enabled in a token. */
function isAdministrator(token: u64): bool {
  const entries = getField(token, TOKEN.UserAndGroups);
  const count = getField(token, TOKEN.UserAndGroupCount);
  for (let i: u64 = 0; i < count; i++) {
    const entry = entries + i * u64(offsetOf(SID_AND_ATTRIBUTES.SIZE));
    if ((getField(entry, SID_AND_ATTRIBUTES.Attributes) & ENABLED) == 0) continue;
    const sid = getField(entry, SID_AND_ATTRIBUTES.Sid);
    if (getField(sid, SID.SubAuthorityCount) != 2) continue;
    const parts = at(sid, SID.SubAuthority);
    if (read32(parts) == BUILTIN && read32(parts + SUB_AUTHORITY_BYTES) == ADMINISTRATORS) return true;
  }
  return false;
}

function handlesOf(process: u64): u64 {
  const table = getField(process, EPROCESS.ObjectTable);
  return table == 0 ? 0 : getField(at(table, HANDLE_TABLE.FreeLists), HANDLE_TABLE_FREE_LIST.HandleCount);
}

/** Session of a process; System and minimal processes have none and count as session 0's. */
function sessionOf(process: u64): u64 {
  const session = getField(process, EPROCESS.Session);
  return session == 0 ? 0 : getField(session, MM_SESSION_SPACE.SessionId);
}
