// What the passing of time alone changes.
import { NT } from '../../generated/symbols';
import { KPROCESS, KPRCB, KTHREAD } from '../../generated/types';
import { addToField, getField } from '../../memory/virtual';
import { advanceClock, publishTime } from './clock';
import { processorBlock } from '../processors/processor';
import { addressOf } from '../symbols';

/** Adds clock ticks to a processor's times: all that were not user mode's, those of interrupts among them, and user mode's. */
export function accountProcessor(number: u32, kernelTicks: u32, interruptTicks: u32, userTicks: u32): void {
  const prcb = processorBlock(number);
  addToField(prcb, KPRCB.KernelTime, kernelTicks);
  addToField(prcb, KPRCB.InterruptTime, interruptTicks);
  addToField(prcb, KPRCB.UserTime, userTicks);
}

/** Clock ticks that the first `processors` processors have spent on interrupts and DPCs. */
export function interruptTicks(processors: u32): u64 {
  let ticks: u64 = 0;
  for (let number: u32 = 0; number < processors; number++)
    ticks +=
      getField(processorBlock(number), KPRCB.InterruptTime) + getField(processorBlock(number), KPRCB.DpcTime);
  return ticks;
}

/** Moves the clock on by `by` 100 ns units; the processors were idle for `idleCycles` cycles each. */
export function clockAdvance(by: u64, processors: u32, idleCycles: u64): void {
  advanceClock(by);
  publishTime();
  for (let number: u32 = 0; number < processors; number++) {
    const idle = getField(processorBlock(number), KPRCB.IdleThread);
    addToField(idle, KTHREAD.CycleTime, idleCycles);
    addToField(addressOf(NT.KiInitialProcess), KPROCESS.CycleTime, idleCycles);
  }
}
