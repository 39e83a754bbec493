import type { Core } from './core.js';

/** What a process says of itself in the kernel's structures. */
export interface ProcessReading {
  pid: number;
  parentPid: number;
  sessionId: number;
  threads: number;
  /** KPROCESS.CycleTime. */
  cycles: bigint;
  /** Pages of its private working set. */
  privatePages: number;
  bytesRead: bigint;
  bytesWritten: bigint;
  /** It takes the system down with it when it ends. */
  critical: boolean;
  frozen: boolean;
  /** It has ended; something still refers to it. */
  hasEnded: boolean;
  /** Address of the EPROCESS. */
  address: bigint;
  /** NT path of its image: `\Device\HarddiskVolume3\Windows\…`. */
  imagePath: string;
}

const NUMBERS_BYTES = 16 * 8; // before the path, see kernel/processes/process-list.ts of the core

/** Walks nt!PsActiveProcessHead. */
export function readProcesses(core: Core): ProcessReading[] {
  const readings: ProcessReading[] = [];
  const { exports } = core;
  for (let process = exports.processNext(0n); process !== 0n; process = exports.processNext(process)) {
    const pathBytes = exports.processRead(process);
    const { exchange } = core;
    const number = (index: number) => exchange.getBigUint64(index * 8, true);
    readings.push({
      pid: Number(number(0)),
      parentPid: Number(number(1)),
      sessionId: Number(number(2)),
      threads: Number(number(3)),
      cycles: number(4),
      privatePages: Number(number(5)),
      bytesRead: number(6),
      bytesWritten: number(7),
      critical: number(8) !== 0n,
      frozen: number(9) !== 0n,
      address: number(10),
      hasEnded: number(11) !== 0n,
      imagePath: core.takeText(NUMBERS_BYTES, pathBytes),
    });
  }
  return readings;
}
