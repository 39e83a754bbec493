import fieldNames from '../../build/field-names.json';
import type { Core } from '../machine/core.js';
import { rules, visited } from './rules.json';

/** A rule of the check: `list-links-back`; all of them with what they say are in rules.json. */
export type RuleName = keyof typeof rules;

/** How many things of each kind a check has looked at. */
export type Visited = Readonly<Record<string, number>>;

/** What a check found. */
export type CheckResult =
  | { readonly ok: true; readonly visited: Visited }
  | {
      readonly ok: false;
      /** The rule that does not hold. */
      readonly rule: RuleName;
      /** What is wrong, as a sentence. */
      readonly message: string;
      /** Structure and field: `EPROCESS.ActiveThreads`; `undefined` where it is no field. */
      readonly field: string | undefined;
      /** Address of the bytes that disagree. */
      readonly address: bigint;
      /** What should stand there, or the nearest bound of it; 1 where anything that leads somewhere would do. */
      readonly expected: bigint;
      readonly found: bigint;
      /** What had been looked at by then. */
      readonly visited: Visited;
    };

const NUMBERS = 5; // rule, field, address, expected, found: check/report.ts of the core

/** Checks everything on a machine that a debugger would walk; ends at the first disagreement. */
export function checkMachine(core: Core): CheckResult {
  const ok = core.exports.checkRun();
  const { exchange } = core;
  const number = (index: number) => exchange.getBigUint64(index * 8, true);
  const counts = Object.fromEntries(visited.map((name, index) => [name, Number(number(NUMBERS + index))]));
  if (ok) return { ok, visited: counts };
  const rule = Object.keys(rules)[Number(number(0))] as RuleName;
  const field = (fieldNames as readonly string[])[Number(BigInt.asIntN(64, number(1)))];
  const [address, expected, found] = [number(2), number(3), number(4)];
  const message = `${rules[rule]} ${field ?? 'Memory'} at ${hex(address)} is ${hex(found)}, not ${hex(expected)}.`;
  return { ok, rule, message, field, address, expected, found, visited: counts };
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
