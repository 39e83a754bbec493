import type { Core } from './core.js';

/** Names of what the core tells of a process, in its order: assembly/kernel/processes/process-reading.ts. */
const NUMBERS = [
  'pid',
  'parentPid',
  'sessionId',
  'threads',
  'cycles',
  'privatePages',
  'bytesRead',
  'bytesWritten',
  'critical',
  'frozen',
  'address',
  'exitTime',
  'createTime',
  'kernelTicks',
  'userTicks',
  'workingSetPages',
  'peakWorkingSetPages',
  'commitPages',
  'pageFaults',
  'basePriority',
  'priorityClass',
  'handles',
  'readOperations',
  'writeOperations',
  'otherOperations',
  'readTransfer',
  'writeTransfer',
  'jobId',
  'protection',
  'wow64',
  'tokenFlags',
  'administrator',
  'ppmPolicy',
  'affinity',
  'graphicsTime',
  'otherTransfer',
] as const;

const WORD = 8;
const TEXTS_AT = 16;
const SYSTEM_PID = 4;

/**
 * What a process says of itself in the kernel's structures. `cycles` is KPROCESS.CycleTime; `privatePages` its private
 * working set; `kernelTicks` and `userTicks` count ticks of the clock; `critical`: it takes the
 * system down with it when it ends; `exitTime` is 0 while it lives; `administrator`: that group is enabled in its
 * token; `address` is that of its EPROCESS; `graphicsTime` is for how long the graphics adapter has worked for it, 100 ns.
 */
export type ProcessReading = Readonly<Record<(typeof NUMBERS)[number], bigint>>;

/** What stays as it is while a process lives. */
export interface ProcessTexts {
  /** NT path of its image: `\Device\HarddiskVolume3\Windows\…`. */
  readonly imagePath: string;
  /** Empty for what has no user mode. */
  readonly commandLine: string;
  /** SID of the user of its token, as bytes. */
  readonly userSid: Uint8Array;
}

/** Reads a process by the address of its EPROCESS. */
export function readProcess(core: Core, address: bigint): ProcessReading {
  core.exports.processRead(address);
  const { exchange } = core;
  const reading = {} as Record<(typeof NUMBERS)[number], bigint>;
  for (let i = 0; i < NUMBERS.length; i++) reading[NUMBERS[i]!] = exchange.getBigUint64(i * WORD, true);
  return reading;
}

/** Reads image path, command line and user of a process. */
export function readProcessTexts(core: Core, address: bigint): ProcessTexts {
  core.exports.processReadTexts(address);
  const { exchange } = core;
  const [pathBytes, commandBytes, sidBytes] = [0, 4, 8].map((at) => exchange.getUint32(at, true));
  const sidAt = core.exports.exchangeBuffer() + TEXTS_AT + pathBytes! + commandBytes!;
  return {
    imagePath: core.takeText(TEXTS_AT, pathBytes!),
    commandLine: core.takeText(TEXTS_AT + pathBytes!, commandBytes!),
    userSid: core.view(sidAt, sidBytes!).slice(),
  };
}

/** Walks nt!PsActiveProcessHead. */
export function readProcesses(core: Core): ProcessReading[] {
  const readings: ProcessReading[] = [];
  const { exports } = core;
  for (let process = exports.processNext(0n); process !== 0n; process = exports.processNext(process))
    readings.push(readProcess(core, process));
  return readings;
}

/** File name of a process's program; System has none, and what was created without a path is named as Windows does. */
export function imageNameOf(imagePath: string, pid: number): string {
  return pid === SYSTEM_PID ? 'System' : imagePath.slice(imagePath.lastIndexOf('\\') + 1);
}
