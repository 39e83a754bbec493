// Time passes: events are handled in their order, and every thread's life is bursts of work between waits.
import { KTHREAD } from '../../generated/types';
import { getField, setField } from '../../memory/virtual';
import { hash } from '../../random';
import { charge, countIdlePast, countPast, countWork } from './accounting';
import { advanceClock, interruptTime, publishTime } from './clock';
import { beginAmidst } from './beginning';
import {
  BALANCE,
  DEFERRED,
  DRIVER_TIMER,
  endQuantum,
  event,
  INSWAP,
  performSwitch,
  PROGRAM_TIMER,
  PULSE,
  readyDeferred,
  REQUEST,
  RETIRE,
  startIdle,
  SWITCH,
  switchAway,
  TIMEOUT,
  wake,
} from './dispatch';
import { retireDpcs } from './dpcs';
import { writeDumps } from './dump-writing';
import { fireDriverTimer } from './driver-timers';
import { nextTime, pop, push } from './event-heap';
import { turnTimer } from './program-timers';
import { askAgain, beginRequests, turnRequest } from './requests';
import { release, seize } from './rest';
import { balance, inswap } from './stack-swaps';
import {
  Cpu,
  countCpus,
  countParties,
  cpuAt,
  draw,
  ENDED,
  ENDLESS,
  hasServers,
  Party,
  partyAt,
  server,
  sleeperOf,
  stateOf,
  Task,
  taskAt,
  WAITING,
} from './tasks';
import { stir } from './traffic';
import { deliverUserApcs } from './user-apcs';
import { beginWait, joinWaitList, setTimeout, timeoutAfter } from './waits';

const REQUESTS: u64 = 0x52657173; // 'Reqs'
const CHANCES: u64 = 256;
const SIGNAL_BOOST: u32 = 1;
const LEAST_BURST: u64 = 20; // 100 ns
const START_BURST: u64 = 300000; // 30 ms: what a program does before it waits for the first time

let resolution: u64 = 10000;

/** Between half and one and a half times the mean. */
function spread(mean: u64, bits: u64): u64 {
  return mean / 2 + (mean == 0 ? 0 : bits % (mean + 1));
}

/** A length for a task's next burst. */
export function burstOf(task: Task): u64 {
  task.random = draw(task.random);
  return max(LEAST_BURST, spread(task.burst, task.random >> 16));
}

function sleep(task: Task): void {
  if (task.period == 0) return;
  task.random = draw(task.random);
  const delay = spread(task.period, task.random >> 16);
  // The clock's resolution rounds up: half a step on average.
  const due = timeoutAfter(delay > resolution / 2 ? delay - resolution / 2 : 0, resolution);
  setTimeout(task, cpuAt(task.processor), due);
  push(due, event(TIMEOUT, task.index, task.waits));
}

function schedulePulse(index: u32, party: Party): void {
  if (party.pulse == 0 || party.sleepers == 0) return;
  party.random = draw(party.random);
  push(interruptTime() + spread(party.pulse, party.random >> 16) + 1, event(PULSE, index, 0));
}

function signal(task: Task): void {
  if (stateOf(task) == WAITING) wake(task, SIGNAL_BOOST, burstOf(task), false);
}

/** At the end of a burst: what it did is counted, others are woken, and the thread waits again. */
function finish(cpu: Cpu, task: Task): void {
  const party = partyAt(task.process);
  task.random = draw(task.random);
  countWork(cpu, party, task, 1, (task.random >> 48) % CHANCES);
  task.written = 0; // what it was woken to write, once
  stir(cpu, party, task);
  if ((task.random >> 8) % CHANCES < u64(task.signals) && party.sleepers != 0)
    signal(sleeperOf(party, u32(task.random >> 32)));
  if ((task.random >> 16) % CHANCES < u64(task.calls) && hasServers()) signal(server(u32(task.random >> 40)));
  setField(task.thread, KTHREAD.Priority, getField(task.thread, KTHREAD.BasePriority));
  setField(task.thread, KTHREAD.PriorityDecrement, 0);
  if (task.isAlertable) deliverUserApcs(task.thread);
  if (task.hasToAsk) askAgain(cpu, task);
  beginWait(task, cpu);
  sleep(task);
  switchAway(cpu);
}

