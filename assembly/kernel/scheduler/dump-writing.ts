// Dumps that are being written: as time passes, a thread of the process that asked for them runs and writes.
import { KTHREAD } from '../../generated/types';
import { getField } from '../../memory/virtual';
import { wake } from './dispatch';
import { requesterTask } from './rest';
import { countTasks, stateOf, Task, taskAt, WAITING } from './tasks';

const BOOST: u32 = 1; // IO_DISK_INCREMENT
const MOST: u64 = 0x10000000; // bytes that one burst writes
const BYTES_PER_UNIT: u64 = 100; // of 100 ns that the processor needs: 1 GB a second

let unwritten: u64 = 0;

/** Bytes of a dump have gone to the disk: who asked for it writes them as time goes on. */
export function noteWritten(bytes: u64): void {
  unwritten += bytes;
}

/** Lets a thread that waits write what is to be written, as much as it can at once. Time goes on from now. */
export function writeDumps(): void {
  if (unwritten == 0) return;
  const task = freeTask();
  if (!task) return;
  const bytes = min(unwritten, MOST);
  unwritten -= bytes;
  task.written = u32(bytes);
  const hasTimer = getField(task.thread, KTHREAD.TimerActive) != 0;
  wake(task, BOOST, max(bytes / BYTES_PER_UNIT, 1), hasTimer);
}

/** A thread of the requester's process, beside the requester itself, that waits; null when none does. */
function freeTask(): Task | null {
  const requester = requesterTask();
  if (requester < 0) return null;
  const process = taskAt(requester).process;
  for (let index: u32 = 0; index < countTasks(); index++) {
    const task = taskAt(index);
    const isOther = i32(index) != requester && task.process == process;
    if (isOther && stateOf(task) == WAITING && task.allowed == u64.MAX_VALUE) return task;
  }
  return null;
}
