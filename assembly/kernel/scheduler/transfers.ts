// What threads read and write: the same counters of both, on the thread, its process, the disk's account and the processor.
import { EPROCESS, KPRCB, KTHREAD, PROCESS_DISK_COUNTERS } from '../../generated/types';
import { addToField, at, read64, write64 } from '../../memory/virtual';
import { Cpu, Party, Task } from './tasks';

const CLUSTER_BYTES: u64 = 65536; // what one operation reads or writes at most

/** Fields that count one direction: operations and bytes. */
class Counters {
  constructor(
    public threadOperations: i32,
    public threadBytes: i32,
    public processOperations: i32,
    public processBytes: i32,
    public diskOperations: i32,
    public diskBytes: i32,
    public processorOperations: i32,
    public processorBytes: i32,
  ) {}
}

export const READS = new Counters(
  KTHREAD.ReadOperationCount,
  KTHREAD.ReadTransferCount,
  EPROCESS.ReadOperationCount,
  EPROCESS.ReadTransferCount,
  PROCESS_DISK_COUNTERS.ReadOperationCount,
  PROCESS_DISK_COUNTERS.BytesRead,
  KPRCB.IoReadOperationCount,
  KPRCB.IoReadTransferCount,
);

export const WRITES = new Counters(
  KTHREAD.WriteOperationCount,
  KTHREAD.WriteTransferCount,
  EPROCESS.WriteOperationCount,
  EPROCESS.WriteTransferCount,
  PROCESS_DISK_COUNTERS.WriteOperationCount,
  PROCESS_DISK_COUNTERS.BytesWritten,
  KPRCB.IoWriteOperationCount,
  KPRCB.IoWriteTransferCount,
);

/** Adds to a LARGE_INTEGER, which has no width of its own. */
export function add64(structure: u64, field: i32, by: u64): void {
  const address = at(structure, field);
  write64(address, read64(address) + by);
}

/** Counts that a task has moved `bytes` in each of `bursts` bursts. */
export function countTransfers(
  cpu: Cpu,
  party: Party,
  task: Task,
  bytes: u32,
  bursts: u64,
  counters: Counters,
): void {
  if (bytes == 0) return;
  const moved = u64(bytes) * bursts;
  const operations = ((u64(bytes) + CLUSTER_BYTES - 1) / CLUSTER_BYTES) * bursts;
  addToField(task.thread, counters.threadOperations, operations);
  addToField(task.thread, counters.threadBytes, moved);
  add64(task.eprocess, counters.processOperations, operations);
  add64(task.eprocess, counters.processBytes, moved);
  addToField(party.disk, counters.diskOperations, operations);
  addToField(party.disk, counters.diskBytes, moved);
  addToField(cpu.prcb, counters.processorOperations, operations);
  add64(cpu.prcb, counters.processorBytes, moved);
}