function handle(what: u64): void {
  const subject = u32(what >> 8) & 0xffffff;
  const stamp = u32(what >> 32);
  switch (u32(what & 0xff)) {
    case u32(TIMEOUT): {
      const task = taskAt(subject);
      if (stateOf(task) == ENDED || task.waits != stamp) return; // something else has ended the wait
      return wake(task, 0, burstOf(task), true);
    }
    case u32(PULSE): {
      const party = partyAt(subject);
      signal(sleeperOf(party, u32(party.random >> 40)));
      return schedulePulse(subject, party);
    }
    case u32(DRIVER_TIMER):
      return fireDriverTimer(subject);
    case u32(DEFERRED):
      return readyDeferred(cpuAt(subject));
    case u32(REQUEST):
      return turnRequest(subject);
    case u32(RETIRE):
      return retireDpcs(cpuAt(subject));
    case u32(INSWAP):
      return inswap();
    case u32(BALANCE):
      return balance();
    case u32(PROGRAM_TIMER): {
      const alerted = turnTimer(subject, stamp);
      if (alerted >= 0) signal(taskAt(alerted));
      return;
    }
    default: {
      const cpu = cpuAt(subject);
      if (cpu.stamp != stamp) return; // another switch came first
      if ((what & 0xff) == SWITCH) return performSwitch(cpu);
      charge(cpu, interruptTime());
      const task = taskAt(cpu.current);
      if (task.remaining != 0) endQuantum(cpu);
      else finish(cpu, task);
    }
  }
}

/** Starts a task, which waits: since the machine booted it has had a burst in every `expected` 100 ns. */
export function startTask(task: Task, expected: u64): void {
  const party = partyAt(task.process);
  const cpu = cpuAt(task.processor);
  const bursts = expected == 0 ? 1 : interruptTime() / expected + 1;
  countPast(cpu, party, task, expected == 0 ? task.burst : bursts * task.burst, bursts);
  joinWaitList(task, cpu);
  if (task.period == 0) return;
  // Somewhere within its period.
  task.random = draw(task.random);
  const due = timeoutAfter(1 + ((task.random >> 16) % task.period), resolution);
  setTimeout(task, cpu, due);
  push(due, event(TIMEOUT, task.index, task.waits));
}

/** Lets a thread that waits take part from now on; a busy one is ready to run and stays so. */
export function enterTask(task: Task, isBusy: bool): void {
  joinWaitList(task, cpuAt(task.processor));
  if (isBusy) wake(task, 0, ENDLESS, false);
}

/** Lets a new thread take part: `isFirst` says that it is its process's first one, which has the program to start. */
export function enterFresh(task: Task, isFirst: bool): void {
  joinWaitList(task, cpuAt(task.processor));
  if (isFirst) wake(task, SIGNAL_BOOST, START_BURST, false);
  else sleep(task);
}

/** Signals from outside come for a new process from now on. */
export function startPulse(index: u32): void {
  schedulePulse(index, partyAt(index));
}

/** Starts the processors' idle threads once all tasks are there, and the signals that come from outside. */
export function startScheduler(clockResolution: u64, seed: u64): void {
  resolution = clockResolution;
  for (let number: u32 = 0; number < countCpus(); number++) {
    const cpu = cpuAt(number);
    countIdlePast(cpu, interruptTime());
    cpu.since = interruptTime();
    startIdle(cpu);
  }
  for (let index: u32 = 0; index < countParties(); index++) schedulePulse(index, partyAt(index));
  beginAmidst(seed);
  beginRequests(hash(seed, REQUESTS));
  seize();
}

/** Lets `by` 100 ns pass. */
export function advance(by: u64): void {
  release();
  writeDumps();
  const end = interruptTime() + by;
  while (nextTime() <= end) {
    const time = nextTime();
    advanceClock(time - interruptTime());
    handle(pop());
  }
  advanceClock(end - interruptTime());
  for (let number: u32 = 0; number < countCpus(); number++) charge(cpuAt(number), end);
  publishTime();
  seize();
}
