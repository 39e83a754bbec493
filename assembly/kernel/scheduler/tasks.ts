// The scheduler's own ledger: what it knows of each thread and processor, apart from emulated memory.
import { KTHREAD } from '../../generated/types';
import { allocateTable } from '../../memory/arena';
import { getField } from '../../memory/virtual';

/** _KTHREAD_STATE. */
export const INITIALIZED: u8 = 0;
export const READY: u8 = 1;
export const RUNNING: u8 = 2;
export const STANDBY: u8 = 3;
export const ENDED: u8 = 4; // Terminated
export const WAITING: u8 = 5;
export const TRANSITION: u8 = 6;
export const DEFERRED_READY: u8 = 7;

/** Length of a burst that does not end, in 100 ns: years. */
export const ENDLESS: u64 = u64(1) << 50;

/** A thread. Times in 100 ns. */
export class Task {
  index: u32 = 0;
  thread: u64 = 0;
  process: u32 = 0; // index of its process
  eprocess: u64 = 0;
  /** Mean time between the end of a burst and the timeout of the wait; 0 when only others wake it. */
  period: u64 = 0;
  /** Mean length of a burst. */
  burst: u64 = 0;
  /** Part of a burst that it spends in user mode, of 256. */
  userPart: u32 = 0;
  /** Bytes it reads in a burst and writes in this one, and operations other than these, of 256. */
  read: u32 = 0;
  written: u32 = 0;
  others: u32 = 0;
  /** Page faults of a burst, of 256. */
  faults: u32 = 0;
  /** For how long the graphics adapter works for a burst, of 256 of the burst's length. */
  graphics: u32 = 0;
  /** Chance, of 256, to wake another thread of its process at the end of a burst, and one of a server's. */
  signals: u32 = 0;
  calls: u32 = 0;
  /** The processors it may run on, a bit for each. */
  allowed: u64 = u64.MAX_VALUE;
  /** Queue it serves, 0 for none, and whether that is a KPRIQUEUE. */
  queue: u64 = 0;
  random: u64 = 0;
  /** Length of the burst under way and what is left of it. */
  total: u64 = 0;
  remaining: u64 = 0;
  /** Processor that it runs on, is next on, is queued at, or waits at. */
  processor: u32 = 0;
  isShared: bool = false;
  isPreempted: bool = false;
  /** Its waits end when an APC of user mode comes. */
  isAlertable: bool = false;
  /** Raised when a wait ends, so that its timeout is void. */
  waits: u32 = 0;
  /** Requests of its are completed, whose APCs are queued; some are over, and it has not yet asked again. */
  hasCompletions: bool = false;
  hasToAsk: bool = false;
  /** Handle that it has open for a while, 0 for none. */
  handle: u32 = 0;
}

/** A processor. */
export class Cpu {
  number: u32 = 0;
  prcb: u64 = 0;
  idle: u64 = 0;
  /** Tasks by index; -1 for the idle thread, and for none. */
  current: i32 = -1;
  next: i32 = -1;
  /** Up to when its time is accounted for. */
  since: u64 = 0;
  /** Raised to make events of before void. */
  stamp: u32 = 0;
}

/** A process: its threads that wait to be woken by others. */
export class Party {
  process: u64 = 0;
  disk: u64 = 0;
  /** Its LAB_DXGPROCESS, 0 of what does not draw. */
  graphics: u64 = 0;
  /** Mean time between two signals from outside; 0 for none. */
  pulse: u64 = 0;
  random: u64 = 0;
  firstSleeper: u32 = 0;
  sleepers: u32 = 0;
  /** The last task that waits alertably, -1 for none. */
  alertable: i32 = -1;
  /** Addresses of pages that it does without from time to time. */
  pages: usize = 0;
  pageCount: u32 = 0;
}

