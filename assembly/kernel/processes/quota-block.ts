// nt!PspSystemQuotaBlock, which every process is charged to: nobody is limited. What a process is charged for of the
// pools stands in the process, too.
import { NT } from '../../generated/symbols';
import { EPROCESS, EPROCESS_QUOTA_BLOCK, EPROCESS_QUOTA_ENTRY } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addToField, at, getField, initialiseList, read64, setField, write64 } from '../../memory/virtual';
import { addressOf } from '../symbols';

/** Indices of EPROCESS_QUOTA_BLOCK.QuotaEntry; those of the pools are those of EPROCESS.ProcessQuotaUsage, too. */
export const NON_PAGED_POOL_QUOTA: u32 = 0;
export const PAGED_POOL_QUOTA: u32 = 1;
export const PAGE_FILE_QUOTA: u32 = 2; // in pages

const KINDS: u32 = 4; // the last one is the working set's
const UNLIMITED: u64 = u64.MAX_VALUE;

function entryOf(kind: u32): u64 {
  const entries = at(addressOf(NT.PspSystemQuotaBlock), EPROCESS_QUOTA_BLOCK.QuotaEntry);
  return entries + kind * offsetOf(EPROCESS_QUOTA_ENTRY.SIZE);
}

/** Fills the block, whose only reference is the kernel's. */
export function initialiseQuotaBlock(): void {
  const block = addressOf(NT.PspSystemQuotaBlock);
  for (let kind: u32 = 0; kind < KINDS; kind++)
    setField(entryOf(kind), EPROCESS_QUOTA_ENTRY.Limit, UNLIMITED);
  initialiseList(at(block, EPROCESS_QUOTA_BLOCK.QuotaList));
  setField(block, EPROCESS_QUOTA_BLOCK.ReferenceCount, 1);
}

/** Charges a process to the block from now on. */
export function joinQuotaBlock(process: u64): void {
  const block = addressOf(NT.PspSystemQuotaBlock);
  setField(process, EPROCESS.QuotaBlock, block);
  addToField(block, EPROCESS_QUOTA_BLOCK.ReferenceCount, 1);
  addToField(block, EPROCESS_QUOTA_BLOCK.ProcessCount, 1);
}

/** The process is being deleted. */
export function leaveQuotaBlock(process: u64): void {
  const block = addressOf(NT.PspSystemQuotaBlock);
  setField(process, EPROCESS.QuotaBlock, 0);
  addToField(block, EPROCESS_QUOTA_BLOCK.ReferenceCount, -1);
  addToField(block, EPROCESS_QUOTA_BLOCK.ProcessCount, -1);
}

/** Charges a process for bytes of a pool, or for pages that may need a place in a page file. */
export function chargeQuota(process: u64, kind: u32, amount: u64): void {
  const entry = entryOf(kind);
  const inAll = getField(entry, EPROCESS_QUOTA_ENTRY.Usage) + amount;
  setField(entry, EPROCESS_QUOTA_ENTRY.Usage, inAll);
  if (inAll > getField(entry, EPROCESS_QUOTA_ENTRY.Peak)) setField(entry, EPROCESS_QUOTA_ENTRY.Peak, inAll);
  if (kind == PAGE_FILE_QUOTA) return; // the process has this as its commit charge
  const usage = at(process, EPROCESS.ProcessQuotaUsage) + u64(kind) * 8;
  const peak = at(process, EPROCESS.ProcessQuotaPeak) + u64(kind) * 8;
  const own = read64(usage) + amount;
  write64(usage, own);
  if (own > read64(peak)) write64(peak, own);
}

/** Takes a charge back; what was the most at a time stays. */
export function returnQuota(process: u64, kind: u32, amount: u64): void {
  addToField(entryOf(kind), EPROCESS_QUOTA_ENTRY.Usage, -amount);
  if (kind == PAGE_FILE_QUOTA) return;
  const usage = at(process, EPROCESS.ProcessQuotaUsage) + u64(kind) * 8;
  write64(usage, read64(usage) - amount);
}
