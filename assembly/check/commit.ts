// What is committed: the totals of the system partition against what processes and the kernel's parts say.
import { NT } from '../generated/symbols';
import { Rule } from '../generated/rules';
import {
  EPROCESS,
  MI_PARTITION,
  MI_PARTITION_COMMIT,
  MI_SYSTEM_INFORMATION,
  MI_VISIBLE_PARTITION,
  MI_VISIBLE_STATE,
  MM_PAGED_POOL_INFO,
  MM_SESSION_SPACE,
} from '../generated/types';
import { addressOf } from '../kernel/symbols';
import { offsetOf } from '../layout/fields';
import { expectBetween } from './expect';
import { value } from './memory';
import { nextProcess } from './processes';
import { nextSession } from './session-space';

/** Checks the counters of the commit charge. */
export function checkCommit(): void {
  const rule = Rule.CommitAddsUp;
  let parts: u64 = 0;
  for (let process = nextProcess(0); process != 0; process = nextProcess(process)) {
    const charge = value(process, EPROCESS.CommitCharge);
    expectBetween(rule, process, EPROCESS.CommitChargePeak, charge, u64.MAX_VALUE);
    parts += charge;
  }
  const state = addressOf(NT.MiState) + offsetOf(MI_SYSTEM_INFORMATION.Vs);
  parts += value(state, MI_VISIBLE_STATE.NonPagedPoolCommit);
  parts += value(state, MI_VISIBLE_STATE.SystemPageTableCommit);
  parts += value(state, MI_VISIBLE_STATE.ProcessCommit);
  parts += value(state, MI_VISIBLE_STATE.DriverCommit);
  parts += value(state, MI_VISIBLE_STATE.PfnDatabaseCommit);
  parts += value(state + offsetOf(MI_VISIBLE_STATE.PagedPoolInfo), MM_PAGED_POOL_INFO.AllocatedPagedPool);
  for (let space = nextSession(0); space != 0; space = nextSession(space))
    parts += value(space, MM_SESSION_SPACE.CommittedPages);
  const system = addressOf(NT.MiSystemPartition);
  const visible = system + offsetOf(MI_PARTITION.Vp);
  parts += value(visible, MI_VISIBLE_PARTITION.SharedCommit);
  const limit = value(visible, MI_VISIBLE_PARTITION.TotalCommitLimit);
  expectBetween(rule, visible, MI_VISIBLE_PARTITION.TotalCommittedPages, parts, limit);
  const committed = value(visible, MI_VISIBLE_PARTITION.TotalCommittedPages);
  const commit = system + offsetOf(MI_PARTITION.Commit);
  expectBetween(rule, commit, MI_PARTITION_COMMIT.PeakCommitment, committed, u64.MAX_VALUE);
  expectBetween(rule, commit, MI_PARTITION_COMMIT.TotalCommitLimitMaximum, limit, u64.MAX_VALUE);
}
