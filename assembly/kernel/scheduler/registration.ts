// What the host tells the scheduler of a machine's threads and how they behave.
import { EPROCESS, KPRCB, KTHREAD } from '../../generated/types';
import { listed } from '../../host-buffer';
import { getField, setField } from '../../memory/virtual';
import { hash } from '../../random';
import { processorBlock } from '../processors/processor';
import { fillSingleAffinity, processorCount } from '../processors/topology';
import { setAccounting } from './accounting';
import { nameTask } from './dispatch';
import { createHeap } from './event-heap';
import { release, seize, setRequester } from './rest';
import { enterFresh, enterTask, startPulse, startScheduler, startTask } from './scheduler';
import { enterSuspension } from './suspension';
import { addCpu, addParty, addTask, countTasks, Cpu, createLedger, INITIALIZED, Party, stateOf, Task } from './tasks'; // prettier-ignore
import { initialiseTimers } from './timers';
import { choosePages } from './traffic';

const WORDS: i32 = 12;
const SPARE_EVENTS: u32 = 4096; // switches that others came before
const SPARE_THREADS: u32 = 8192; // that are started once time has begun
const SPARE_PROCESSES: u32 = 512; // likewise
const SLEEPER: u32 = 1;
const SERVER: u32 = 2;
const REQUESTER: u32 = 4;
const BUSY: u32 = 8;

let seed: u64 = 0;
let resolution: u64 = 0;

/**
 * Makes room, and tells the processors' frequency (MHz), the clock's resolution (100 ns) and how many of 65536 clock
 * ticks fall on interrupts.
 */
export function createScheduler(
  threads: u32,
  processes: u32,
  timers: u32,
  mhz: u32,
  clockResolution: u32,
  interrupts: u32,
  random: u64,
): void {
  seed = random;
  resolution = clockResolution;
  createLedger(threads + SPARE_THREADS, processes + SPARE_PROCESSES, processorCount());
  createHeap(threads + processes + timers + SPARE_EVENTS + SPARE_THREADS);
  setAccounting(mhz, clockResolution, interrupts, hash(seed, 1));
  initialiseTimers(hash(seed, 2));
  for (let number: u32 = 0; number < processorCount(); number++) {
    const cpu = new Cpu();
    cpu.number = number;
    cpu.prcb = processorBlock(number);
    cpu.idle = getField(cpu.prcb, KPRCB.IdleThread);
    addCpu(cpu);
  }
}

/** Adds a process; outside signals reach its threads every `pulse` 100 ns. Its tasks follow. */
export function addProcess(process: u64, pulse: u64): u32 {
  const party = new Party();
  party.process = process;
  party.disk = getField(process, EPROCESS.DiskCounters);
  party.graphics = getField(process, EPROCESS.DxgProcess);
  party.pulse = pulse;
  party.random = hash(seed, process) | 1;
  choosePages(party);
  return addParty(party);
}

/** Reads a task from the twelve u64 of the exchange buffer from `word` on, and tells the ledger. */
function addListed(word: i32, party: u32, eprocess: u64): Task {
  const task = new Task();
  task.thread = listed(word);
  task.process = party;
  task.eprocess = eprocess;
  task.period = listed(word + 1);
  task.burst = listed(word + 2);
  task.userPart = u32(listed(word + 4));
  task.read = u32(listed(word + 5));
  task.written = u32(listed(word + 6));
  task.others = u32(listed(word + 7));
  task.faults = u32(listed(word + 8));
  task.signals = u32(listed(word + 9)) & 0xffff;
  task.calls = u32(listed(word + 9) >> 16) & 0xffff;
  const roles = u32(listed(word + 10));
  task.graphics = u32(listed(word + 10) >> 16) & 0xffff;
  const only = i32(listed(word + 11));
  if (only >= 0) task.allowed = u64(1) << u64(only);
  task.queue = getField(task.thread, KTHREAD.Queue);
  task.isAlertable = getField(task.thread, KTHREAD.Alertable) != 0;
  task.random = hash(seed, task.thread) | 1;
  task.processor = only >= 0 ? u32(only) : countTasks() % processorCount();
  addTask(task, (roles & SLEEPER) != 0, (roles & SERVER) != 0);
  nameTask(task);
  place(task, only);
  return task;
}

/**
 * Adds the `count` threads of the process added last that the exchange buffer lists, each as twelve u64: address,
 * period, burst, expected time between bursts, user mode's part of 256, bytes read and written in a burst, other
 * operations of 256, faults of 256, signals | calls << 16, roles (1 others wake it, 2 it serves other processes, 4
 * it asks for dumps) | the graphics adapter's part of 256 << 16, and the processor it is bound to or all ones. One that
 * is still being created stays as it is.
 */
export function addTasks(party: u32, eprocess: u64, count: i32): void {
  for (let i = 0; i < count; i++) {
    const word = i * WORDS;
    const task = addListed(word, party, eprocess);
    if (u32(listed(word + 10)) & REQUESTER) setRequester(task.index);
    else if (stateOf(task) != INITIALIZED) startTask(task, listed(word + 3));
  }
}

/**
 * Adds the threads of a process that is started once time has begun, listed as for {@link addTasks}. They have done
 * nothing yet; the first one starts with what its program does at first.
 */
export function enterTasks(party: u32, eprocess: u64, count: i32): void {
  release();
  for (let i = 0; i < count; i++) enterFresh(addListed(i * WORDS, party, eprocess), i == 0);
  startPulse(party);
  seize();
}

/**
 * Adds a thread that waits, listed as for {@link addTasks}, to a machine whose time has begun. Nothing wakes it, unless
 * its roles say (8) that it is busy: then it runs from now on, and never waits again.
 */
export function joinTask(party: u32, eprocess: u64): void {
  const task = addListed(0, party, eprocess);
  release();
  enterTask(task, (u32(listed(10)) & BUSY) != 0);
  seize();
}

function place(task: Task, only: i32): void {
  const thread = task.thread;
  enterSuspension(thread);
  setField(thread, KTHREAD.IdealProcessor, task.processor);
  setField(thread, KTHREAD.UserIdealProcessor, task.processor);
  setField(thread, KTHREAD.NextProcessor, task.processor);
  if (only >= 0) fillSingleAffinity(getField(thread, KTHREAD.Affinity), u32(only));
}

/** All tasks are there: the processors start. */
export function start(): void {
  startScheduler(resolution, hash(seed, 3));
}
