// Time spent: what threads have had is what their processes and the processors have had.
import { NT } from '../generated/symbols';
import { Rule } from '../generated/rules';
import { KPRCB, KPROCESS, KTHREAD } from '../generated/types';
import { addressOf } from '../kernel/symbols';
import { peek32, peek64, value } from './memory';
import { expectOfThreads, idleProcess, isNobodyGone, nextProcess, nextThread } from './processes';
import { broken, disagree } from './report';
import { ticksSinceBoot } from './shared-data';

let cycles: u64 = 0;

/** Checks the sums of cycles, ticks and switches. */
export function checkTimes(): void {
  cycles = 0;
  for (let process = nextProcess(0); process != 0; process = nextProcess(process)) checkProcess(process);
  checkProcess(idleProcess());
  const count = peek32(addressOf(NT.KeNumberProcessors));
  let ofProcessors: u64 = 0;
  for (let number: u32 = 0; number < count && !broken(); number++) {
    const prcb = peek64(addressOf(NT.KiProcessorBlock) + u64(number) * 8);
    ofProcessors += value(prcb, KPRCB.CycleTime);
    const kernel = value(prcb, KPRCB.KernelTime);
    const ticks = kernel + value(prcb, KPRCB.UserTime);
    if (!broken() && ticks != ticksSinceBoot())
      disagree(Rule.TicksAddUp, prcb, KPRCB.KernelTime, kernel + ticksSinceBoot() - ticks, kernel);
  }
  if (!broken() && (ofProcessors < cycles || (ofProcessors != cycles && isNobodyGone())))
    disagree(Rule.CyclesAddUp, peek64(addressOf(NT.KiProcessorBlock)), KPRCB.CycleTime, cycles, ofProcessors);
}

function checkProcess(process: u64): void {
  let kernel: u64 = 0;
  let user: u64 = 0;
  let switches: u64 = 0;
  for (let thread = nextThread(process, 0); thread != 0; thread = nextThread(process, thread)) {
    kernel += value(thread, KTHREAD.KernelTime);
    user += value(thread, KTHREAD.UserTime);
    switches += value(thread, KTHREAD.ContextSwitches);
  }
  expectOfThreads(Rule.TicksAddUp, process, KPROCESS.KernelTime, kernel);
  expectOfThreads(Rule.TicksAddUp, process, KPROCESS.UserTime, user);
  expectOfThreads(Rule.SwitchesAddUp, process, KPROCESS.ContextSwitches, switches);
  cycles += value(process, KPROCESS.CycleTime);
}
