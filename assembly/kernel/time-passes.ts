// What the passing of time alone changes.
import { NT } from '../generated/symbols';
import { KPROCESS, KPRCB, KTHREAD } from '../generated/types';
import { addToField, getField } from '../memory/virtual';
import { advanceClock, publishTime } from './clock';
import { processorBlock } from './processor';
import { addressOf } from './symbols';

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
