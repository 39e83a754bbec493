// What each processor schedules with: ready lists, threads that wait, and the timer table.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  DISPATCHER_HEADER,
  KPRCB,
  KSHARED_READY_QUEUE,
  KTHREAD,
  KTIMER,
  KTIMER_TABLE,
  KTIMER_TABLE_ENTRY,
  SINGLE_LIST_ENTRY,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { AddressTable } from './address-table';
import { checkDpcs, checkTimersDpc } from './dpcs';
import { expect, holderOf } from './expect';
import { nextOn } from './lists';
import { mapped, peek32, peek64, value } from './memory';
import { isListedThread, nextProcess, nextThread } from './processes';
import { broken, disagree, visit } from './report';
import { DEFERRED_READY, READY, STANDBY, TRANSITION, WAITING } from './threads';

const PRIORITIES: u32 = 32;
const TIMER_LISTS: u32 = 512; // two halves of 256
const LIST_ENTRY_BYTES: u64 = 16;
const TYPE_MASK: u64 = 0x7f; // the highest bit of a header's Type is its lock
const TIMER_NOTIFICATION: u64 = 8; // _KOBJECTS
const TIMER_SYNCHRONIZATION: u64 = 9;

const queues = new AddressTable();
const placed = new AddressTable(); // threads that a processor has on a list or runs next

/** Checks the lists of every processor. */
export function checkDispatch(): void {
  queues.clear();
  placed.clear();
  const count = peek32(addressOf(NT.KeNumberProcessors));
  for (let number: u32 = 0; number < count && !broken(); number++) {
    const prcb = peek64(addressOf(NT.KiProcessorBlock) + u64(number) * 8);
    checkReady(prcb + offsetOf(KPRCB.DispatcherReadyListHead), prcb, KPRCB.ReadySummary);
    checkShared(value(prcb, KPRCB.SharedReadyQueue));
    checkNext(prcb, number);
    checkPutOff(prcb + offsetOf(KPRCB.DeferredReadyListHead), Rule.DeferredIsListed, DEFERRED_READY);
    checkDpcs(prcb + offsetOf(KPRCB.DpcData));
    checkWaiting(prcb + offsetOf(KPRCB.WaitListHead));
    checkTimers(prcb + offsetOf(KPRCB.TimerTable) + offsetOf(KTIMER_TABLE.TimerEntries));
  }
  checkPutOff(addressOf(NT.KiStackInSwapListHead), Rule.SwappedStackIsOut, TRANSITION);
  for (let process = nextProcess(0); process != 0; process = nextProcess(process))
    for (let thread = nextThread(process, 0); thread != 0; thread = nextThread(process, thread))
      checkPlace(thread);
}

/** A thread that is about to run is where it will be found. */
function checkPlace(thread: u64): void {
  if (broken() || placed.has(thread)) return;
  const state = value(thread, KTHREAD.State);
  if (state == READY) disagree(Rule.ReadyListsAgree, thread, KTHREAD.State, WAITING, state);
  else if (state == STANDBY) disagree(Rule.StandbyIsNext, thread, KTHREAD.State, WAITING, state);
  else if (state == DEFERRED_READY) disagree(Rule.DeferredIsListed, thread, KTHREAD.State, WAITING, state);
  else if (state == TRANSITION) disagree(Rule.SwappedStackIsOut, thread, KTHREAD.State, WAITING, state);
}

/** The thread that a processor runs next, if there is one. */
function checkNext(prcb: u64, number: u32): void {
  const thread = value(prcb, KPRCB.NextThread);
  if (thread == 0 || broken()) return;
  if (!isListedThread(thread)) {
    disagree(Rule.StandbyIsNext, prcb, KPRCB.NextThread, 0, thread);
    return;
  }
  expect(Rule.StandbyIsNext, thread, KTHREAD.State, STANDBY);
  expect(Rule.StandbyIsNext, thread, KTHREAD.NextProcessorNumber, number);
  placed.set(thread, 1);
}

/**
 * Threads that will be ready later: when a processor is through with its DPCs, or when their stacks have come back. A
 * list with no way back.
 */
