// Timers that programs have set: objects of the type Timer in the processors' tables. Some are set again by themselves,
// others by their program a while after they have expired; some queue an APC to the thread that set them.
import { NT } from '../../generated/symbols';
import {
  DISPATCHER_HEADER,
  EPROCESS,
  ETHREAD,
  ETIMER,
  KDPC_DATA,
  KPRCB,
  KTIMER,
} from '../../generated/types';
import { listed } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import { addToField, at, getField, insertTail, read64, removeEntry, setField } from '../../memory/virtual';
import { hash } from '../../random';
import { nextHandleOfType, objectAt } from '../objects/handle-ledger';
import { initialiseDpc } from '../processors/dispatch-state';
import { processorCount } from '../processors/topology';
import { addressOf } from '../symbols';
import { interruptTime } from './clock';
import { event, PROGRAM_TIMER } from './dispatch';
import { push } from './event-heap';
import { cpuAt, partyAt, taskAt } from './tasks';
import { clearTimer, setTimer } from './timers';
import { initialiseUserApc, queueUserApc } from './user-apcs';

const MS: u64 = 10000;
const CHANCES: u64 = 256;
const EXPIRES: u32 = 0; // stamps of events
const IS_SET: u32 = 1;

class ProgramTimer {
  timer: u64 = 0;
  /** Time from one expiry to the next, 100 ns. */
  period: u64 = 0;
  isRepeating: bool = false;
  processor: u32 = 0;
  /** Task that has an APC queued; -1 for none. */
  task: i32 = -1;
}

const timers = new Array<ProgramTimer>();
const periods = new Array<u32>();
let setShare: u64 = 0;
let repeatingShare: u64 = 0;
let apcShare: u64 = 0;

/**
 * Says how programs use timers: how many of 256 are set, how many of those repeat, and how many queue an APC where a
 * thread waits for one. The exchange buffer lists the `count` periods that they have, in ms.
 */
export function describeTimers(areSet: u32, areRepeating: u32, withApc: u32, count: i32): void {
  setShare = areSet;
  repeatingShare = areRepeating;
  apcShare = withApc;
  for (let i = 0; i < count; i++) periods.push(u32(listed(i)));
}

/**
 * Sets some of the timers of a type that a process has open; APCs of its threads call `routine`, unless that is 0. A
 * thread that waits alertably has at least one timer to do so for.
 */
export function armTimers(index: u32, type: u32, routine: u64, seed: u64): void {
  const party = partyAt(index);
  const table = getField(party.process, EPROCESS.ObjectTable);
  if (table == 0) return;
  for (
    let handle = nextHandleOfType(table, 0, type);
    handle != 0;
    handle = nextHandleOfType(table, handle, type)
  ) {
    const timer = objectAt(table, handle);
    const bits = hash(seed, timer);
    if (bits % CHANCES >= setShare || getField(timer, DISPATCHER_HEADER.Inserted) != 0) continue;
    const entry = new ProgramTimer();
    entry.timer = timer;
    entry.period = u64(periods[i32((bits >> 8) % u64(periods.length))]) * MS;
    entry.isRepeating = (bits >> 16) % CHANCES < repeatingShare;
    entry.processor = u32((bits >> 24) % u64(processorCount()));
    if (
      routine != 0 &&
      party.alertable >= 0 &&
      (!hasTimer(party.alertable) || (bits >> 32) % CHANCES < apcShare)
    )
      associate(entry, party.alertable, routine);
    const first = interruptTime() + 1 + ((bits >> 40) % entry.period);
    set(u32(timers.push(entry)) - 1, (first / MS + 1) * MS);
    // One that repeats has expired before, unless it has only just been set.
    if (entry.isRepeating && ((bits >> 12) & 1) != 0) setField(timer, DISPATCHER_HEADER.SignalState, 1);
  }
}

function hasTimer(task: i32): bool {
  const head = at(taskAt(task).thread, ETHREAD.ActiveTimerListHead);
  return read64(head) != head;
}

/** Lets a timer queue an APC to the thread that set it. */
function associate(entry: ProgramTimer, task: i32, routine: u64): void {
  const thread = taskAt(task).thread;
  entry.task = task;
  initialiseUserApc(at(entry.timer, ETIMER.TimerApc), thread, addressOf(NT.ExpTimerApcRoutine), routine, 0);
  initialiseDpc(
    at(entry.timer, ETIMER.TimerDpc),
    addressOf(NT.ExpTimerDpcRoutine),
    entry.timer,
    entry.processor,
  );
  setField(entry.timer, ETIMER.ApcAssociated, 1);
  insertTail(at(thread, ETHREAD.ActiveTimerListHead), at(entry.timer, ETIMER.ActiveTimerListEntry));
}

function set(index: u32, due: u64): void {
  const entry = timers[index];
  const cpu = cpuAt(entry.processor);
  const periodMs = entry.isRepeating ? u32(entry.period / MS) : 0;
  const dpc = entry.task < 0 ? 0 : at(entry.timer, ETIMER.TimerDpc);
  setTimer(entry.timer, due, periodMs, dpc, cpu.prcb, cpu.number);
  setField(entry.timer, ETIMER.Period, periodMs);
  push(due, event(PROGRAM_TIMER, index, EXPIRES));
}

/** Takes the timers back that a thread, which ends, would have got APCs of. */
export function cancelTimersOf(thread: u64): void {
  const head = at(thread, ETHREAD.ActiveTimerListHead);
  for (let entry = read64(head); entry != head; entry = read64(head))
    cancelProgramTimer(entry - offsetOf(ETIMER.ActiveTimerListEntry));
}

/** A timer will not expire again: its program has taken it back, or it is no more. */
export function cancelProgramTimer(timer: u64): void {
  for (let i = 0; i < timers.length; i++) {
    const entry = timers[i];
    if (entry.timer != timer) continue;
    if (getField(timer, DISPATCHER_HEADER.Inserted) != 0) clearTimer(timer, cpuAt(entry.processor).prcb);
    entry.timer = 0;
    entry.task = -1;
  }
  if (getField(timer, ETIMER.ApcAssociated) == 0) return;
  setField(timer, ETIMER.ApcAssociated, 0);
  removeEntry(at(timer, ETIMER.ActiveTimerListEntry));
}

/** A timer expires, or its program sets it again. Returns the task that got an APC of it, -1 for none. */
export function turnTimer(index: u32, stamp: u32): i32 {
  const entry = timers[index];
  if (entry.timer == 0) return -1;
  if (stamp == IS_SET) {
    set(index, interruptTime() + entry.period);
    return -1;
  }
  const prcb = cpuAt(entry.processor).prcb;
  clearTimer(entry.timer, prcb);
  if (entry.isRepeating) set(index, read64(at(entry.timer, KTIMER.DueTime)) + entry.period);
  else push(interruptTime() + entry.period, event(PROGRAM_TIMER, index, IS_SET));
  setField(entry.timer, DISPATCHER_HEADER.SignalState, 1);
  if (entry.task < 0) return -1;
  addToField(at(prcb, KPRCB.DpcData), KDPC_DATA.DpcCount, 1);
  queueUserApc(at(entry.timer, ETIMER.TimerApc));
  return entry.task;
}
