// What the kernel counts of a process and of the machine, for those who ask from user mode.
import { NT } from '../../generated/symbols';
import {
  EPROCESS,
  KPRCB,
  KPROCESS,
  KUSER_SHARED_DATA,
  MI_PARTITION,
  MI_PARTITION_COMMIT,
  MI_SYSTEM_INFORMATION,
  MI_VISIBLE_PARTITION,
  MI_VISIBLE_STATE,
  MM_PAGED_POOL_INFO,
  MMSUPPORT_FULL,
  MMSUPPORT_INSTANCE,
  PS_PROTECTION,
  SID_AND_ATTRIBUTES,
  TOKEN,
  EX_FAST_REF,
  XSTATE_CONFIGURATION,
} from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { frameCount } from '../../memory/frames';
import { physicalFrames } from '../../memory/physical-layout';
import { at, getField, read32, read64, read8 } from '../../memory/virtual';
import { visiblePartition } from '../../kernel/memory-manager/list-heads';
import { processorBlock } from '../../kernel/processors/processor';
import { SHARED_DATA } from '../../kernel/scheduler/clock';
import { addressOf } from '../../kernel/symbols';

const FAST_REFERENCES: u64 = 15;
const SID_FIRST_AUTHORITY: u64 = 8; // of a SID with one subauthority: revision, count, authority before it

let next: usize = 0;

function tell(value: u64): void {
  store<u64>(next, value);
  next += 8;
}

/**
 * Reads a process to the exchange buffer as u64: id, priority class, protection, creation and exit time, kernel and user
 * time in clock ticks, cookie, execute options, integrity level, 1 for a minimal process, PEB; page faults; peak and
 * current working set; peak and current charge of paged and of nonpaged pool; commit, its peak; peak and current virtual
 * size; private working set, shared commit, all sizes in bytes or pages as the structures have them.
 */
export function readProcessCounters(process: u64): void {
  next = exchangeBuffer();
  const set = at(at(process, EPROCESS.Vm), MMSUPPORT_FULL.Instance);
  tell(getField(process, EPROCESS.UniqueProcessId));
  tell(getField(process, EPROCESS.PriorityClass));
  tell(getField(at(process, EPROCESS.Protection), PS_PROTECTION.Level));
  tell(read64(at(process, EPROCESS.CreateTime)));
  tell(read64(at(process, EPROCESS.ExitTime)));
  tell(getField(process, KPROCESS.KernelTime));
  tell(getField(process, KPROCESS.UserTime));
  tell(getField(process, EPROCESS.Cookie));
  tell(read8(at(process, KPROCESS.Flags)));
  tell(integrityOf(process));
  tell(getField(process, EPROCESS.Minimal));
  tell(getField(process, EPROCESS.Peb));
  tell(getField(set, MMSUPPORT_INSTANCE.PageFaultCount));
  tell(getField(set, MMSUPPORT_INSTANCE.PeakWorkingSetSize));
  tell(getField(set, MMSUPPORT_INSTANCE.WorkingSetSize));
  tell(read64(at(process, EPROCESS.ProcessQuotaPeak) + 8));
  tell(read64(at(process, EPROCESS.ProcessQuotaUsage) + 8));
  tell(read64(at(process, EPROCESS.ProcessQuotaPeak)));
  tell(read64(at(process, EPROCESS.ProcessQuotaUsage)));
  tell(getField(process, EPROCESS.CommitCharge));
  tell(getField(process, EPROCESS.CommitChargePeak));
  tell(getField(process, EPROCESS.PeakVirtualSize));
  tell(getField(process, EPROCESS.VirtualSize));
  tell(getField(set, MMSUPPORT_INSTANCE.WorkingSetPrivateSize));
  tell(getField(process, EPROCESS.SharedCommitCharge));
}

/** RID of the integrity level in the process's primary token. */
function integrityOf(process: u64): u64 {
  const token = getField(at(process, EPROCESS.Token), EX_FAST_REF.Value) & ~FAST_REFERENCES;
  if (token == 0) return 0;
  const index = getField(token, TOKEN.IntegrityLevelIndex);
  const groups = getField(token, TOKEN.UserAndGroups);
  const sid = getField(groups + index * 16, SID_AND_ATTRIBUTES.Sid);
  return read32(sid + SID_FIRST_AUTHORITY);
}

/**
 * Reads the machine to the exchange buffer as u64: processor type, stepping, MHz; product type, suite mask, features as
 * two masks of 64 and enabled extended state; time zone's bias and id; physical pages, highest page; available, committed
 * pages, commit limit, peak commit; resident available, shared commit; pages of nonpaged and paged pool.
 */
export function readSystemCounters(): void {
  next = exchangeBuffer();
  const prcb = processorBlock(0);
  const partition = visiblePartition();
  const commit = at(addressOf(NT.MiSystemPartition), MI_PARTITION.Commit);
  const visible = at(addressOf(NT.MiState), MI_SYSTEM_INFORMATION.Vs);
  tell(getField(prcb, KPRCB.CpuType));
  tell((getField(prcb, KPRCB.CpuModel) << 8) | getField(prcb, KPRCB.CpuStepping));
  tell(getField(prcb, KPRCB.MHz));
  tell(getField(SHARED_DATA, KUSER_SHARED_DATA.NtProductType));
  tell(getField(SHARED_DATA, KUSER_SHARED_DATA.SuiteMask));
  tell(features(0));
  tell(features(64));
  tell(read64(at(at(SHARED_DATA, KUSER_SHARED_DATA.XState), XSTATE_CONFIGURATION.EnabledFeatures)));
  tell(read64(at(SHARED_DATA, KUSER_SHARED_DATA.TimeZoneBias)));
  tell(getField(SHARED_DATA, KUSER_SHARED_DATA.TimeZoneId));
  tell(physicalFrames());
  tell(frameCount() - 1);
  tell(getField(partition, MI_VISIBLE_PARTITION.AvailablePages));
  tell(getField(partition, MI_VISIBLE_PARTITION.TotalCommittedPages));
  tell(getField(partition, MI_VISIBLE_PARTITION.TotalCommitLimit));
  tell(getField(commit, MI_PARTITION_COMMIT.PeakCommitment));
  tell(getField(partition, MI_VISIBLE_PARTITION.ResidentAvailablePages));
  tell(getField(partition, MI_VISIBLE_PARTITION.SharedCommit));
  tell(getField(visible, MI_VISIBLE_STATE.NonPagedPoolCommit));
  tell(getField(at(visible, MI_VISIBLE_STATE.PagedPoolInfo), MM_PAGED_POOL_INFO.AllocatedPagedPool));
}

/** PF_ features from number `first` on: the bit of each that the processor has. */
function features(first: u32): u64 {
  let mask: u64 = 0;
  for (let i: u32 = 0; i < 64 && first + i < 64; i++)
    if (read8(at(SHARED_DATA, KUSER_SHARED_DATA.ProcessorFeatures) + first + i)) mask |= u64(1) << i;
  return mask;
}
