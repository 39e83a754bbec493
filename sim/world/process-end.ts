import type { Core } from '../machine/core.js';
import type { Kernel } from '../machine/machine.js';
import type { Schedule } from './schedule.js';
import type { Stage, StagedProcess } from './stage.js';

/** What the shell's subsystem is called in each session: it has every process and thread of it open while they live. */
const SUBSYSTEM = 'csrss.exe';

/**
 * Ends a process of the stage now, with an NTSTATUS. Whoever else has it open keeps its object; a thread that waits for a
 * request which its driver cannot cancel stays, and the process with it. Returns how many such threads there are.
 */
export function endProcess(
  kernel: Kernel,
  stage: Stage,
  schedule: Schedule,
  process: StagedProcess,
  status: number,
): number {
  const { core } = kernel;
  const { exports } = core;
  const { sessionId } = process;
  const left = exports.processTerminate(process.address, status);
  const subsystem = stage.processes.find(
    (other) => other.name === SUBSYSTEM && other.sessionId === sessionId && other !== process,
  );
  if (subsystem) exports.processCloseHandlesTo(subsystem.address, process.address);
  const gone = objectsGone(core);
  const ended = new Set(schedule.end(process));
  const exitTime = exports.clockNow();
  for (const { tid, address } of process.threads.filter((thread) => ended.has(thread)))
    process.endedThreads.push({ tid, address, exitTime, exitStatus: status });
  replace(
    process.threads,
    process.threads.filter((thread) => !ended.has(thread)),
  );
  for (const other of stage.processes)
    if (other === process || other.exitTime !== undefined)
      replace(
        other.endedThreads,
        other.endedThreads.filter(({ address }) => !gone.has(address)),
      );
  stage.io.requests.forget(gone);
  kernel.namespace.forget(gone);
  if (left === 0) {
    process.exitTime = exitTime;
    process.exitStatus = status;
    process.sessionId = 0; // what has ended has left its session
    process.modules.length = 0;
    process.modules32.length = 0;
    delete process.peb32;
    process.modules32.length = 0;
    delete process.peb32;
    const { jobs, ports } = stage.objects;
    for (const job of jobs)
      replace(
        job.processes,
        job.processes.filter((member) => member !== process),
      );
    replace(
      ports,
      ports.filter(({ server }) => server !== process),
    );
  }
  replace(
    stage.processes,
    stage.processes.filter(({ address, exitTime: end }) => end === undefined || !gone.has(address)),
  );
  return left;
}

function replace<T>(list: T[], kept: readonly T[]): void {
  if (kept.length === list.length) return;
  list.length = 0;
  for (const item of kept) list.push(item);
}

/** Addresses of the objects that were deleted since it was last asked for. */
function objectsGone(core: Core): Set<bigint> {
  const gone = new Set<bigint>();
  for (;;) {
    const count = core.exports.objectListGone();
    if (count === 0) return gone;
    for (let i = 0; i < count; i++) gone.add(core.exchange.getBigUint64(i * 8, true));
  }
}
