// Whose time it is: cycles to the last one, clock ticks by what each tick of the clock interrupts.
import { NT } from '../../generated/symbols';
import {
  EPROCESS,
  KPRCB,
  KPROCESS,
  KTHREAD,
  MMSUPPORT_FULL,
  MMSUPPORT_INSTANCE,
} from '../../generated/types';
import { addToField, at, getField } from '../../memory/virtual';
import { hash } from '../../random';
import { countGraphics } from '../io/graphics';
import { addressOf } from '../symbols';
import { TICK } from './clock';
import { Cpu, ENDLESS, Party, Task, taskAt } from './tasks';
import { add64, countTransfers, READS, WRITES } from './transfers';

const CYCLES_DIVISOR: u64 = 10; // MHz times 100 ns
const CHANCES: u64 = 65536;
const PARTS: u64 = 256; // of a burst
const CLOCK_OWNER: u32 = 0;

let mhz: u64 = 0;
let resolution: u64 = 0;
let interruptChance: u64 = 0;
let seed: u64 = 0;

/** Sets the processors' frequency, the clock's resolution (100 ns) and how many of 65536 ticks fall on interrupts. */
export function setAccounting(frequency: u64, clock: u64, interrupts: u64, random: u64): void {
  mhz = frequency;
  resolution = clock;
  interruptChance = interrupts;
  seed = random;
}

/** Cycles of a processor up to a time since boot. */
export function cyclesUntil(time: u64): u64 {
  return (time * mhz) / CYCLES_DIVISOR;
}

/** Gives the time from `cpu.since` to `now` to the thread that has run on the processor. */
export function charge(cpu: Cpu, now: u64): void {
  const from = cpu.since;
  if (now == from) return;
  cpu.since = now;
  const cycles = cyclesUntil(now) - cyclesUntil(from);
  const ticks = now / TICK - from / TICK;
  addToField(
    cpu.prcb,
    KPRCB.InterruptCount,
    cpu.number == CLOCK_OWNER ? now / resolution - from / resolution : ticks,
  );
  if (cpu.current < 0) chargeIdle(cpu, cycles, from / TICK, ticks);
  else chargeTask(cpu, taskAt(cpu.current), cycles, from, now, ticks);
}

function chargeIdle(cpu: Cpu, cycles: u64, firstTick: u64, ticks: u64): void {
  const process = addressOf(NT.KiInitialProcess);
  addCycles(cpu, cpu.idle, process, cycles);
  addKernelTicks(cpu, cpu.idle, process, ticks);
  for (let tick = firstTick + 1; tick <= firstTick + ticks; tick++) {
    const chance = hash(seed, (tick << 8) | cpu.number);
    if (chance % CHANCES >= interruptChance) continue;
    if ((chance >> 32) & 1) addToField(cpu.prcb, KPRCB.DpcTime, 1);
    else addToField(cpu.prcb, KPRCB.InterruptTime, 1);
  }
}

function chargeTask(cpu: Cpu, task: Task, cycles: u64, from: u64, now: u64, ticks: u64): void {
  addCycles(cpu, task.thread, task.eprocess, cycles);
  const before = task.total - task.remaining;
  task.remaining -= min(task.remaining, now - from);
  let user: u64 = 0;
  for (let tick = from / TICK + 1; tick <= from / TICK + ticks; tick++)
    if (isInUserMode(task, before + (tick * TICK - from), tick)) user++;
  addKernelTicks(cpu, task.thread, task.eprocess, ticks - user);
  addUserTicks(cpu, task.thread, task.eprocess, user);
}

/** Whether a clock tick finds a task in user mode: the first part of a burst is spent there, one without end goes to and fro. */
function isInUserMode(task: Task, done: u64, tick: u64): bool {
  const part = u64(task.userPart);
  return task.total == ENDLESS ? hash(task.random, tick) % PARTS < part : done << 8 < task.total * part;
}

/** Counts a switch to `thread`. */
export function countSwitch(cpu: Cpu, thread: u64, process: u64): void {
  addSwitches(cpu, thread, process, 1);
}

function addSwitches(cpu: Cpu, thread: u64, process: u64, switches: u64): void {
  addToField(thread, KTHREAD.ContextSwitches, switches);
  addToField(process, KPROCESS.ContextSwitches, switches);
  addToField(cpu.prcb, KPRCB.KeContextSwitches, switches);
}

