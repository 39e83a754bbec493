// The machine's time. It moves only when the host says so.
import { KSYSTEM_TIME, KUSER_SHARED_DATA } from '../../generated/types';
import { at, isMapped, setField } from '../../memory/virtual';

/** KI_USER_SHARED_DATA's fixed kernel address. */
export const SHARED_DATA: u64 = 0xfffff78000000000;
/** Length of a clock tick in 100 ns units: what nt!KeTimeIncrement holds on most machines. */
export const TICK: u64 = 156250;

let bootTime: u64 = 0; // FILETIME
let sinceBoot: u64 = 0; // 100 ns

/** Sets when the machine booted (FILETIME) and how long ago that was (100 ns). */
export function setClock(boot: u64, uptime: u64): void {
  bootTime = boot;
  sinceBoot = uptime;
  if (isMapped(SHARED_DATA)) publishTime();
}

/** Moves time on by 100 ns units. */
export function advanceClock(by: u64): void {
  sinceBoot += by;
}

/** FILETIME now. */
export function systemTime(): u64 {
  return bootTime + sinceBoot;
}

/** 100 ns units since boot. */
export function interruptTime(): u64 {
  return sinceBoot;
}

/** Clock ticks since boot. */
export function tickCount(): u64 {
  return sinceBoot / TICK;
}

function setTime(time: u64, value: u64): void {
  setField(time, KSYSTEM_TIME.High2Time, value >> 32);
  setField(time, KSYSTEM_TIME.LowPart, value);
  setField(time, KSYSTEM_TIME.High1Time, value >> 32);
}

/** Writes the time to KUSER_SHARED_DATA. */
export function publishTime(): void {
  setTime(at(SHARED_DATA, KUSER_SHARED_DATA.InterruptTime), interruptTime());
  setTime(at(SHARED_DATA, KUSER_SHARED_DATA.SystemTime), systemTime());
  setTime(at(SHARED_DATA, KUSER_SHARED_DATA.TickCount), tickCount());
}
