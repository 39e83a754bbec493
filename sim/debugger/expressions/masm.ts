import { MemoryError, readInteger } from '../memory/memory.js';
import { evaluateCpp } from './cpp.js';
import { ExpressionError, Scanner } from './scanner.js';
import type { Scope } from './scope.js';
import { takeCall } from './text-functions.js';
import { integerValue } from './typed-value.js';

const MASK = 0xffffffffffffffffn;
const wrap = (value: bigint) => value & MASK;
const signed = (value: bigint) => BigInt.asIntN(64, value);
const truth = (value: boolean) => (value ? 1n : 0n);

type Binary = (left: bigint, right: bigint) => bigint;

/** Operators from the ones that bind least to those that bind most. Source: Microsoft, "MASM Numbers and Operators". */
const LEVELS: readonly Readonly<Record<string, Binary>>[] = [
  { '|': (a, b) => a | b, or: (a, b) => a | b },
  { '^': (a, b) => a ^ b, xor: (a, b) => a ^ b },
  { '&': (a, b) => a & b, and: (a, b) => a & b },
  { '==': (a, b) => truth(a === b), '!=': (a, b) => truth(a !== b), '=': (a, b) => truth(a === b) },
  {
    '<=': (a, b) => truth(signed(a) <= signed(b)),
    '>=': (a, b) => truth(signed(a) >= signed(b)),
    '<': (a, b) => truth(signed(a) < signed(b)),
    '>': (a, b) => truth(signed(a) > signed(b)),
  },
  {
    '>>>': (a, b) => signed(a) >> (b & 63n),
    '<<': (a, b) => a << (b & 63n),
    '>>': (a, b) => a >> (b & 63n),
  },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': divide, '%': remainder, mod: remainder },
];

function divide(a: bigint, b: bigint): bigint {
  return a / b;
}

function remainder(a: bigint, b: bigint): bigint {
  return a % b;
}

const LONG_OPERATORS = /(?:<<|>>>|>>|<=|>=|==|!=|[-+*/%<>=&|^]|(?:and|or|xor|mod)(?![\w!$@]))/;

/** Functions of one argument. */
const FUNCTIONS: Readonly<Record<string, (value: bigint, scope: Scope) => bigint>> = {
  poi: (at, { memory }) => readInteger(memory, at, 8),
  qwo: (at, { memory }) => readInteger(memory, at, 8),
  dwo: (at, { memory }) => readInteger(memory, at, 4),
  wo: (at, { memory }) => readInteger(memory, at, 2),
  by: (at, { memory }) => readInteger(memory, at, 1),
  low: (value) => value & 0xffffn,
  hi: (value) => (value >> 16n) & 0xffffn,
  not: (value) => truth(value === 0n),
  $iment: (base, scope) => scope.entryPoint(base) ?? 0n,
};

/** Evaluates a MASM expression that is all of the text. @throws ExpressionError, MemoryError */
export function evaluateMasm(text: string, scope: Scope): bigint {
  const scanner = new Scanner(text);
  const value = parseMasm(scanner, scope);
  if (!scanner.ended) throw new ExpressionError('Extra character', scanner.rest);
  return value;
}

