// Threads that leave the scheduler, and waits that end otherwise than by what was waited for.
import { KTHREAD } from '../../generated/types';
import { getField, setField } from '../../memory/virtual';
import { charge } from './accounting';
import { interruptTime } from './clock';
import { dropDeferred } from './deferred-threads';
import { dropStandby, forgetTask, switchAway, taskOf, wake } from './dispatch';
import { removeReady } from './ready-queues';
import { regainStack } from './stack-swaps';
import {
  countCpus,
  countParties,
  cpuAt,
  DEFERRED_READY,
  dropServer,
  ENDED,
  partyAt,
  READY,
  RUNNING,
  setState,
  STANDBY,
  stateOf,
  WAITING,
} from './tasks';
import { endWait, leaveQueue } from './waits';

const BOOST: u32 = 1;
const BURST: u64 = 10000; // 1 ms: what a thread does with a wait that ended so

/** Takes a thread out of the scheduler, in whatever state it is; it will not run again. */
export function endTask(thread: u64): void {
  const task = taskOf(thread);
  const cpu = cpuAt(task.processor);
  const state = stateOf(task);
  setState(task, ENDED);
  if (state == WAITING) endWait(task, cpu, getField(thread, KTHREAD.TimerActive) != 0);
  else if (state == READY) removeReady(thread, cpu.prcb, task.isShared);
  else if (state == STANDBY) dropStandby(cpu);
  else if (state == DEFERRED_READY) dropFromAll(thread);
  else if (state == RUNNING) {
    charge(cpu, interruptTime());
    setField(thread, KTHREAD.Running, 0);
    cpu.stamp++; // the end of its burst comes for nobody, also when the processor idles now
    switchAway(cpu);
  }
  regainStack(task);
  leaveQueue(task);
  dropServer(task);
  forgetTask(task);
}

/** Any processor may have put the thread off. */
function dropFromAll(thread: u64): void {
  for (let number: u32 = 0; number < countCpus(); number++)
    if (dropDeferred(thread, cpuAt(number).prcb)) return;
}

/** A process has ended: no signals come for it any more. */
export function endParty(process: u64): void {
  for (let i: u32 = 0; i < countParties(); i++) if (partyAt(i).process == process) partyAt(i).pulse = 0;
}

/** Ends the wait of a thread, if it waits, with an NTSTATUS. */
export function endWaitOf(thread: u64, status: u32): void {
  const task = taskOf(thread);
  if (stateOf(task) != WAITING) return;
  setField(thread, KTHREAD.WaitStatus, status);
  wake(task, BOOST, BURST, getField(thread, KTHREAD.TimerActive) != 0);
}
