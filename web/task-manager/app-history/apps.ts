import type { ProcessRow } from '../../../sim/worker/sim-api.js';
import { processName } from '../processes/process-name.js';

/** What the processes of an app have used since they started. */
export interface AppUsage {
  /** Family name of its package, or the image's name of a program that is in none. */
  id: string;
  name: string;
  /** Seconds. */
  cpuTime: number;
  /** Bytes that they have received. */
  network: number;
}

/**
 * The packaged apps of `user`, each named after the process that has used the processor most.
 * @param all all programs of all accounts instead
 */
export function appUsages(processes: readonly ProcessRow[], user: string, all = false): AppUsage[] {
  const byPackage = new Map<string, ProcessRow[]>();
  for (const process of processes) {
    const id = process.packageName || (all ? process.imageName.toLowerCase() : '');
    // What interrupts take is no program's.
    if (id === '' || process.pid < 0 || (!all && process.userName !== user)) continue;
    byPackage.set(id, [...(byPackage.get(id) ?? []), process]);
  }
  return [...byPackage].map(([id, members]) => {
    const first = members.reduce((most, other) => (other.cpuTime > most.cpuTime ? other : most));
    return {
      id,
      name: processName(first),
      cpuTime: members.reduce((sum, { cpuTime }) => sum + cpuTime, 0),
      network: members.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0),
    };
  });
}

const MINUTE = 60;
const HOUR = 3600;

/** `0:04:35`: hours, minutes, seconds. */
export function formatCpuTime(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${Math.floor(seconds / HOUR)}:${two((seconds % HOUR) / MINUTE)}:${two(seconds % MINUTE)}`;
}
