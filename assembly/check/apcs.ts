// APCs that are queued to threads, and timers that threads have set to get one.
import { Rule, Visited } from '../generated/rules';
import { ETHREAD, ETIMER, KAPC, KAPC_STATE, KTHREAD } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { expect, holderOf } from './expect';
import { nextOn } from './lists';
import { value } from './memory';
import { isInModule } from './modules';
import { broken, disagree, visit } from './report';
import { WAITING } from './threads';

const LIST_ENTRY_BYTES: u64 = 16;
const APC_OBJECT: u64 = 18; // _KOBJECTS.ApcObject
const KERNEL_MODE: u64 = 0;
const USER_MODE: u64 = 1;

/** Checks a thread's two lists of APCs and what says that there are any, and the timers that it has set. */
export function checkApcs(thread: u64): void {
  const state = thread + offsetOf(KTHREAD.ApcState);
  const heads = state + offsetOf(KAPC_STATE.ApcListHead);
  checkOwn(thread, thread + offsetOf(KTHREAD.SchedulerApc));
  const ofKernel = countApcs(heads, thread, KERNEL_MODE);
  const ofUser = countApcs(heads + LIST_ENTRY_BYTES, thread, USER_MODE);
  if (broken()) return;
  expect(Rule.PendingApcIsQueued, state, KAPC_STATE.KernelApcPending, ofKernel == 0 ? 0 : 1);
  const pending = value(state, KAPC_STATE.UserApcPending);
  if (pending != 0 && ofUser == 0)
    disagree(Rule.PendingApcIsQueued, state, KAPC_STATE.UserApcPending, 0, pending);
  // One that waits alertably would have been woken.
  if (ofUser != 0 && value(thread, KTHREAD.State) == WAITING)
    expect(Rule.PendingApcIsQueued, thread, KTHREAD.Alertable, 0);
  checkTimers(thread);
}

/** The APC that every thread carries, queued or not. */
function checkOwn(thread: u64, apc: u64): void {
  const rule = Rule.SchedulerApcIsTheThreads;
  expect(rule, apc, KAPC.Type, APC_OBJECT);
  expect(rule, apc, KAPC.Size, offsetOf(KAPC.SIZE));
  expect(rule, apc, KAPC.Thread, thread);
  expect(rule, apc, KAPC.NormalContext, thread);
  expectCode(rule, apc, KAPC.KernelRoutine);
  expectCode(rule, apc, KAPC.RundownRoutine);
  expectCode(rule, apc, KAPC.NormalRoutine);
}

function expectCode(rule: Rule, apc: u64, field: i32): void {
  const routine = value(apc, field);
  if (!broken() && !isInModule(routine)) disagree(rule, apc, field, 1, routine);
}

function expectCodeOrNone(apc: u64, field: i32): void {
  if (value(apc, field) != 0) expectCode(Rule.ApcHasRoutines, apc, field);
}

function countApcs(head: u64, thread: u64, mode: u64): u32 {
  const link = KAPC.ApcListEntry;
  let count: u32 = 0;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    const apc = holderOf(entry, link);
    expect(Rule.ApcIsTheThreads, apc, KAPC.Type, APC_OBJECT);
    expect(Rule.ApcIsTheThreads, apc, KAPC.Thread, thread);
    expect(Rule.ApcIsTheThreads, apc, KAPC.ApcMode, mode);
    expect(Rule.ApcIsTheThreads, apc, KAPC.Inserted, 1);
    expectCode(Rule.ApcHasRoutines, apc, KAPC.KernelRoutine);
    expectCodeOrNone(apc, KAPC.RundownRoutine);
    if (mode == KERNEL_MODE) expectCodeOrNone(apc, KAPC.NormalRoutine);
    visit(Visited.Apcs);
    count++;
  }
  return count;
}

function checkTimers(thread: u64): void {
  const head = thread + offsetOf(ETHREAD.ActiveTimerListHead);
  const link = ETIMER.ActiveTimerListEntry;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    const timer = holderOf(entry, link);
    expect(Rule.ThreadListsItsTimers, timer, ETIMER.ApcAssociated, 1);
    expect(Rule.ThreadListsItsTimers, timer + offsetOf(ETIMER.TimerApc), KAPC.Thread, thread);
  }
}
