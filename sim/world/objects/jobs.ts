import type { Kernel } from '../../machine/machine.js';
import type { StagedProcess } from '../stage.js';
import { isPackaged } from './packages.js';

/** A job and who is in it. */
export interface StagedJob {
  /** EJOB. */
  readonly address: bigint;
  readonly session: number;
  readonly processes: StagedProcess[];
}

/** Puts each packaged program into a job of its own with what it has started, as the application model does. */
export function createJobs(kernel: Kernel, processes: readonly StagedProcess[]): StagedJob[] {
  const { exports } = kernel.core;
  const type = kernel.typeIndex.get('Job')!;
  const packaged = processes.filter((process) => process.exitTime === undefined && isPackaged(process));
  return packaged
    .filter(({ parentPid }) => !packaged.some(({ pid }) => pid === parentPid))
    .map((first) => {
      const members = [first, ...packaged.filter(({ parentPid }) => parentPid === first.pid)];
      const address = exports.jobCreate(type, first.sessionId);
      for (const { address: process } of members) exports.jobAssign(process, address);
      return { address, session: first.sessionId, processes: members };
    });
}
