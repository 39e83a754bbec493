import { matcher } from '../patterns.js';
import type { Scanner } from './scanner.js';
import { ExpressionError } from './scanner.js';
import type { Scope } from './scope.js';

/**
 * Functions of MASM expressions with several arguments. Source: Microsoft, "MASM Numbers and Operators".
 * `values` are evaluated for those that take numbers.
 */
const OF_TEXTS: Readonly<Record<string, (a: string, b: string) => bigint>> = {
  $scmp: (a, b) => compared(a, b),
  $sicmp: (a, b) => compared(a.toLowerCase(), b.toLowerCase()),
  $spat: (text, pattern) => (matcher(pattern)(text) ? 1n : 0n),
};
const OF_NUMBERS: Readonly<Record<string, (scope: Scope, values: readonly bigint[]) => bigint>> = {
  $vvalid: ({ memory }, [at = 0n, length = 0n]) => (isReadable(memory, at, length) ? 1n : 0n),
};

const compared = (a: string, b: string) => (a === b ? 0n : a < b ? -1n : 1n);

/** A longer range is nothing that somebody asks about, and would take its time. */
const LONGEST_RANGE = 0x1000000n;
const PAGE_BYTES = 0x1000n;

function isReadable(memory: Scope['memory'], at: bigint, length: bigint): boolean {
  if (length > LONGEST_RANGE) return false;
  for (let page = at & ~(PAGE_BYTES - 1n); page < at + length; page += PAGE_BYTES)
    if (memory.read(page < at ? at : page, 1).length === 0) return false;
  return true;
}

/** Takes such a call where one stands. @throws ExpressionError when its arguments are off */
export function takeCall(
  scanner: Scanner,
  scope: Scope,
  evaluate: (text: string) => bigint,
): bigint | undefined {
  const before = scanner.at;
  const name = scanner.match(/\$[a-z]+(?=\()/)?.toLowerCase() ?? '';
  const [ofTexts, ofNumbers] = [OF_TEXTS[name], OF_NUMBERS[name]];
  if (!ofTexts && !ofNumbers) {
    scanner.at = before;
    return undefined;
  }
  const rest = scanner.rest;
  scanner.take('(');
  const text = scanner.bracketed('(', ')');
  if (ofNumbers) return BigInt.asUintN(64, ofNumbers(scope, text.split(',').map(evaluate)));
  const [, a, b] = /^\s*"([^"]*)"\s*,\s*"([^"]*)"\s*$/.exec(text) ?? [];
  if (a === undefined || b === undefined) throw new ExpressionError('Syntax', rest);
  return BigInt.asUintN(64, ofTexts!(a, b));
}
