import { bugChecks } from './bug-checks.json';
import type { Core } from './core.js';

export type BugCheckName = keyof typeof bugChecks;

/** Why a machine has stopped, as nt!KiBugCheckData says it. */
export interface BugCheck {
  readonly name: string;
  readonly code: number;
  readonly parameters: readonly [bigint, bigint, bigint, bigint];
}

/** The machine has stopped with a bug check: nothing can be asked of it but what its memory holds. */
export class MachineStoppedError extends Error {
  constructor({ name, code }: BugCheck) {
    const hex = code.toString(16).toUpperCase();
    super(`The machine has stopped with ${name} (0x${hex}). Only a new boot makes it run again.`);
    this.name = 'MachineStoppedError';
  }
}

/** Stops the machine, as KeBugCheckEx does: what it is told stands in emulated memory, and nowhere else. */
export function bugCheck(core: Core, name: BugCheckName, ...parameters: readonly bigint[]): void {
  const [first = 0n, second = 0n, third = 0n, fourth = 0n] = parameters;
  core.exports.bugCheckNote(BigInt(bugChecks[name].code), first, second, third, fourth);
}

/** What has stopped the machine; undefined while it runs. */
export function readBugCheck(core: Core): BugCheck | undefined {
  const at = (index: number) => BigInt.asUintN(64, core.exports.bugCheckData(index));
  const code = Number(at(0));
  if (code === 0) return undefined;
  const [name = `0x${code.toString(16)}`] =
    Object.entries(bugChecks).find(([, entry]) => entry.code === code) ?? [];
  return { name, code, parameters: [at(1), at(2), at(3), at(4)] };
}
