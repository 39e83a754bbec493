// Timers of devices, which the I/O manager has called each second: nt!IopTimerDispatch goes through their list.
import { NT } from '../../generated/symbols';
import { DEVICE_OBJECT, IO_TIMER } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, insertTail, read32, setField, write32 } from '../../memory/virtual';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { addressOf } from '../symbols';

const TYPE_TIMER: u32 = 9; // IO_TYPE_TIMER
const STARTED: u32 = 1;

/** Gives a device a timer that calls `routine` with its extension, and starts it, as IoInitializeTimer and IoStartTimer do. */
export function startIoTimer(device: u64, routine: u64): u64 {
  const timer = allocatePool(offsetOf(IO_TIMER.SIZE), tag(0x49, 0x6f, 0x54, 0x69), NON_PAGED, 0); // 'IoTi'
  setField(timer, IO_TIMER.Type, TYPE_TIMER);
  setField(timer, IO_TIMER.TimerRoutine, routine);
  setField(timer, IO_TIMER.Context, getField(device, DEVICE_OBJECT.DeviceExtension));
  setField(timer, IO_TIMER.DeviceObject, device);
  setField(device, DEVICE_OBJECT.Timer, timer);
  insertTail(addressOf(NT.IopTimerQueueHead), at(timer, IO_TIMER.TimerList));
  setField(timer, IO_TIMER.TimerFlag, STARTED);
  const count = addressOf(NT.IopTimerCount);
  write32(count, read32(count) + 1);
  return timer;
}