function addCycles(cpu: Cpu, thread: u64, process: u64, cycles: u64): void {
  addToField(thread, KTHREAD.CycleTime, cycles);
  addToField(process, KPROCESS.CycleTime, cycles);
  addToField(cpu.prcb, KPRCB.CycleTime, cycles);
}

function addKernelTicks(cpu: Cpu, thread: u64, process: u64, ticks: u64): void {
  if (ticks == 0) return;
  addToField(thread, KTHREAD.KernelTime, ticks);
  addToField(process, KPROCESS.KernelTime, ticks);
  addToField(cpu.prcb, KPRCB.KernelTime, ticks);
}

function addUserTicks(cpu: Cpu, thread: u64, process: u64, ticks: u64): void {
  if (ticks == 0) return;
  addToField(thread, KTHREAD.UserTime, ticks);
  addToField(process, KPROCESS.UserTime, ticks);
  addToField(cpu.prcb, KPRCB.UserTime, ticks);
}

/**
 * Counts what a task does in `bursts` bursts besides running: input and output, page faults, system calls. `chance`, of
 * 256, decides on what does not happen in every burst.
 */
export function countWork(cpu: Cpu, party: Party, task: Task, bursts: u64, chance: u64): void {
  addToField(cpu.prcb, KPRCB.KeSystemCalls, bursts << 3);
  const faults = (u64(task.faults) * bursts + chance) >> 8;
  if (faults != 0) {
    const support = at(at(task.eprocess, EPROCESS.Vm), MMSUPPORT_FULL.Instance);
    addToField(support, MMSUPPORT_INSTANCE.PageFaultCount, faults);
    addToField(cpu.prcb, KPRCB.MmPageFaultCount, faults);
    addToField(cpu.prcb, KPRCB.MmDemandZeroCount, faults >> 1);
    addToField(cpu.prcb, KPRCB.MmTransitionCount, faults - (faults >> 1));
  }
  countTransfers(cpu, party, task, task.read, bursts, READS);
  countTransfers(cpu, party, task, task.written, bursts, WRITES);
  if (task.graphics != 0 && party.graphics != 0)
    countGraphics(party.graphics, (task.burst * bursts * u64(task.graphics)) >> 8);
  const others = (u64(task.others) * bursts + chance) >> 8;
  if (others != 0) {
    addToField(task.thread, KTHREAD.OtherOperationCount, others);
    add64(task.eprocess, EPROCESS.OtherOperationCount, others);
    addToField(cpu.prcb, KPRCB.IoOtherOperationCount, others);
  }
}

/** Gives a task what it has run and done since its process started: `busy` 100 ns in `bursts` bursts. */
export function countPast(cpu: Cpu, party: Party, task: Task, busy: u64, bursts: u64): u64 {
  const cycles = cyclesUntil(busy);
  addCycles(cpu, task.thread, task.eprocess, cycles);
  const ticks = busy / TICK;
  const user = (ticks * u64(task.userPart)) >> 8;
  addKernelTicks(cpu, task.thread, task.eprocess, ticks - user);
  addUserTicks(cpu, task.thread, task.eprocess, user);
  addSwitches(cpu, task.thread, task.eprocess, bursts);
  countWork(cpu, party, task, bursts, 0);
  return cycles;
}

/** Gives a processor's idle thread all the time since boot that its other threads have not had. */
export function countIdlePast(cpu: Cpu, now: u64): void {
  const process = addressOf(NT.KiInitialProcess);
  const cycles = cyclesUntil(now) - getField(cpu.prcb, KPRCB.CycleTime);
  addCycles(cpu, cpu.idle, process, cycles);
  const ticks = now / TICK - getField(cpu.prcb, KPRCB.KernelTime) - getField(cpu.prcb, KPRCB.UserTime);
  addKernelTicks(cpu, cpu.idle, process, ticks);
  const switches = getField(cpu.prcb, KPRCB.KeContextSwitches);
  addSwitches(cpu, cpu.idle, process, switches);
  const interrupts = ((now / TICK) * interruptChance) / CHANCES;
  addToField(cpu.prcb, KPRCB.DpcTime, interrupts / 2);
  addToField(cpu.prcb, KPRCB.InterruptTime, interrupts - interrupts / 2);
  addToField(cpu.prcb, KPRCB.InterruptCount, cpu.number == CLOCK_OWNER ? now / resolution : now / TICK);
}
