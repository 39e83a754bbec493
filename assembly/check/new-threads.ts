// Threads that their creator has not made ready yet: nothing has happened to them, and all that they start with is there.
import { NT } from '../generated/symbols';
import { Rule } from '../generated/rules';
import { ETHREAD, KSWITCHFRAME, KTHREAD } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { expect } from './expect';
import { peek64, value } from './memory';
import { broken, disagree, NO_FIELD, disagreeAt } from './report';

const POINTER: u64 = 8;

/** Checks a thread in the state Initialized. Its stack was seen to be in order. */
export function checkNewThread(thread: u64): void {
  const rule = Rule.NewThreadHasNotRun;
  expect(rule, thread, KTHREAD.ContextSwitches, 0);
  expect(rule, thread, KTHREAD.CycleTime, 0);
  expect(rule, thread, KTHREAD.KernelTime, 0);
  expect(rule, thread, KTHREAD.UserTime, 0);
  expect(rule, thread, KTHREAD.WaitBlockCount, 0);
  expect(rule, thread, ETHREAD.ThreadInserted, 0);
  if (broken()) return;
  const isOfKernel = value(thread, KTHREAD.SystemThread) != 0;
  const frame = value(thread, KTHREAD.KernelStack);
  const entry = addressOf(isOfKernel ? NT.KiStartSystemThread : NT.KiStartUserThread);
  if (!expect(rule, frame, KSWITCHFRAME.Return, entry)) return;
  // What a call would have pushed, then the home space of its parameters: who runs the routine, and the routine.
  const pushed = frame + offsetOf(KSWITCHFRAME.SIZE);
  const routine = pushed + 2 * POINTER;
  if (peek64(pushed) != 0) disagreeAt(rule, NO_FIELD, pushed, 0, peek64(pushed));
  else if (peek64(routine) != value(thread, ETHREAD.StartAddress))
    disagree(rule, thread, ETHREAD.StartAddress, peek64(routine), value(thread, ETHREAD.StartAddress));
}
