import type { CheckResult } from '../check/check.js';
import { createMachine } from '../index.js';
import { UserError } from './errors.js';
import { machineOptions, type MachineCommandOptions } from './machine-options.js';

export interface CheckOptions extends MachineCommandOptions {
  advance: string;
  json: boolean;
}

const EXIT_DISAGREES = 1;
const LONGEST_STEP = 100; // ms: as the page lets time pass

/** Boots a machine, lets time pass and checks that everything on it agrees; exits with 1 when something does not. */
export async function check(options: CheckOptions): Promise<void> {
  const asked = machineOptions(options);
  const advance = parseMilliseconds(options.advance);
  const machine = await createMachine(asked);
  for (let left = advance; left > 0; left -= LONGEST_STEP) machine.advance(Math.min(left, LONGEST_STEP));
  const result = machine.check();
  if (options.json) process.stdout.write(`${JSON.stringify(readable(result))}\n`);
  else if (result.ok) process.stdout.write(`Everything agrees: ${summary(result)}.\n`);
  else process.stderr.write(`${result.message}\n`);
  if (!result.ok) process.exitCode = EXIT_DISAGREES;
}

function parseMilliseconds(text: string): number {
  const ms = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(ms))
    throw new UserError(`The time to pass must be a whole number of milliseconds, not "${text}".`);
  return ms;
}

/** `25 processes, 224 threads, …`: `handleTables` as `handle tables`. */
function summary({ visited }: CheckResult): string {
  return Object.entries(visited)
    .map(([name, count]) => `${count} ${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`)
    .join(', ');
}

/** 64-bit numbers as `0x…`, which JSON has no number for. */
function readable(result: CheckResult): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(result).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'bigint' ? `0x${value.toString(16)}` : value,
    ]),
  );
}
