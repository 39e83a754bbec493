// What a user may change of how a process is scheduled: priority, processors, and how much power it is given.
import { NT } from '../../generated/symbols';
import { EPROCESS, KAFFINITY_EX, KPROCESS, KTHREAD } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, read64, setField, write64 } from '../../memory/virtual';
import { groupCount } from '../processors/topology';
import { addressOf } from '../symbols';
import { requeue, taskOf } from './dispatch';
import { recountServed } from './waits';

const LEAST_REALTIME: i32 = 16;
const HIGHEST: i32 = 31;
const LOWEST: i32 = 1;

/** The thread after `thread` on the scheduler's list of a process's threads, which has those that have not ended. */
function nextThread(process: u64, thread: u64): u64 {
  const head = at(process, KPROCESS.ThreadListHead);
  const entry = read64(thread == 0 ? head : at(thread, KTHREAD.ThreadListEntry));
  return entry == head ? 0 : entry - offsetOf(KTHREAD.ThreadListEntry);
}

/** Gives a process a priority class, whose base is `base`; its threads keep their distance from the base. */
export function setPriorityClass(process: u64, priorityClass: u32, base: u32): void {
  const before = i32(i8(getField(process, KPROCESS.BasePriority)));
  setField(process, EPROCESS.PriorityClass, priorityClass);
  setField(process, KPROCESS.BasePriority, base);
  const isRealtime = i32(base) >= LEAST_REALTIME;
  const least = isRealtime ? LEAST_REALTIME : LOWEST;
  const most = isRealtime ? HIGHEST : LEAST_REALTIME - 1;
  for (let thread = nextThread(process, 0); thread != 0; thread = nextThread(process, thread)) {
    const distance = i32(i8(getField(thread, KTHREAD.BasePriority))) - before;
    const priority = u32(min(max(i32(base) + distance, least), most));
    const task = taskOf(thread);
    recountServed(task, priority);
    setField(thread, KTHREAD.PriorityDecrement, 0);
    requeue(task, task.allowed, priority);
  }
}

/** Lets a process run on the processors of `mask` only, a bit for each of the machine; all of them take the limit away. */
export function setAffinity(process: u64, mask: u64): void {
  const all = allProcessors();
  assert((mask & all) != 0 && groupCount() == 1, 'no processor of the group to run on');
  const allowed = (mask & all) == all ? u64.MAX_VALUE : mask & all;
  write64(at(at(process, KPROCESS.Affinity), KAFFINITY_EX.StaticBitmap), mask & all);
  for (let thread = nextThread(process, 0); thread != 0; thread = nextThread(process, thread)) {
    write64(at(getField(thread, KTHREAD.Affinity), KAFFINITY_EX.StaticBitmap), mask & all);
    requeue(taskOf(thread), allowed, u32(getField(thread, KTHREAD.Priority)));
  }
}

function allProcessors(): u64 {
  return read64(at(addressOf(NT.KeActiveProcessors), KAFFINITY_EX.StaticBitmap));
}

/** Sets which power policy the processor is told for a process: _KTHREAD_PPM_POLICY. */
export function setPowerPolicy(process: u64, policy: u32): void {
  setField(process, KPROCESS.PpmPolicy, policy);
}