let tasks = new StaticArray<Task>(0);
let parties = new StaticArray<Party>(0);
let cpus = new StaticArray<Cpu>(0);
let taskCount: u32 = 0;
let partyCount: u32 = 0;
let states: usize = 0;
let swaps: usize = 0;
/** Tasks that others wake, by process, and those that serve calls from other processes. */
let sleepers: usize = 0;
let sleeperCount: u32 = 0;
let servers: usize = 0;
let serverCount: u32 = 0;

/** Makes room for a machine's threads, processes and processors. */
export function createLedger(threads: u32, processes: u32, processors: u32): void {
  tasks = new StaticArray<Task>(threads);
  parties = new StaticArray<Party>(processes);
  cpus = new StaticArray<Cpu>(processors);
  states = allocateTable(threads);
  swaps = allocateTable(threads);
  sleepers = allocateTable(threads * 4);
  servers = allocateTable(threads * 4);
}

export function addTask(task: Task, isSleeper: bool, isServer: bool): void {
  task.index = taskCount++;
  tasks[task.index] = task;
  setState(task, u8(getField(task.thread, KTHREAD.State)));
  if (task.isAlertable) tasksParty(task).alertable = i32(task.index);
  if (isSleeper) {
    store<u32>(sleepers + (usize(sleeperCount++) << 2), task.index);
    tasksParty(task).sleepers++;
  }
  if (isServer) store<u32>(servers + (usize(serverCount++) << 2), task.index);
}

/** Adds a process; its tasks follow. */
export function addParty(party: Party): u32 {
  party.firstSleeper = sleeperCount;
  parties[partyCount] = party;
  return partyCount++;
}

export function addCpu(cpu: Cpu): void {
  cpus[cpu.number] = cpu;
}

export function taskAt(index: u32): Task {
  return unchecked(tasks[index]);
}

export function cpuAt(number: u32): Cpu {
  return unchecked(cpus[number]);
}

export function partyAt(index: u32): Party {
  return unchecked(parties[index]);
}

function tasksParty(task: Task): Party {
  return unchecked(parties[task.process]);
}

export function countTasks(): u32 {
  return taskCount;
}

export function countParties(): u32 {
  return partyCount;
}

export function countCpus(): u32 {
  return u32(cpus.length);
}

/** One of the tasks of a process that others wake. */
export function sleeperOf(party: Party, choice: u32): Task {
  return taskAt(load<u32>(sleepers + (usize(party.firstSleeper + (choice % party.sleepers)) << 2)));
}

/** One of the tasks that serve other processes. */
export function server(choice: u32): Task {
  return taskAt(load<u32>(servers + (usize(choice % serverCount) << 2)));
}

/** One of the tasks of all processes that others wake. */
export function anySleeper(choice: u64): Task {
  return taskAt(load<u32>(sleepers + (usize(choice % u64(sleeperCount)) << 2)));
}

export function countSleepers(): u32 {
  return sleeperCount;
}

/** Takes a task off those that serve other processes, if it is one. */
export function dropServer(task: Task): void {
  let kept: u32 = 0;
  for (let i: u32 = 0; i < serverCount; i++) {
    const index = load<u32>(servers + (usize(i) << 2));
    if (index != task.index) store<u32>(servers + (usize(kept++) << 2), index);
  }
  serverCount = kept;
}

export function hasServers(): bool {
  return serverCount != 0;
}

export function stateOf(task: Task): u8 {
  return load<u8>(states + task.index);
}

export function setState(task: Task, state: u8): void {
  store<u8>(states + task.index, state);
}

/** Where the states of all tasks lie, one byte each (_KTHREAD_STATE), in the order in which they were added. */
export function taskStates(): usize {
  return states;
}

/** Notes whether a task's kernel stack was taken out of memory. */
export function setSwapped(task: Task, isSwapped: bool): void {
  store<u8>(swaps + task.index, u8(isSwapped));
}

/** Where it stands of all tasks whether their kernel stacks are out of memory, one byte each. */
export function taskSwaps(): usize {
  return swaps;
}

/** A number of a task's or process's own sequence. */
export function draw(state: u64): u64 {
  let x = state;
  x ^= x << 13;
  x ^= x >> 7;
  return x ^ (x << 17);
}
