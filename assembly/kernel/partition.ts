// The system partition: the one memory partition that every machine has.
import { NT } from '../generated/symbols';
import { EPARTITION, EX_PARTITION, EX_WORK_QUEUE, KPRIQUEUE } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { at, initialiseList, insertTail, read64, setField, write64 } from '../memory/virtual';
import { allocatePool, NON_PAGED } from './pool/pool';
import { initialiseHeader } from './scheduler/dispatcher';
import { addressOf } from './symbols';

const PRI_QUEUE_OBJECT: u32 = 21; // _KOBJECTS.PriQueueObject
const PARTITION_TAG: u32 = 0x72507845; // 'ExPr'
const PRIORITIES: u64 = 32;
const LARGEST_THREAD_COUNT: u32 = 4096;

/** Fills the object that nt!PspSystemPartition points at: its memory, its work queues, the System process. */
export function initialisePartition(partition: u64, systemProcess: u64): void {
  const executive = allocatePool(offsetOf(EX_PARTITION.SIZE), PARTITION_TAG, NON_PAGED, 0);
  setField(partition, EPARTITION.MmPartition, addressOf(NT.MiSystemPartition));
  setField(partition, EPARTITION.ExPartition, executive);
  setField(partition, EPARTITION.HardReferenceCount, 1);
  setField(partition, EPARTITION.SystemProcess, systemProcess);
  insertTail(addressOf(NT.PspActivePartitionListHead), at(partition, EPARTITION.ActivePartitionLinks));
  write64(addressOf(NT.PspSystemPartition), partition);
  setField(executive, EX_PARTITION.PartitionObject, partition);
  setField(executive, EX_PARTITION.WorkQueues, workQueues(executive));
}

/** The queue of the first node, in the two levels of tables by node and by pool through which it is found. */
function workQueues(executive: u64): u64 {
  const queue = addressOf(NT.ExWorkerQueue);
  const priorities = at(queue, EX_WORK_QUEUE.WorkPriQueue);
  initialiseHeader(priorities, PRI_QUEUE_OBJECT, offsetOf(KPRIQUEUE.SIZE), 0);
  for (let i: u64 = 0; i < PRIORITIES; i++) initialiseList(at(priorities, KPRIQUEUE.EntryListHead) + i * 16);
  initialiseList(at(priorities, KPRIQUEUE.ThreadListHead));
  setField(priorities, KPRIQUEUE.MaximumCount, LARGEST_THREAD_COUNT);
  setField(queue, EX_WORK_QUEUE.Partition, executive);
  setField(queue, EX_WORK_QUEUE.Node, read64(addressOf(NT.KeNodeBlock)));
  setField(queue, EX_WORK_QUEUE.MaxThreads, LARGEST_THREAD_COUNT);
  const pools = allocatePool(8 * 8, PARTITION_TAG, NON_PAGED, 0);
  write64(pools, queue);
  const nodes = allocatePool(8, PARTITION_TAG, NON_PAGED, 0);
  write64(nodes, pools);
  return nodes;
}
