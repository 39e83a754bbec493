import { notifyRoutines, type NotifyRoutine } from '../images/index.js';
import type { Kernel } from '../machine/machine.js';

/** Of the interface that can also forbid a process. */
const EXTENDED = 2n;

/** Lets drivers that are on the machine be told of processes, threads and images. */
export function enterNotifyRoutines({ core, loaded }: Kernel): void {
  const { exports } = core;
  const present = ({ routine }: NotifyRoutine) => loaded.has(routine.slice(0, routine.indexOf('!')));
  for (const { routine, extended = false } of notifyRoutines.process.filter(present))
    exports.notifyProcesses(loaded.address(routine), extended ? EXTENDED : 0n);
  for (const { routine } of notifyRoutines.thread.filter(present))
    exports.notifyThreads(loaded.address(routine));
  for (const { routine } of notifyRoutines.image.filter(present))
    exports.notifyImages(loaded.address(routine));
}
