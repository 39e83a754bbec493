// Input and output: what threads have done is what their processes and the processors have counted.
import { NT } from '../generated/symbols';
import { Rule } from '../generated/rules';
import { EPROCESS, KPRCB, KTHREAD } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { peek32, peek64, value } from './memory';
import { isNobodyGone, mayHaveLostThreads, nextProcess, nextThread } from './processes';
import { broken, disagree } from './report';

const LOW_HALF: u64 = 0xffffffff; // processors count operations in 32 bits

/** Checks all counters of reads, writes and other operations. */
export function checkTransfers(): void {
  check(KTHREAD.ReadOperationCount, EPROCESS.ReadOperationCount, KPRCB.IoReadOperationCount, true);
  check(KTHREAD.ReadTransferCount, EPROCESS.ReadTransferCount, KPRCB.IoReadTransferCount, false);
  check(KTHREAD.WriteOperationCount, EPROCESS.WriteOperationCount, KPRCB.IoWriteOperationCount, true);
  check(KTHREAD.WriteTransferCount, EPROCESS.WriteTransferCount, KPRCB.IoWriteTransferCount, false);
  check(KTHREAD.OtherOperationCount, EPROCESS.OtherOperationCount, KPRCB.IoOtherOperationCount, true);
  check(KTHREAD.OtherTransferCount, EPROCESS.OtherTransferCount, KPRCB.IoOtherTransferCount, false);
}

/** Checks one counter: of threads, of processes and of processors. */
function check(ofThread: i32, ofProcess: i32, ofProcessor: i32, isNarrow: bool): void {
  let all: u64 = 0;
  for (let process = nextProcess(0); process != 0; process = nextProcess(process)) {
    let sum: u64 = 0;
    for (let thread = nextThread(process, 0); thread != 0; thread = nextThread(process, thread))
      sum += peek64(thread + offsetOf(ofThread));
    // Most are LARGE_INTEGERs, which have no width of their own.
    const counted = peek64(process + offsetOf(ofProcess));
    if (!broken() && (counted < sum || (counted != sum && !mayHaveLostThreads(process))))
      disagree(Rule.TransfersAddUp, process, ofProcess, sum, counted);
    all += counted;
  }
  let sum: u64 = 0;
  const count = peek32(addressOf(NT.KeNumberProcessors));
  for (let number: u32 = 0; number < count && !broken(); number++) {
    const prcb = peek64(addressOf(NT.KiProcessorBlock) + u64(number) * 8);
    sum += isNarrow ? value(prcb, ofProcessor) : peek64(prcb + offsetOf(ofProcessor));
  }
  const expected = isNarrow ? all & LOW_HALF : all;
  const found = isNarrow ? sum & LOW_HALF : sum;
  // Processes that are gone have taken what they counted with them.
  if (!broken() && (found < expected || (found != expected && isNobodyGone())))
    disagree(Rule.TransfersAddUp, peek64(addressOf(NT.KiProcessorBlock)), ofProcessor, expected, found);
}
