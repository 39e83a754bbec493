// What a processor counts, for those who show it.
import { CACHE_DESCRIPTOR, KPRCB, KTHREAD } from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import { at, getField, read64 } from '../../memory/virtual';
import { processorBlock } from './processor';

let next: usize = 0;

function tell(value: u64): void {
  store<u64>(next, value);
  next += 8;
}

/**
 * Reads a processor to the exchange buffer as u64: clock ticks in kernel mode, in user mode, of its idle thread, in DPCs
 * and in interrupts; cycles, those of its idle thread; read and write operations, bytes of both; package, NUMA node, the
 * set of its core, MHz, family, model and stepping; the number of its caches, and for each its level, type
 * (PROCESSOR_CACHE_TYPE) and size in bytes.
 */
export function readProcessor(number: u32): void {
  next = exchangeBuffer();
  const prcb = processorBlock(number);
  const idle = getField(prcb, KPRCB.IdleThread);
  tell(getField(prcb, KPRCB.KernelTime));
  tell(getField(prcb, KPRCB.UserTime));
  tell(getField(idle, KTHREAD.KernelTime));
  tell(getField(prcb, KPRCB.DpcTime));
  tell(getField(prcb, KPRCB.InterruptTime));
  tell(getField(prcb, KPRCB.CycleTime));
  tell(getField(idle, KTHREAD.CycleTime));
  tell(getField(prcb, KPRCB.IoReadOperationCount));
  tell(getField(prcb, KPRCB.IoWriteOperationCount));
  tell(read64(at(prcb, KPRCB.IoReadTransferCount)));
  tell(read64(at(prcb, KPRCB.IoWriteTransferCount)));
  tell(getField(prcb, KPRCB.PackageId));
  tell(getField(prcb, KPRCB.NodeColor));
  tell(getField(prcb, KPRCB.CoreProcessorSet));
  tell(getField(prcb, KPRCB.MHz));
  tell(getField(prcb, KPRCB.CpuType));
  tell(getField(prcb, KPRCB.CpuModel));
  tell(getField(prcb, KPRCB.CpuStepping));
  const count = u32(getField(prcb, KPRCB.CacheCount));
  tell(count);
  for (let i: u32 = 0; i < count; i++) {
    const cache = at(prcb, KPRCB.Cache) + u64(i * offsetOf(CACHE_DESCRIPTOR.SIZE));
    tell(getField(cache, CACHE_DESCRIPTOR.Level));
    tell(getField(cache, CACHE_DESCRIPTOR.Type));
    tell(getField(cache, CACHE_DESCRIPTOR.Size));
  }
}
