// Timers of devices: the I/O manager's list of them, and the devices that they are for.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import { DEVICE_OBJECT, IO_TIMER } from '../generated/types';
import { addressOf } from '../kernel/symbols';
import { countTimed, isDevice } from './drivers';
import { expect, holderOf } from './expect';
import { nextOn } from './lists';
import { peek32, value } from './memory';
import { isInModule } from './modules';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from './report';

const TYPE_TIMER: u64 = 9; // IO_TYPE_TIMER

/** Checks the list of all timers. To be called when the devices are known. */
export function checkIoTimers(): void {
  const rule = Rule.IoTimerIsItsDevices;
  const head = addressOf(NT.IopTimerQueueHead);
  const link = IO_TIMER.TimerList;
  let timers: u32 = 0;
  let started: u64 = 0;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    const timer = holderOf(entry, link);
    expect(rule, timer, IO_TIMER.Type, TYPE_TIMER);
    const device = value(timer, IO_TIMER.DeviceObject);
    if (!broken() && !isDevice(device)) disagree(rule, timer, IO_TIMER.DeviceObject, 1, device);
    expect(rule, device, DEVICE_OBJECT.Timer, timer);
    const routine = value(timer, IO_TIMER.TimerRoutine);
    if (!broken() && !isInModule(routine)) disagree(rule, timer, IO_TIMER.TimerRoutine, 1, routine);
    started += value(timer, IO_TIMER.TimerFlag);
    timers++;
    visit(Visited.IoTimers);
  }
  if (broken()) return;
  const count = addressOf(NT.IopTimerCount);
  if (peek32(count) != started) disagreeAt(rule, NO_FIELD, count, started, peek32(count));
  if (timers != countTimed()) disagreeAt(rule, NO_FIELD, head, countTimed(), timers);
}
