// Threads whose kernel stacks the balance set manager has taken out of memory, because they have waited in user mode for
// long. One that is woken is in transition until the swapper has brought its stack back.
import { NT } from '../../generated/symbols';
import { KTHREAD, SINGLE_LIST_ENTRY } from '../../generated/types';
import { at, getField, removeEntry, setField, write64 } from '../../memory/virtual';
import { hash } from '../../random';
import { inswapStack, isStackResident, outswapStack } from '../memory-manager/kernel-stacks';
import { addressOf } from '../symbols';
import { interruptTime, tickCount } from './clock';
import { BALANCE, event, INSWAP, makeReady, taskOf } from './dispatch';
import { push } from './event-heap';
import { anySleeper, countSleepers, setState, setSwapped, stateOf, Task, TRANSITION, WAITING } from './tasks';

const USER_MODE: u64 = 1;
const SWAPPER_LATENCY: u64 = 600; // 100 ns from the swapper's event to the stack's pages
const PERIOD: u64 = 40000000; // 4 s, as public descriptions of the balance set manager have it
const LONG_WAIT: u64 = 640; // clock ticks: 10 s
const ONE_IN: u32 = 48; // threads that wait to be woken, whose stacks are out when time begins
const TRIES: u32 = 8;
const FILE_CHANCE: u64 = 2; // one of so many has been written to the page file

let seed: u64 = 0;
let drawn: u64 = 0;

function head(): u64 {
  return addressOf(NT.KiStackInSwapListHead);
}

/** Whether a thread's stack can be done without: it waits in user mode, as others may have to. */
function isSwappable(task: Task): bool {
  return (
    stateOf(task) == WAITING &&
    getField(task.thread, KTHREAD.WaitMode) == USER_MODE &&
    isStackResident(task.thread)
  );
}

function swapOut(task: Task): void {
  removeEntry(at(task.thread, KTHREAD.WaitListEntry));
  write64(at(task.thread, KTHREAD.WaitListEntry), 0); // on no list: see waits.ts
  setSwapped(task, true);
  outswapStack(task.thread, hash(seed, drawn++) % FILE_CHANCE == 0);
}

/** Takes the stacks of threads out that sleep when time begins, as `random` chooses. Returns one of them, or `null`. */
export function beginSwaps(random: u64): Task | null {
  seed = random;
  let last: Task | null = null;
  for (let left = countSleepers() / ONE_IN + 1; left > 0; left--)
    for (let i: u32 = 0; i < TRIES; i++) {
      const task = anySleeper(hash(seed, drawn++));
      if (!isSwappable(task)) continue;
      swapOut(task);
      last = task;
      break;
    }
  push(interruptTime() + PERIOD, event(BALANCE, 0, 0));
  return last;
}

/** The balance set manager looks for a thread that has waited for long. */
export function balance(): void {
  for (let i: u32 = 0; i < TRIES && countSleepers() != 0; i++) {
    const task = anySleeper(hash(seed, drawn++));
    if (!isSwappable(task) || tickCount() - getField(task.thread, KTHREAD.WaitTime) < LONG_WAIT) continue;
    swapOut(task);
    break;
  }
  push(interruptTime() + PERIOD, event(BALANCE, 0, 0));
}

/** Puts a woken thread without a stack on the swapper's list; it becomes ready with `boost` when it has one again. */
export function awaitStack(task: Task, boost: u32): void {
  const thread = task.thread;
  setField(thread, KTHREAD.AdjustIncrement, boost);
  setField(thread, KTHREAD.State, TRANSITION);
  setState(task, TRANSITION);
  const first = getField(head(), SINGLE_LIST_ENTRY.Next);
  const entry = at(thread, KTHREAD.SwapListEntry);
  setField(entry, SINGLE_LIST_ENTRY.Next, first);
  setField(head(), SINGLE_LIST_ENTRY.Next, entry);
  if (first == 0) push(interruptTime() + SWAPPER_LATENCY, event(INSWAP, 0, 0));
}

/** Brings a thread's stack back, if it is out of memory, whether or not the swapper is to do so: it needs it to end. */
export function regainStack(task: Task): void {
  if (isStackResident(task.thread)) return;
  const own = at(task.thread, KTHREAD.SwapListEntry);
  for (let entry = head(); entry != 0; entry = getField(entry, SINGLE_LIST_ENTRY.Next))
    if (getField(entry, SINGLE_LIST_ENTRY.Next) == own)
      setField(entry, SINGLE_LIST_ENTRY.Next, getField(own, SINGLE_LIST_ENTRY.Next));
  setSwapped(task, false);
  inswapStack(task.thread);
}

/** The swapper brings the stacks back of all threads on its list, the latest first. */
export function inswap(): void {
  let entry = getField(head(), SINGLE_LIST_ENTRY.Next);
  setField(head(), SINGLE_LIST_ENTRY.Next, 0);
  while (entry != 0) {
    const thread = entry - at(0, KTHREAD.SwapListEntry);
    entry = getField(entry, SINGLE_LIST_ENTRY.Next);
    inswapStack(thread);
    const boost = u32(getField(thread, KTHREAD.AdjustIncrement));
    setField(thread, KTHREAD.AdjustIncrement, 0);
    const task = taskOf(thread);
    setSwapped(task, false);
    makeReady(task, boost);
  }
}
