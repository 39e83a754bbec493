import type { ProcessCounters } from './counters.js';

/** Numbers of the NTSTATUS values, as ntstatus.h gives them. */
const CODES = {
  STATUS_INVALID_CID: 0xc000000b,
  STATUS_ACCESS_DENIED: 0xc0000022,
  STATUS_PROCESS_IS_TERMINATING: 0xc000010a,
} as const;

/** RID of the medium integrity level, at which a user's programs run. */
const MEDIUM = 0x2000n;

/** Why no dump of a process can be made, as Windows says it. */
export class ProcessDumpError extends RangeError {
  override name = 'ProcessDumpError';
  readonly status: keyof typeof CODES;

  constructor(status: ProcessDumpError['status'], message: string) {
    super(message);
    this.status = status;
  }

  /** The NTSTATUS as an unsigned number. */
  get code(): number {
    return CODES[this.status];
  }
}

/** No process has the id or name. */
export function noSuchProcess(who: string): ProcessDumpError {
  return new ProcessDumpError(
    'STATUS_INVALID_CID',
    `There is no process ${who}. It may have ended; choose one that runs.`,
  );
}

/**
 * @param administrator Who is none runs at medium integrity, and reads no process above it.
 * @throws ProcessDumpError when the process must not be read, as OpenProcess refuses it, or has nothing to read
 */
export function refuse(
  { pid, protection, exitTime, isMinimal, peb, integrity }: ProcessCounters,
  name: string,
  administrator: boolean,
): void {
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
  if (!administrator && integrity > MEDIUM)
    throw new ProcessDumpError(
      'STATUS_ACCESS_DENIED',
      `Access is denied: ${name} (${pid}) runs with more rights than a standard user has. Run Task Manager as an administrator.`,
    );
}
