// Threads whose wait an interrupt or a DPC has ended: each processor has them on a list of its own until it is through
// with those, and only then finds out where they may run.
import { KPRCB, KTHREAD, SINGLE_LIST_ENTRY } from '../../generated/types';
import { at, getField, setField } from '../../memory/virtual';

const DEFERRED_READY: u32 = 7; // _KTHREAD_STATE

/** Puts a thread in front of a processor's list. */
export function pushDeferred(thread: u64, prcb: u64): void {
  const head = at(prcb, KPRCB.DeferredReadyListHead);
  const entry = at(thread, KTHREAD.SwapListEntry);
  setField(entry, SINGLE_LIST_ENTRY.Next, getField(head, SINGLE_LIST_ENTRY.Next));
  setField(head, SINGLE_LIST_ENTRY.Next, entry);
  setField(thread, KTHREAD.State, DEFERRED_READY);
}

/** Takes the first thread off a processor's list; 0 when it has none. */
export function popDeferred(prcb: u64): u64 {
  const head = at(prcb, KPRCB.DeferredReadyListHead);
  const entry = getField(head, SINGLE_LIST_ENTRY.Next);
  if (entry == 0) return 0;
  setField(head, SINGLE_LIST_ENTRY.Next, getField(entry, SINGLE_LIST_ENTRY.Next));
  return entry - at(0, KTHREAD.SwapListEntry);
}

/** Takes a thread off a processor's list, wherever it stands there; returns whether it was on it. */
export function dropDeferred(thread: u64, prcb: u64): bool {
  const entry = at(thread, KTHREAD.SwapListEntry);
  let before = at(prcb, KPRCB.DeferredReadyListHead);
  for (
    let next = getField(before, SINGLE_LIST_ENTRY.Next);
    next != 0;
    next = getField(before, SINGLE_LIST_ENTRY.Next)
  ) {
    if (next == entry) {
      setField(before, SINGLE_LIST_ENTRY.Next, getField(entry, SINGLE_LIST_ENTRY.Next));
      return true;
    }
    before = next;
  }
  return false;
}
