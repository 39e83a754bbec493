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
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { AddressTable } from './address-table';
import { expect, holderOf } from './expect';
import { nextOn } from './lists';
import { mapped, peek32, peek64, value } from './memory';
import { broken, disagree, visit } from './report';
import { READY, WAITING } from './threads';

const PRIORITIES: u32 = 32;
const TIMER_LISTS: u32 = 512; // two halves of 256
const LIST_ENTRY_BYTES: u64 = 16;
const TYPE_MASK: u64 = 0x7f; // the highest bit of a header's Type is its lock
const TIMER_NOTIFICATION: u64 = 8; // _KOBJECTS
const TIMER_SYNCHRONIZATION: u64 = 9;

const queues = new AddressTable();

/** Checks the lists of every processor. */
export function checkDispatch(): void {
  queues.clear();
  const count = peek32(addressOf(NT.KeNumberProcessors));
  for (let number: u32 = 0; number < count && !broken(); number++) {
    const prcb = peek64(addressOf(NT.KiProcessorBlock) + u64(number) * 8);
    checkReady(prcb + offsetOf(KPRCB.DispatcherReadyListHead), prcb, KPRCB.ReadySummary);
    checkShared(value(prcb, KPRCB.SharedReadyQueue));
    checkWaiting(prcb + offsetOf(KPRCB.WaitListHead));
    checkTimers(prcb + offsetOf(KPRCB.TimerTable) + offsetOf(KTIMER_TABLE.TimerEntries));
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
      visit(Visited.Timers);
    }
  }
}
