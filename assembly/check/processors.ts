// Processors: blocks that find themselves, and the threads that they run.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import { KPCR, KPRCB, KPROCESS, KPROCESSOR_STATE, KSPECIAL_REGISTERS, KTHREAD } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { expect, follow } from './expect';
import { checkFeatures } from './features';
import { mapped, peek32, peek64, value } from './memory';
import { idleProcess, isListedThread, nextProcess, nextThread } from './processes';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from './report';
import { RUNNING } from './threads';

const MOST: u32 = 256; // entries of nt!KiProcessorBlock

/** Checks every processor, and that nothing runs but what they run. */
export function checkProcessors(): void {
  const count = peek32(addressOf(NT.KeNumberProcessors));
  let number: u32 = 0;
  for (; number < MOST; number++) {
    const prcb = peek64(addressOf(NT.KiProcessorBlock) + u64(number) * 8);
    if (prcb == 0 || broken()) break;
    checkProcessor(prcb, number);
  }
  if (!broken() && number != count)
    disagreeAt(Rule.ProcessorsAreCounted, NO_FIELD, addressOf(NT.KeNumberProcessors), number, count);
  let running: u32 = 0;
  for (let process = nextProcess(0); process != 0; process = nextProcess(process))
    running += runningThreads(process);
  running += runningThreads(idleProcess());
  // Each processor's current thread runs; that they are as many says that nothing else does.
  if (!broken() && running != count)
    disagreeAt(Rule.CurrentThreadRuns, NO_FIELD, addressOf(NT.KeNumberProcessors), running, count);
}

function runningThreads(process: u64): u32 {
  let running: u32 = 0;
  for (let thread = nextThread(process, 0); thread != 0; thread = nextThread(process, thread))
    if (value(thread, KTHREAD.State) == RUNNING) running++;
  return running;
}

function checkProcessor(prcb: u64, number: u32): void {
  const rule = Rule.ProcessorFindsItself;
  const pcr = prcb - offsetOf(KPCR.Prcb);
  if (!mapped(pcr)) {
    disagreeAt(rule, NO_FIELD, addressOf(NT.KiProcessorBlock) + u64(number) * 8, 1, prcb);
    return;
  }
  expect(rule, pcr, KPCR.Self, pcr);
  expect(rule, pcr, KPCR.CurrentPrcb, prcb);
  expect(rule, prcb, KPRCB.Number, number);
  const special = prcb + offsetOf(KPRCB.ProcessorState) + offsetOf(KPROCESSOR_STATE.SpecialRegisters);
  expect(rule, special, KSPECIAL_REGISTERS.MsrGsBase, pcr);
  follow(pcr, KPCR.GdtBase);
  follow(pcr, KPCR.IdtBase);
  follow(pcr, KPCR.TssBase);
  const idle = follow(prcb, KPRCB.IdleThread);
  if (broken()) return;
  expect(Rule.IdleThreadIsIdle, idle, KTHREAD.Process, idleProcess());
  const current = follow(prcb, KPRCB.CurrentThread);
  if (broken()) return;
  if (current != idle && !isListedThread(current)) {
    disagree(Rule.CurrentThreadRuns, prcb, KPRCB.CurrentThread, idle, current);
    return;
  }
  expect(Rule.CurrentThreadRuns, current, KTHREAD.State, RUNNING);
  expect(Rule.CurrentThreadRuns, current, KTHREAD.NextProcessor, number);
  const process = follow(current, KTHREAD.Process);
  if (broken()) return;
  const root = value(process, KPROCESS.DirectoryTableBase);
  expect(Rule.ProcessorRunsOnItsRoot, special, KSPECIAL_REGISTERS.Cr3, root);
  checkFeatures(prcb);
  visit(Visited.Processors);
}
