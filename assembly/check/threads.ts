// A thread by itself: its header, whose it is, its lists and its kernel stack.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  CLIENT_ID,
  DISPATCHER_HEADER,
  EPROCESS,
  ETHREAD,
  KAPC_STATE,
  KSWITCHFRAME,
  KTHREAD,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { addressOf } from '../kernel/symbols';
import { PRESENT } from '../paging/pte';
import { expect, expectBetween } from './expect';
import { checkNewThread } from './new-threads';
import { walkList } from './lists';
import { mapped, peek64, value } from './memory';
import { isInModule } from './modules';
import { expectType } from './objects';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from './report';

const THREAD_OBJECT: u64 = 6; // _KOBJECTS.ThreadObject
const LIST_ENTRY_BYTES: u64 = 16;
const LAST_STATE: u64 = 9; // _KTHREAD_STATE.WaitingForProcessInSwap
const ADDRESS_BITS: u64 = 0x0000ffffffffffff; // that page tables translate
const LARGEST_STACK: u64 = 0x100000;

/** _KTHREAD_STATE. */
export const INITIALIZED: u64 = 0;
export const READY: u64 = 1;
export const RUNNING: u64 = 2;
export const STANDBY: u64 = 3;
export const TERMINATED: u64 = 4;
export const WAITING: u64 = 5;
export const TRANSITION: u64 = 6;
export const DEFERRED_READY: u64 = 7;

/** Checks a thread that has ended and is still on the list of `process`. */
export function checkEndedThread(thread: u64, process: u64): void {
  expect(Rule.ThreadIsAThread, thread, DISPATCHER_HEADER.Type, THREAD_OBJECT);
  if (!broken()) expectType(thread, peek64(addressOf(NT.PsThreadType)));
  expect(Rule.ThreadBelongsToProcess, thread, KTHREAD.Process, process);
  expect(Rule.EndedThreadHasEnded, thread, DISPATCHER_HEADER.SignalState, 1);
  expect(Rule.EndedThreadHasEnded, thread, ETHREAD.Terminated, 1);
  expect(Rule.EndedThreadHasEnded, thread, KTHREAD.InitialStack, 0);
  expect(Rule.EndedThreadHasEnded, thread, KTHREAD.Teb, 0);
  const ended = peek64(thread + offsetOf(ETHREAD.ExitTime));
  const created = peek64(thread + offsetOf(ETHREAD.CreateTime));
  if (!broken() && ended < created)
    disagree(Rule.EndedThreadHasEnded, thread, ETHREAD.ExitTime, created, ended);
  visit(Visited.Threads);
}

/** Checks a thread on the list of `process`. Idle threads have no object header and the id 0. */
export function checkThread(thread: u64, process: u64, isIdle: bool): void {
  expect(Rule.ThreadIsAThread, thread, DISPATCHER_HEADER.Type, THREAD_OBJECT);
  if (!isIdle && !broken()) expectType(thread, peek64(addressOf(NT.PsThreadType)));
  expect(Rule.ThreadBelongsToProcess, thread, KTHREAD.Process, process);
  expect(Rule.ThreadBelongsToProcess, thread + offsetOf(KTHREAD.ApcState), KAPC_STATE.Process, process);
  expect(
    Rule.ThreadBelongsToProcess,
    thread + offsetOf(ETHREAD.Cid),
    CLIENT_ID.UniqueProcess,
    value(process, EPROCESS.UniqueProcessId),
  );
  expectBetween(Rule.ThreadStateExists, thread, KTHREAD.State, INITIALIZED, LAST_STATE);
  const apcs = thread + offsetOf(KTHREAD.ApcState) + offsetOf(KAPC_STATE.ApcListHead);
  walkList(apcs, KAPC_STATE.ApcListHead);
  walkList(apcs + LIST_ENTRY_BYTES, KAPC_STATE.ApcListHead);
  walkList(thread + offsetOf(KTHREAD.MutantListHead), KTHREAD.MutantListHead);
  walkList(thread + offsetOf(ETHREAD.IrpList), ETHREAD.IrpList);
  walkList(thread + offsetOf(ETHREAD.ActiveTimerListHead), ETHREAD.ActiveTimerListHead);
  walkList(thread + offsetOf(DISPATCHER_HEADER.WaitListHead), DISPATCHER_HEADER.WaitListHead);
  if (broken()) return;
  if (value(thread, KTHREAD.KernelStackResident) != 0) checkStack(thread);
  else checkSwappedStack(thread);
  if (!isIdle && !broken() && value(thread, KTHREAD.State) == INITIALIZED) checkNewThread(thread);
  visit(Visited.Threads);
}

/** A stack that is out of memory: none of its pages is valid, and all are somewhere. */
function checkSwappedStack(thread: u64): void {
  const rule = Rule.SwappedStackIsOut;
  const state = value(thread, KTHREAD.State);
  if (state != WAITING && state != TRANSITION && state != DEFERRED_READY) {
    disagree(rule, thread, KTHREAD.State, TRANSITION, state);
    return;
  }
  const base = value(thread, KTHREAD.StackBase);
  const limit = value(thread, KTHREAD.StackLimit);
  if (!expectBetween(rule, thread, KTHREAD.StackLimit, base - LARGEST_STACK, base - PAGE_SIZE)) return;
  const entries = peek64(addressOf(NT.MmPteBase));
  for (let page = limit; page < base && !broken(); page += PAGE_SIZE) {
    const at = entries + ((page & ADDRESS_BITS) >> 12) * 8;
    const entry = mapped(at) ? peek64(at) : 0;
    if (entry == 0 || (entry & PRESENT) != 0) disagreeAt(rule, NO_FIELD, at, 1, entry);
  }
  visit(Visited.SwappedStacks);
}

function checkStack(thread: u64): void {
  const rule = Rule.StackIsInOrder;
  const base = value(thread, KTHREAD.StackBase);
  const limit = value(thread, KTHREAD.StackLimit);
  if (!expectBetween(rule, thread, KTHREAD.StackLimit, base - LARGEST_STACK, base - PAGE_SIZE)) return;
  if (!expectBetween(rule, thread, KTHREAD.InitialStack, limit, base)) return;
  if (!expectBetween(rule, thread, KTHREAD.KernelStack, limit, value(thread, KTHREAD.InitialStack))) return;
  for (let page = limit; page < base; page += PAGE_SIZE)
    if (!mapped(page)) {
      disagree(Rule.StackIsResident, thread, KTHREAD.StackLimit, page, 0);
      return;
    }
  if (mapped(limit - 1)) {
    disagree(Rule.StackHasAGuard, thread, KTHREAD.StackLimit, 0, limit - 1);
    return;
  }
  if (value(thread, KTHREAD.State) == RUNNING) return; // its registers are a processor's
  const frame = value(thread, KTHREAD.KernelStack);
  if (frame == value(thread, KTHREAD.InitialStack)) return; // it has never run
  const target = value(frame, KSWITCHFRAME.Return);
  if (!broken() && !isInModule(target))
    disagree(Rule.StackReturnsToCode, frame, KSWITCHFRAME.Return, 1, target);
}
