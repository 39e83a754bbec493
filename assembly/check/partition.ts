// The system partition and its work queue.
import { NT } from '../generated/symbols';
import { Rule } from '../generated/rules';
import { EPARTITION, EX_PARTITION, EX_WORK_QUEUE, LIST_ENTRY } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { expect } from './expect';
import { mapped, peek64, value } from './memory';
import { disagree } from './report';

/** Checks what nt!PspSystemPartition leads to. */
export function checkPartition(): bool {
  const rule = Rule.PartitionIsActive;
  const head = addressOf(NT.PspActivePartitionListHead);
  const partition = peek64(addressOf(NT.PspSystemPartition));
  if (!mapped(partition)) return disagree(Rule.MemoryIsMapped, head, LIST_ENTRY.Flink, 1, partition);
  const links = partition + offsetOf(EPARTITION.ActivePartitionLinks);
  const executive = value(partition, EPARTITION.ExPartition);
  return (
    expect(rule, head, LIST_ENTRY.Flink, links) &&
    expect(rule, head, LIST_ENTRY.Blink, links) &&
    expect(rule, links, LIST_ENTRY.Flink, head) &&
    expect(rule, links, LIST_ENTRY.Blink, head) &&
    expect(rule, partition, EPARTITION.MmPartition, addressOf(NT.MiSystemPartition)) &&
    expect(rule, partition, EPARTITION.SystemProcess, peek64(addressOf(NT.PsInitialSystemProcess))) &&
    expect(rule, executive, EX_PARTITION.PartitionObject, partition) &&
    expect(rule, addressOf(NT.ExWorkerQueue), EX_WORK_QUEUE.Partition, executive)
  );
}
