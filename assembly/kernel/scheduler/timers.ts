// Timers: the tables of the processors that hold those which are set, by the time at which they expire.
import { NT } from '../../generated/symbols';
import { DISPATCHER_HEADER, KPRCB, KTIMER, KTIMER_TABLE, KTIMER_TABLE_ENTRY } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, read64, removeEntry, setField, write32, write64 } from '../../memory/virtual';
import { hash } from '../../random';
import { TIMER_ENTRIES } from '../processors/dispatch-state';
import { addressOf } from '../symbols';

/** Bits of a due time below those that choose an entry: 26.2 ms. */
const HAND_SHIFT: u64 = 18;
const NO_TIME_HIGH: u32 = 0xffffffff;

/** Draws the values that KTIMER.Dpc is encoded with. To be called before the first timer is set. */
export function initialiseTimers(seed: u64): void {
  write64(addressOf(NT.KiWaitNever), hash(seed, 0x4e65766572));
  write64(addressOf(NT.KiWaitAlways), hash(seed, 0x416c77617973));
}

/** KTIMER.Dpc of a timer that queues `dpc` (0 for none) when it expires. */
function encodedDpc(timer: u64, dpc: u64): u64 {
  const never = read64(addressOf(NT.KiWaitNever));
  return rotr<u64>(bswap<u64>(dpc ^ read64(addressOf(NT.KiWaitAlways))) ^ timer, never & 63) ^ never;
}

function entryOf(prcb: u64, due: u64): u64 {
  // The second half of the table is for timers of standard precision.
  const index = TIMER_ENTRIES + (u32(due >> HAND_SHIFT) & (TIMER_ENTRIES - 1));
  return (
    at(at(prcb, KPRCB.TimerTable), KTIMER_TABLE.TimerEntries) + u64(index * offsetOf(KTIMER_TABLE_ENTRY.SIZE))
  );
}

function dueTime(timer: u64): u64 {
  return read64(at(timer, KTIMER.DueTime));
}

/** Sets a timer in a processor's table to a time since boot in 100 ns; it repeats every `periodMs` ms unless that is 0. */
export function setTimer(timer: u64, due: u64, periodMs: u32, dpc: u64, prcb: u64, processor: u32): void {
  const entry = entryOf(prcb, due);
  const head = at(entry, KTIMER_TABLE_ENTRY.Entry);
  write64(at(timer, KTIMER.DueTime), due);
  setField(timer, KTIMER.Period, periodMs);
  setField(timer, KTIMER.Dpc, encodedDpc(timer, dpc));
  setField(timer, KTIMER.Processor, processor);
  setField(timer, DISPATCHER_HEADER.SignalState, 0);
  setField(timer, DISPATCHER_HEADER.Inserted, 1);
  setField(timer, DISPATCHER_HEADER.Hand, (due >> HAND_SHIFT) & 0xff);
  // A list is in the order of due times.
  const link = u64(offsetOf(KTIMER.TimerListEntry));
  let before = read64(head + 8);
  while (before != head && dueTime(before - link) > due) before = read64(before + 8);
  const after = read64(before);
  const own = timer + link;
  write64(own, after);
  write64(own + 8, before);
  write64(before, own);
  write64(after + 8, own);
  if (before == head) write64(at(entry, KTIMER_TABLE_ENTRY.Time), due);
}

/** Takes a timer off its table. */
export function clearTimer(timer: u64, prcb: u64): void {
  const entry = entryOf(prcb, dueTime(timer));
  const head = at(entry, KTIMER_TABLE_ENTRY.Entry);
  removeEntry(at(timer, KTIMER.TimerListEntry));
  setField(timer, DISPATCHER_HEADER.Inserted, 0);
  const first = read64(head);
  if (first == head) write32(at(entry, KTIMER_TABLE_ENTRY.Time) + 4, NO_TIME_HIGH);
  else write64(at(entry, KTIMER_TABLE_ENTRY.Time), dueTime(first - u64(offsetOf(KTIMER.TimerListEntry))));
}