/** Evaluates as much as is one expression; the scanner stands behind it. */
export function parseMasm(scanner: Scanner, scope: Scope): bigint {
  // A mark of an address, a type or a macro means nothing here.
  scanner.match(/[&%#]/);
  return binary(scanner, scope, 0);
}

function binary(scanner: Scanner, scope: Scope, level: number): bigint {
  const operators = LEVELS[level];
  if (!operators) return unary(scanner, scope);
  let left = binary(scanner, scope, level + 1);
  for (;;) {
    const before = scanner.at;
    const operator = scanner.match(LONG_OPERATORS)?.toLowerCase();
    const apply = operator === undefined ? undefined : operators[operator];
    if (!apply) {
      scanner.at = before;
      return left;
    }
    scanner.skipSpace();
    const rest = scanner.rest;
    const right = binary(scanner, scope, level + 1);
    if (right === 0n && (apply === divide || apply === remainder)) throw new ExpressionError('Operand', rest);
    left = wrap(apply(left, right));
  }
}

function unary(scanner: Scanner, scope: Scope): bigint {
  if (scanner.take('-')) return wrap(-unary(scanner, scope));
  if (scanner.take('+')) return unary(scanner, scope);
  if (scanner.take('~')) return truth(unary(scanner, scope) === 0n);
  const before = scanner.at;
  const name = scanner.match(/\$?[a-z]+(?=\s*\()|(?:not|poi|by|wo|dwo|qwo|low|hi)(?=\s|$)/)?.toLowerCase();
  const apply = name === undefined ? undefined : FUNCTIONS[name];
  if (apply) return applied(scanner, scope, apply);
  scanner.at = before;
  return primary(scanner, scope);
}

/** @throws ExpressionError also where memory cannot be read; it tells what is left from the operand's end on */
function applied(scanner: Scanner, scope: Scope, apply: (value: bigint, scope: Scope) => bigint): bigint {
  scanner.skipSpace();
  const before = scanner.at;
  const operand = unary(scanner, scope);
  try {
    return wrap(apply(operand, scope));
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    const isClosed = scanner.text[before] === '(';
    throw new ExpressionError('Memory access', scanner.text.slice(isClosed ? scanner.at - 1 : before));
  }
}

function primary(scanner: Scanner, scope: Scope): bigint {
  if (scanner.take('(')) return closed(scanner, scope, ')');
  if (scanner.take('[')) return closed(scanner, scope, ']');
  if (scanner.match(/@@(?:c\+\+)?\(/))
    return integerValue(evaluateCpp(scanner.bracketed('(', ')'), scope), scope);
  if (scanner.match(/@@masm\(/)) return evaluateMasm(scanner.bracketed('(', ')'), scope);
  const call = takeCall(scanner, scope, (text) => evaluateMasm(text, scope));
  if (call !== undefined) return call;
  const characters = scanner.match(/'[^']{1,8}'/);
  if (characters) return characterCode(characters.slice(1, -1));
  return named(scanner, scope);
}

function closed(scanner: Scanner, scope: Scope, bracket: string): bigint {
  const value = parseMasm(scanner, scope);
  scanner.expect(bracket);
  return value;
}

/** Characters as a number, the first in the highest byte. */
function characterCode(text: string): bigint {
  return [...text].reduce((value, character) => (value << 8n) | BigInt(character.charCodeAt(0) & 0xff), 0n);
}

function named(scanner: Scanner, scope: Scope): bigint {
  const start = scanner.at;
  scanner.skipSpace();
  const rest = scanner.rest;
  const word = scanner.match(/@?(?:[\w$?.:~`@]|!(?!=))+/);
  if (word === undefined || NO_OPERAND.test(word))
    throw new ExpressionError(/^$|^[^"`{'!?]/.test(rest) ? MISSING : 'Syntax', rest);
  if (word.endsWith('!')) throw new ExpressionError('Syntax', rest);
  if (word === '.') return scope.register('$ip') ?? 0n;
  if (word.startsWith('@')) {
    const name = word.slice(1).replace(/^!/, '');
    const value = scope.register(name) ?? scope.symbol(name);
    if (value === undefined) throw new ExpressionError('Bad register', rest);
    return value;
  }
  if (hasOverflow(word, scope.radix)) throw new ExpressionError('Overflow', rest);
  const number = parseNumber(word, scope.radix);
  if (number !== undefined) return number;
  const value = scope.symbol(word.replace(/^!/, '')) ?? scope.register(word);
  if (value !== undefined) return value;
  scanner.at = start;
  throw new ExpressionError(/^\d/.test(word) ? 'Syntax' : "Couldn't resolve", rest);
}

/** What is said where a number or a name should stand. */
const MISSING = 'Numeric expression missing from';
/** Words that are operators, and what cannot begin a name. */
const NO_OPERAND = /^(?:(?:and|or|xor|mod)$|:)/i;

const PREFIXES: Readonly<Record<string, number>> = { '0x': 16, '0n': 10, '0t': 8, '0y': 2 };
const DIGITS: Readonly<Record<number, RegExp>> = {
  16: /^[0-9a-f]+$/i,
  10: /^[0-9]+$/,
  8: /^[0-7]+$/,
  2: /^[01]+$/,
};

/** A number as WinDbg reads it: with a prefix, or in the default radix; backticks between halves are passed over. */
export function parseNumber(word: string, radix: number): bigint | undefined {
  const found = digitsOf(word, radix);
  if (!found) return undefined;
  const { digits, base } = found;
  return wrap([...digits].reduce((value, digit) => value * BigInt(base) + BigInt(parseInt(digit, 16)), 0n));
}

/** A prefix alone is zero. An h makes a number hexadecimal that has a hexadecimal digit. */
function digitsOf(word: string, radix: number): { digits: string; base: number } | undefined {
  const plain = word.replaceAll('`', '');
  const prefixed = PREFIXES[plain.slice(0, 2).toLowerCase()];
  if (prefixed && word.length === 2) return { digits: '0', base: prefixed };
  const digits = prefixed ? plain.slice(2) : plain.replace(/^([0-9]*[a-f][0-9a-f]*)h$/i, '$1');
  const base = prefixed ?? (digits === plain ? radix : 16);
  return DIGITS[base]!.test(digits) ? { digits, base } : undefined;
}

/** WinDbg notices a number that is too large by a value that shrinks with a further digit. */
function hasOverflow(word: string, radix: number): boolean {
  const found = /^\d/.test(word) ? digitsOf(word, radix) : undefined;
  let value = 0n;
  for (const digit of found?.digits ?? '') {
    const next = wrap(value * BigInt(found!.base) + BigInt(parseInt(digit, 16)));
    if (next < value) return true;
    value = next;
  }
  return false;
}
