import type { ProcessCounters } from './counters.js';

/** Why no dump of a process can be made, as Windows says it. */
export class ProcessDumpError extends RangeError {
  override name = 'ProcessDumpError';
  readonly status: 'STATUS_ACCESS_DENIED' | 'STATUS_PROCESS_IS_TERMINATING' | 'STATUS_INVALID_CID';

  constructor(status: ProcessDumpError['status'], message: string) {
    super(message);
    this.status = status;
  }
}

/** No process has the id or name. */
export function noSuchProcess(who: string): ProcessDumpError {
  return new ProcessDumpError(
    'STATUS_INVALID_CID',
    `There is no process ${who}. It may have ended; choose one that runs.`,
  );
}

/** @throws ProcessDumpError when the process must not be read, as OpenProcess refuses it, or has nothing to read */
export function refuse({ pid, protection, exitTime, isMinimal, peb }: ProcessCounters, name: string): void {
  if (exitTime !== 0n)
    throw new ProcessDumpError(
      'STATUS_PROCESS_IS_TERMINATING',
      `${name} (${pid}) has ended, so that it has no memory to write. Choose a process that runs.`,
    );
  if (protection !== 0n || isMinimal !== 0n || peb === 0n)
    throw new ProcessDumpError(
      'STATUS_ACCESS_DENIED',
      `Access is denied: ${name} (${pid}) is a protected process, whose memory Windows lets nobody read. Choose another process.`,
    );
}