function checkPutOff(head: u64, rule: Rule, state: u64): void {
  const link = KTHREAD.SwapListEntry;
  for (let at = head; !broken();) {
    const entry = value(at, SINGLE_LIST_ENTRY.Next);
    if (entry == 0) return;
    const thread = holderOf(entry, link);
    // One that is there already would be met again and again.
    if (!isListedThread(thread) || placed.has(thread)) {
      disagree(rule, at, SINGLE_LIST_ENTRY.Next, 0, entry);
      return;
    }
    expect(rule, thread, KTHREAD.State, state);
    placed.set(thread, 1);
    visit(Visited.ThreadsPutOff);
    at = entry;
  }
}

/** Lists of ready threads, one for each priority; returns how many threads they hold. */
function checkReady(heads: u64, owner: u64, summary: i32): u32 {
  const link = KTHREAD.WaitListEntry;
  const bits = value(owner, summary);
  let threads: u32 = 0;
  for (let priority: u32 = 0; priority < PRIORITIES && !broken(); priority++) {
    const head = heads + u64(priority) * LIST_ENTRY_BYTES;
    let any: u64 = 0;
    for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
      const thread = holderOf(entry, link);
      expect(Rule.ReadyListsAgree, thread, KTHREAD.State, READY);
      expect(Rule.ReadyListsAgree, thread, KTHREAD.Priority, priority);
      placed.set(thread, 1);
      threads++;
      any = 1;
    }
    if (!broken() && ((bits >> priority) & 1) != any)
      disagree(Rule.ReadyListsAgree, owner, summary, bits ^ (u64(1) << priority), bits);
  }
  visit(Visited.ReadyThreads, threads);
  return threads;
}

function checkShared(queue: u64): void {
  if (queue == 0 || broken() || queues.has(queue)) return;
  queues.set(queue, 1);
  if (!mapped(queue)) {
    disagree(Rule.MemoryIsMapped, queue, KSHARED_READY_QUEUE.ReadySummary, 1, 0);
    return;
  }
  const heads = queue + offsetOf(KSHARED_READY_QUEUE.ReadyListHead);
  const threads = checkReady(heads, queue, KSHARED_READY_QUEUE.ReadySummary);
  expect(Rule.ReadyListsAgree, queue, KSHARED_READY_QUEUE.ReadyThreadCount, threads);
}

/** Threads that wait in a way that lets their stacks leave memory. */
function checkWaiting(head: u64): void {
  const link = KTHREAD.WaitListEntry;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link))
    expect(Rule.WaitingThreadWaits, holderOf(entry, link), KTHREAD.State, WAITING);
}

function checkTimers(entries: u64): void {
  const link = KTIMER.TimerListEntry;
  for (let i: u32 = 0; i < TIMER_LISTS && !broken(); i++) {
    const list = entries + u64(i * offsetOf(KTIMER_TABLE_ENTRY.SIZE));
    const head = list + offsetOf(KTIMER_TABLE_ENTRY.Entry);
    let due: u64 = 0;
    for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
      const timer = holderOf(entry, link);
      const type = value(timer, DISPATCHER_HEADER.Type) & TYPE_MASK;
      if (type != TIMER_NOTIFICATION && type != TIMER_SYNCHRONIZATION) {
        disagree(Rule.TimerIsInItsTable, timer, DISPATCHER_HEADER.Type, TIMER_NOTIFICATION, type);
        return;
      }
      expect(Rule.TimerIsInItsTable, timer, DISPATCHER_HEADER.Inserted, 1);
      const time = peek64(timer + offsetOf(KTIMER.DueTime));
      if (due == 0 && peek64(list + offsetOf(KTIMER_TABLE_ENTRY.Time)) > time)
        disagree(
          Rule.TimerIsInItsTable,
          timer,
          KTIMER.DueTime,
          peek64(list + offsetOf(KTIMER_TABLE_ENTRY.Time)),
          time,
        );
      if (time < due) disagree(Rule.TimerIsInItsTable, timer, KTIMER.DueTime, due, time);
      due = time;
      checkTimersDpc(timer);
      visit(Visited.Timers);
    }
  }
}
