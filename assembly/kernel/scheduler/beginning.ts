// What the processors are in the middle of when the machine's time begins: nobody catches a machine with all of its
// threads asleep. One thread waits for its stack to come back; one processor in four runs a thread; the one after it is about to, and has put off others.
import { hash } from '../../random';
import { isStackResident } from '../memory-manager/kernel-stacks';
import { interruptTime } from './clock';
import { DEFERRED, event, performSwitch, wake, wakeLater } from './dispatch';
import { queueDeviceDpcs } from './dpcs';
import { queueExpired } from './driver-timers';
import { push } from './event-heap';
import { completeOne } from './requests';
import { burstOf } from './scheduler';
import { beginSwaps } from './stack-swaps';
import { anySleeper, countCpus, countSleepers, Cpu, cpuAt, stateOf, Task, WAITING } from './tasks';

const SWAPS: u64 = 0x53774f75; // 'SwOu'
const STRIDE: u32 = 4;
const PUT_OFF: u32 = 2;
const TRIES: u32 = 64;
const BOOST: u32 = 1;
const DPC_TIME: u64 = 12; // 100 ns that a processor still needs for its DPCs

let seed: u64 = 0;
let drawn: u64 = 0;

/** A thread that waits to be woken by others, has its stack and may run anywhere; `null` when none is found. */
function someone(): Task | null {
  if (countSleepers() == 0) return null;
  for (let i: u32 = 0; i < TRIES; i++) {
    const task = anySleeper(hash(seed, drawn++));
    const isFree = stateOf(task) == WAITING && task.allowed == u64.MAX_VALUE;
    if (isFree && isStackResident(task.thread)) return task;
  }
  return null;
}

/** Lets the processors be amidst of something, as `random` says. To be called when all of them are idle. */
export function beginAmidst(random: u64): void {
  seed = random;
  const sleeping = beginSwaps(hash(random, SWAPS));
  if (sleeping !== null) wake(sleeping, BOOST, burstOf(sleeping), false);
  for (let number: u32 = 0; number < countCpus(); number++) {
    if (number % STRIDE == 0) run(cpuAt(number));
    if (number % STRIDE == 1) beAboutTo(cpuAt(number));
  }
}

function wakeOn(cpu: Cpu): bool {
  const task = someone();
  if (task === null) return false;
  task.processor = cpu.number;
  wake(task, BOOST, burstOf(task), false);
  return true;
}

function run(cpu: Cpu): void {
  if (wakeOn(cpu)) performSwitch(cpu);
}

/** A thread stands by, and interrupts have woken others, completed a request and left DPCs to run. */
function beAboutTo(cpu: Cpu): void {
  queueDeviceDpcs(cpu);
  queueExpired(cpu);
  if (!wakeOn(cpu)) return;
  for (let i: u32 = 0; i < PUT_OFF; i++) {
    const task = someone();
    if (task !== null) wakeLater(task, BOOST, burstOf(task), cpu, false);
  }
  completeOne(cpu, hash(seed, drawn++) >> 1);
  push(interruptTime() + DPC_TIME, event(DEFERRED, cpu.number, 0));
}
