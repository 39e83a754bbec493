import type { StagedProcess } from '../world/stage.js';

/** Who a process is and since when. */
export interface TruthIdentity {
  /** Account that it runs as: `SYSTEM`, `LOCAL SERVICE`, a user's name. */
  user: string;
  /** DOS path of its program; absent for processes without one. */
  path?: string;
  /** FILETIME, decimal. */
  createTime: string;
  /** FILETIME, decimal; of a process that has ended and is still referred to. */
  exitTime?: string;
  /** NTSTATUS that it ended with; absent for 0, and while it lives. */
  exitStatus?: number;
  /** KPROCESS.BasePriority. */
  basePriority: number;
  /** PS_PROTECTION.Level; absent when it is 0. */
  protection?: number;
  /** EPROCESS.Machine where its code is not AMD64's; a WOW64 process. */
  machine?: 'I386';
  /** What it is beyond an ordinary process: `critical`, `minimal`, `suspended`, … */
  traits?: readonly string[];
  /** Services that it hosts, by name. */
  services?: readonly string[];
}

/** What the population asked for. */
export function truthOfIdentity(process: StagedProcess): TruthIdentity {
  const { user, program, createTime, exitTime, exitStatus, basePriority, spec, modules } = process;
  return {
    user,
    ...(program.path.includes('\\') ? { path: program.path } : {}),
    createTime: String(createTime),
    ...(exitTime === undefined ? {} : { exitTime: String(exitTime) }),
    ...(exitStatus ? { exitStatus } : {}),
    basePriority,
    ...(program.protection === 0 ? {} : { protection: program.protection }),
    ...(program.wow64 && modules.length > 0 ? { machine: 'I386' as const } : {}),
    ...(spec.traits.length > 0 ? { traits: spec.traits } : {}),
    ...(spec.services.length > 0 ? { services: spec.services.map(([name]) => name) } : {}),
  };
}
