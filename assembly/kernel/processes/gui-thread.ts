// Threads that have called win32k: they have windows, and messages to look after.
//
// win32k notes in a structure of its own when such a thread last took a message from its queue, and user32 calls a
// window hung whose thread has not done so for five seconds and does not wait for one (IsHungAppWindow). That structure
// is not modelled. What the kernel knows of it is: the thread is one of win32k's (KTHREAD.GuiThread), waits (State), for
// what (WaitReason) and since when (WaitTime).
import { EPROCESS, ETHREAD, KTHREAD } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, read64, setField } from '../../memory/virtual';
import { tickCount } from '../scheduler/clock';

const WAITING: u64 = 5; // _KTHREAD_STATE
const FOR_MESSAGES: u64 = 13; // _KWAIT_REASON.WrUserRequest

/** Makes a thread one of win32k's, as its first call there does. */
export function becomeGuiThread(thread: u64): void {
  setField(thread, KTHREAD.GuiThread, 1);
}

/**
 * The first thread of a process that has messages to look after but has waited for something else for `ticks` of the
 * clock or longer; 0 when there is none. One that runs without end is not found: nothing here tells when it last waited
 * for messages.
 */
export function hungThread(process: u64, ticks: u32): u64 {
  const now = tickCount();
  const head = at(process, EPROCESS.ThreadListHead);
  for (let entry = read64(head); entry != head; entry = read64(entry)) {
    const thread = entry - offsetOf(ETHREAD.ThreadListEntry);
    if (getField(thread, KTHREAD.GuiThread) == 0 || getField(thread, KTHREAD.State) != WAITING) continue;
    if (getField(thread, KTHREAD.WaitReason) == FOR_MESSAGES) continue;
    if (now - getField(thread, KTHREAD.WaitTime) >= ticks) return thread;
  }
  return 0;
}
