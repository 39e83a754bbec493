// Timers of drivers and of the kernel itself: each queues a DPC when it expires, and is set again.
import {
  DEVICE_OBJECT,
  DISPATCHER_HEADER,
  DRIVER_TIMER_EXTENSION,
  KDPC,
  KTIMER,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, read64, setField } from '../../memory/virtual';
import { allocatePool, NON_PAGED } from '../pool/pool';
import { initialiseDpc } from '../processors/dispatch-state';
import { interruptTime } from './clock';
import { DRIVER_TIMER, event } from './dispatch';
import { queueDpc } from './dpcs';
import { initialiseDispatcherObject, TIMER_NOTIFICATION } from './dispatcher';
import { push } from './event-heap';
import { Cpu, cpuAt } from './tasks';
import { clearTimer, setTimer } from './timers';

const MS: u64 = 10000;

class DriverTimer {
  timer: u64 = 0;
  dpc: u64 = 0;
  periodMs: u32 = 0;
  processor: u32 = 0;
}

const timers = new Array<DriverTimer>();

/**
 * Creates a periodic timer on a processor, due within its first period; its DPC calls `routine`. `device` is the device
 * in whose extension its driver keeps both; when it is 0 they have a block of pool. Returns the KDPC.
 */
export function createDriverTimer(
  device: u64,
  routine: u64,
  poolTag: u32,
  periodMs: u32,
  phaseMs: u32,
  processor: u32,
): u64 {
  const timerBytes = offsetOf(KTIMER.SIZE);
  const entry = new DriverTimer();
  if (device != 0) {
    const extension = getField(device, DEVICE_OBJECT.DeviceExtension);
    entry.timer = at(extension, DRIVER_TIMER_EXTENSION.Timer);
    entry.dpc = at(extension, DRIVER_TIMER_EXTENSION.TimerDpc);
  } else {
    entry.timer = allocatePool(timerBytes + offsetOf(KDPC.SIZE), poolTag, NON_PAGED, 0);
    entry.dpc = entry.timer + u64(timerBytes);
  }
  entry.periodMs = periodMs;
  entry.processor = processor;
  initialiseDispatcherObject(entry.timer, TIMER_NOTIFICATION);
  initialiseDpc(entry.dpc, routine, device != 0 ? device : entry.timer, processor);
  set(u32(timers.push(entry)) - 1, (interruptTime() / MS + 1 + u64(phaseMs % periodMs)) * MS);
  return entry.dpc;
}

/** Queues the DPCs of the timers of a processor that have expired within the last millisecond. */
export function queueExpired(cpu: Cpu): void {
  for (let i = 0; i < timers.length; i++) {
    const entry = timers[i];
    const period = u64(entry.periodMs) * MS;
    if (
      entry.processor != cpu.number ||
      read64(at(entry.timer, KTIMER.DueTime)) + MS <= interruptTime() + period
    )
      continue;
    setField(entry.timer, DISPATCHER_HEADER.SignalState, 1);
    queueDpc(entry.dpc, cpu);
  }
}

function set(index: u32, due: u64): void {
  const entry = timers[index];
  const cpu = cpuAt(entry.processor);
  setTimer(entry.timer, due, entry.periodMs, entry.dpc, cpu.prcb, cpu.number);
  push(due, event(DRIVER_TIMER, index, 0));
}

/** A timer expires: its DPC runs, and it is set again. */
export function fireDriverTimer(index: u32): void {
  const entry = timers[index];
  const prcb = cpuAt(entry.processor).prcb;
  clearTimer(entry.timer, prcb);
  queueDpc(entry.dpc, cpuAt(entry.processor));
  set(index, read64(at(entry.timer, KTIMER.DueTime)) + u64(entry.periodMs) * MS);
  setField(entry.timer, DISPATCHER_HEADER.SignalState, 1); // nobody resets it
}
