// What processes may have and are charged for: each for its own, and the quota block of all for the sum.
import { NT } from '../generated/symbols';
import { Rule } from '../generated/rules';
import {
  EPROCESS,
  EPROCESS_QUOTA_BLOCK,
  EPROCESS_QUOTA_ENTRY,
  LIST_ENTRY,
  MMSUPPORT_FULL,
  MMSUPPORT_INSTANCE,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { expect, expectBetween } from './expect';
import { peek64, value } from './memory';
import { idleProcess, nextProcess } from './processes';
import { broken, disagree } from './report';

/** Pools, as EPROCESS.ProcessQuotaUsage and EPROCESS_QUOTA_BLOCK.QuotaEntry have them. */
export const NON_PAGED: u32 = 0;
export const PAGED: u32 = 1;
const PAGE_FILE: u32 = 2;

function usageOf(process: u64, pool: u32): u64 {
  return peek64(process + offsetOf(EPROCESS.ProcessQuotaUsage) + u64(pool) * 8);
}

/** A process must be charged for the bytes of a pool that it was found to have. */
export function expectCharge(process: u64, pool: u32, bytes: u64): void {
  if (broken()) return;
  const found = usageOf(process, pool);
  if (found != bytes)
    disagree(Rule.ProcessIsChargedForPool, process, EPROCESS.ProcessQuotaUsage, bytes, found);
  const most = peek64(process + offsetOf(EPROCESS.ProcessQuotaPeak) + u64(pool) * 8);
  if (!broken() && most < bytes)
    disagree(Rule.ProcessIsChargedForPool, process, EPROCESS.ProcessQuotaPeak, bytes, most);
}

/** Checks the block that all processes are charged to, and the limits of their working sets. */
export function checkQuotas(): void {
  const rule = Rule.QuotaBlockCountsProcesses;
  const block = addressOf(NT.PspSystemQuotaBlock);
  let count: u64 = 1;
  let nonPaged: u64 = 0;
  let paged: u64 = 0;
  let committed: u64 = 0;
  expect(rule, idleProcess(), EPROCESS.QuotaBlock, block);
  for (let process = nextProcess(0); process != 0 && !broken(); process = nextProcess(process)) {
    expect(rule, process, EPROCESS.QuotaBlock, block);
    checkWorkingSetLimits(process);
    nonPaged += usageOf(process, NON_PAGED);
    paged += usageOf(process, PAGED);
    committed += value(process, EPROCESS.CommitCharge);
    count++;
  }
  expect(rule, block, EPROCESS_QUOTA_BLOCK.ProcessCount, count);
  const list = block + offsetOf(EPROCESS_QUOTA_BLOCK.QuotaList);
  expect(rule, list, LIST_ENTRY.Flink, list);
  checkEntry(block, NON_PAGED, nonPaged);
  checkEntry(block, PAGED, paged);
  checkEntry(block, PAGE_FILE, committed);
}

function checkEntry(block: u64, kind: u32, sum: u64): void {
  const entries = block + offsetOf(EPROCESS_QUOTA_BLOCK.QuotaEntry);
  const entry = entries + u64(kind) * offsetOf(EPROCESS_QUOTA_ENTRY.SIZE);
  expect(Rule.QuotaBlockAddsUp, entry, EPROCESS_QUOTA_ENTRY.Usage, sum);
  if (broken()) return;
  const limit = value(entry, EPROCESS_QUOTA_ENTRY.Limit);
  expectBetween(Rule.QuotaBlockAddsUp, entry, EPROCESS_QUOTA_ENTRY.Peak, sum, limit);
}

function checkWorkingSetLimits(process: u64): void {
  const rule = Rule.WorkingSetHasLimits;
  const set = process + offsetOf(EPROCESS.Vm) + offsetOf(MMSUPPORT_FULL.Instance);
  const most = value(set, MMSUPPORT_INSTANCE.MaximumWorkingSetSize);
  expectBetween(rule, set, MMSUPPORT_INSTANCE.MinimumWorkingSetSize, 1, most);
}
