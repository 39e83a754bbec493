// What threads read and write: the same counters of both, on the thread, its process, the disk's account and the processor.
import { EPROCESS, KPRCB, KTHREAD, PROCESS_DISK_COUNTERS } from '../../generated/types';
import { addToField, at, read64, write64 } from '../../memory/virtual';
import { Cpu, Party, Task } from './tasks';

const MJ_READ: u32 = 3;
const MJ_WRITE: u32 = 4;
const CLUSTER_BYTES: u64 = 65536; // what one operation reads or writes at most

/** Fields that count one direction: operations and bytes. */
class Counters {
  constructor(
    public threadOperations: i32,
    public threadBytes: i32,
    public processOperations: i32,
    public processBytes: i32,
    public processorOperations: i32,
    public processorBytes: i32,
    public diskOperations: i32,
    public diskBytes: i32,
  ) {}
}

export const READS = new Counters(
  KTHREAD.ReadOperationCount,
  KTHREAD.ReadTransferCount,
  EPROCESS.ReadOperationCount,
  EPROCESS.ReadTransferCount,
  KPRCB.IoReadOperationCount,
  KPRCB.IoReadTransferCount,
  PROCESS_DISK_COUNTERS.ReadOperationCount,
  PROCESS_DISK_COUNTERS.BytesRead,
);

export const WRITES = new Counters(
  KTHREAD.WriteOperationCount,
  KTHREAD.WriteTransferCount,
  EPROCESS.WriteOperationCount,
  EPROCESS.WriteTransferCount,
  KPRCB.IoWriteOperationCount,
  KPRCB.IoWriteTransferCount,
  PROCESS_DISK_COUNTERS.WriteOperationCount,
  PROCESS_DISK_COUNTERS.BytesWritten,
);

/** Whatever is neither reading nor writing: no disk counts it. */
const OTHERS = new Counters(
  KTHREAD.OtherOperationCount,
  KTHREAD.OtherTransferCount,
  EPROCESS.OtherOperationCount,
  EPROCESS.OtherTransferCount,
  KPRCB.IoOtherOperationCount,
  KPRCB.IoOtherTransferCount,
  -1,
  -1,
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

/** Counters of requests with a major function: IRP_MJ_*. */
function countersOf(major: u32): Counters {
  return major == MJ_READ ? READS : major == MJ_WRITE ? WRITES : OTHERS;
}

/** Counts a request to a driver, when it is made. */
export function countOperation(prcb: u64, thread: u64, process: u64, major: u32): void {
  const counters = countersOf(major);
  addToField(thread, counters.threadOperations, 1);
  add64(process, counters.processOperations, 1);
  addToField(prcb, counters.processorOperations, 1);
}

/** Counts what a request to a driver has moved, when it is over. */
export function countBytes(prcb: u64, thread: u64, process: u64, major: u32, bytes: u64): void {
  const counters = countersOf(major);
  add64(thread, counters.threadBytes, bytes);
  add64(process, counters.processBytes, bytes);
  add64(prcb, counters.processorBytes, bytes);
}
