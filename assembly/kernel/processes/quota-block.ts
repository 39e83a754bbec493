// nt!PspSystemQuotaBlock, which every process is charged to: nobody is limited.
import { NT } from '../../generated/symbols';
import { EPROCESS, EPROCESS_QUOTA_BLOCK, EPROCESS_QUOTA_ENTRY } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addToField, at, initialiseList, setField } from '../../memory/virtual';
import { addressOf } from '../symbols';

const KINDS: u32 = 4; // of EPROCESS_QUOTA_BLOCK.QuotaEntry: nonpaged and paged pool, page file, working set
const UNLIMITED: u64 = u64.MAX_VALUE;

/** Fills the block, whose only reference is the kernel's. */
export function initialiseQuotaBlock(): void {
  const block = addressOf(NT.PspSystemQuotaBlock);
  for (let kind: u32 = 0; kind < KINDS; kind++)
    setField(
      at(block, EPROCESS_QUOTA_BLOCK.QuotaEntry) + kind * offsetOf(EPROCESS_QUOTA_ENTRY.SIZE),
      EPROCESS_QUOTA_ENTRY.Limit,
      UNLIMITED,
    );
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
