// Processes: EPROCESS, its address space, and its places in the kernel's lists and tables.
import { NT } from '../../generated/symbols';
import {
  EPROCESS,
  KAFFINITY_EX,
  KPROCESS,
  MMSUPPORT_FLAGS,
  MMSUPPORT_FULL,
  MMSUPPORT_INSTANCE,
  OBJECT_NAME_INFORMATION,
  PROCESS_DISK_COUNTERS,
  SE_AUDIT_PROCESS_CREATION_INFO,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { FOR_KERNEL, FOR_SYSTEM_ROOT, takeFrame } from '../../memory/ranges';
import {
  at,
  attach,
  attachedRoot,
  getField,
  initialiseList,
  insertTail,
  read64,
  setField,
  write64,
  write8,
  writeBytes,
} from '../../memory/virtual';
import { createRoot } from '../../paging/tables';
import { systemTime, interruptTime } from '../scheduler/clock';
import { initialiseHeader } from '../scheduler/dispatcher';
import { createHandleTable, registerClientId } from '../objects/handle-table';
import { createObject } from '../objects/object';
import { allocatePool, NON_PAGED, PAGED, tag } from '../pool/pool';
import { setUnicodeString } from '../strings';
import { addressOf } from '../symbols';
import { fillAffinity, groupCount } from '../processors/topology';
import { joinQuotaBlock } from './quota-block';

const AMD64: u32 = 0x8664; // EPROCESS.Machine of all but 32-bit code's, of minimal processes too
const HARD_ERRORS_BY_DEFAULT: u32 = 1; // PROCESS_HARDERROR_DEFAULT: the system asks the user
const PROCESS_OBJECT: u32 = 3; // _KOBJECTS.ProcessObject
const PROCESS_TAG: u32 = 0x636f7250; // 'Proc'
const STATUS_PENDING: u32 = 0x103; // ExitStatus of a process that lives
const QUANTUM: u32 = 6;
// Pages of a process's working set unless it asks for others, as the documentation of SetProcessWorkingSetSize has them.
const LEAST_WORKING_SET: u64 = 50;
const MOST_WORKING_SET: u64 = 345;
const MAXIMUM_GROUPS: u32 = 32;
const IMAGE_NAME_BYTES: u32 = 15;
const NO_USER_ROOT: u64 = 1; // UserDirectoryTableBase without kernel VA shadowing

/** Bits of the `traits` that a process is created with. */
export const TRAIT_CRITICAL: u32 = 1;
export const TRAIT_MINIMAL: u32 = 2;
export const TRAIT_SYSTEM: u32 = 4;
export const TRAIT_SUSPENDED: u32 = 8;
export const TRAIT_EXITED: u32 = 16;
export const TRAIT_SECURE: u32 = 32;

let processTypeIndex: u32 = 0;
let systemRoot: u32 = 0;
let created: u64 = 0; // processes so far

/** Tells what processes have in common: the index of type Process. */
export function initialiseProcesses(typeIndex: u32): void {
  processTypeIndex = typeIndex;
  systemRoot = attachedRoot();
}

/** Index of object type Process. */
export function processType(): u32 {
  return processTypeIndex;
}

/** Frame of the PML4 that System and Idle run on. */
export function systemPml4(): u32 {
  return systemRoot;
}

/** Makes the first address space, whose PML4 lies where boot code puts the System process's. */
export function createSystemAddressSpace(): void {
  const pfn = takeFrame(FOR_SYSTEM_ROOT);
  attach(pfn);
  createRoot(pfn, 0);
}

/**
 * Creates a process and attaches to its address space. The exchange buffer at `names` holds the short name's 8-bit
 * characters and the NT path's UTF-16 text. `memory` is 0 for the Idle process, which the kernel image holds.
 */
export function createProcess(
  pid: u32,
  parent: u32,
  traits: u32,
  basePriority: u32,
  priorityClass: u32,
  protection: u32,
  names: usize,
  shortBytes: u32,
  pathBytes: u32,
): u64 {
  const isIdle = pid == 0;
  const process = isIdle
    ? addressOf(NT.KiInitialProcess)
    : createObject(processTypeIndex, offsetOf(EPROCESS.SIZE), PROCESS_TAG, true);
  const isSystem = (traits & TRAIT_SYSTEM) != 0;
  let root = systemRoot;
  if (!isSystem) {
    root = takeFrame(FOR_KERNEL);
    createRoot(root, systemRoot);
  }
  attach(root);
  fillKprocess(process, root, basePriority);
  fillIdentity(process, pid, parent, traits, priorityClass, protection);
  fillNames(process, names, shortBytes, pathBytes);
  fillLists(process);
  joinQuotaBlock(process);
  if (isIdle) return process; // on no list of processes: debuggers find it through nt!PsIdleProcess
  insertTail(addressOf(NT.PsActiveProcessHead), at(process, EPROCESS.ActiveProcessLinks));
  // The handles of a process and its place among those that can run end with it.
  if ((traits & TRAIT_EXITED) == 0) {
    setField(process, EPROCESS.ObjectTable, createHandleTable(process, pid));
    insertTail(addressOf(NT.KiProcessListHead), at(process, KPROCESS.ProcessListEntry));
  }
  registerClientId(pid, process);
  return process;
}

function fillKprocess(process: u64, root: u32, basePriority: u32): void {
  initialiseHeader(process, PROCESS_OBJECT, offsetOf(KPROCESS.SIZE), 0);
  initialiseList(at(process, KPROCESS.ProfileListHead));
  initialiseList(at(process, KPROCESS.ThreadListHead));
  initialiseList(at(process, KPROCESS.ReadyListHead));
  setField(process, KPROCESS.DirectoryTableBase, u64(root) << 12);
  setField(process, KPROCESS.UserDirectoryTableBase, NO_USER_ROOT);
  setField(process, KPROCESS.BasePriority, basePriority);
  setField(process, KPROCESS.QuantumReset, QUANTUM);
  setField(process, KPROCESS.ActiveGroupsMask, (u64(1) << groupCount()) - 1);
  setField(process, KPROCESS.MultiGroup, groupCount() > 1 ? 1 : 0);
  fillAffinity(at(process, KPROCESS.Affinity));
  setField(at(process, KPROCESS.ActiveProcessors), KAFFINITY_EX.Size, MAXIMUM_GROUPS);
}

function fillIdentity(
  process: u64,
  pid: u32,
  parent: u32,
  traits: u32,
  priorityClass: u32,
  protection: u32,
): void {
  setField(process, EPROCESS.UniqueProcessId, pid);
  setField(process, EPROCESS.InheritedFromUniqueProcessId, parent);
  setField(process, EPROCESS.OwnerProcessId, parent);
  setField(process, EPROCESS.PriorityClass, priorityClass);
  write8(at(process, EPROCESS.Protection), u8(protection));
  setField(process, EPROCESS.ExitStatus, STATUS_PENDING);
  setField(process, EPROCESS.LastThreadExitStatus, STATUS_PENDING);
  write64(at(process, EPROCESS.CreateTime), pid == 0 ? 0 : systemTime());
  setField(process, EPROCESS.CreateInterruptTime, pid == 0 ? 0 : interruptTime());
  setField(process, EPROCESS.SequenceNumber, created++);
  setField(process, EPROCESS.SignatureLevel, signatureLevel(protection) & 0xff);
  setField(process, EPROCESS.SectionSignatureLevel, signatureLevel(protection) >> 8);
  setField(process, KPROCESS.SecureState_Flags_SecureProcess, traits & TRAIT_SECURE ? 1 : 0);
  setField(process, EPROCESS.Machine, AMD64);
  setField(process, EPROCESS.HighestUserAddress, read64(addressOf(NT.MmUserProbeAddress)));
  setField(process, EPROCESS.DefaultHardErrorProcessing, HARD_ERRORS_BY_DEFAULT);
  setField(process, EPROCESS.CreateReported, 1);
  setField(process, EPROCESS.ProcessInserted, 1);
  setField(process, EPROCESS.AddressSpaceInitialized, 2);
  setField(process, EPROCESS.HasAddressSpace, 1);
  setField(process, EPROCESS.DefaultIoPriority, 2);
  setField(process, EPROCESS.DefaultPagePriority, 5);
  setField(process, EPROCESS.BreakOnTermination, traits & TRAIT_CRITICAL ? 1 : 0);
  setField(process, EPROCESS.Minimal, traits & TRAIT_MINIMAL ? 1 : 0);
  setField(process, EPROCESS.SystemProcess, traits & TRAIT_SYSTEM ? 1 : 0);
  setField(process, KPROCESS.DeepFreeze, traits & TRAIT_SUSPENDED ? 1 : 0);
  const workingSet = at(at(process, EPROCESS.Vm), MMSUPPORT_FULL.Instance);
  setField(at(workingSet, MMSUPPORT_INSTANCE.Flags), MMSUPPORT_FLAGS.MemoryPriority, 5);
  setField(workingSet, MMSUPPORT_INSTANCE.MinimumWorkingSetSize, LEAST_WORKING_SET);
  setField(workingSet, MMSUPPORT_INSTANCE.MaximumWorkingSetSize, MOST_WORKING_SET);
  setField(
    process,
    EPROCESS.DiskCounters,
    allocatePool(offsetOf(PROCESS_DISK_COUNTERS.SIZE), tag(0x50, 0x73, 0x44, 0x63), NON_PAGED, 0),
  ); // 'PsDc'
}

/**
 * SE_SIGNING_LEVEL that a protected process demands of its image (low byte) and of what it maps (high byte), by
 * PS_PROTECTION.Level; as process listings of protected processes show them, not verified for this build.
 */
function signatureLevel(protection: u32): u32 {
  switch (protection) {
    case 0x72: // WinSystem
      return 0x1c1e;
    case 0x61: // WinTcb, light
      return 0x0c3e;
    case 0x51: // Windows, light
      return 0x0c3c;
    case 0x41: // Lsa, light
      return 0x083c;
    case 0x31: // Antimalware, light
      return 0x0737;
    default:
      return 0;
  }
}

function fillNames(process: u64, names: usize, shortBytes: u32, pathBytes: u32): void {
  writeBytes(at(process, EPROCESS.ImageFileName), names, min(shortBytes, IMAGE_NAME_BYTES - 1));
  const infoBytes = offsetOf(OBJECT_NAME_INFORMATION.SIZE);
  const info = allocatePool(infoBytes + pathBytes + 2, tag(0x53, 0x65, 0x50, 0x61), PAGED, 0); // 'SePa'
  writeBytes(info + infoBytes, names + shortBytes, pathBytes);
  setUnicodeString(at(info, OBJECT_NAME_INFORMATION.Name), info + infoBytes, pathBytes);
  setField(
    at(process, EPROCESS.SeAuditProcessCreationInfo),
    SE_AUDIT_PROCESS_CREATION_INFO.ImageFileName,
    info,
  );
}

function fillLists(process: u64): void {
  initialiseList(at(process, EPROCESS.ThreadListHead));
  initialiseList(at(process, EPROCESS.SessionProcessLinks));
  initialiseList(at(process, EPROCESS.JobLinks));
  initialiseList(at(process, EPROCESS.MmProcessLinks));
  initialiseList(at(process, EPROCESS.TimerResolutionLink));
  initialiseList(at(process, EPROCESS.SharedCommitLinks));
}

/** Attaches to a process's address space; returns the PML4 frame attached before. */
export function attachProcess(process: u64): u32 {
  return attach(u32(getField(process, KPROCESS.DirectoryTableBase) >> 12));
}
