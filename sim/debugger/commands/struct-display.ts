import { hex, address } from '../format/numbers.js';
import { MemoryError, readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import { CommandError } from './command.js';
import { countOf, type Field, type StructType, type Type } from '../types/type.js';
import { typeText, verboseTypeText } from '../types/type-text.js';
import { structValue, valueText } from '../types/value-text.js';

/** How `dt` shows a structure. */
export interface DisplayOptions {
  /** Levels of structures inside of it. */
  depth: number;
  verbose: boolean;
  /** Without offsets. */
  noOffsets: boolean;
  /** Without indenting inner structures. */
  flat: boolean;
  /** Inner structures only, nothing behind pointers. */
  block: boolean;
  /** Fields behind one another on one line. */
  compact: boolean;
  /** Width of names. */
  width: number;
  /** Lines that may still be shown: types that hold themselves have no end. */
  budget: { lines: number };
}

const MOST_LINES = 50_000;

/** How `dt` shows a structure when it is not told. */
export const plain = (): DisplayOptions => ({
  depth: 0,
  verbose: false,
  noOffsets: false,
  flat: false,
  block: false,
  compact: false,
  width: 16,
  budget: { lines: MOST_LINES },
});

/** Structures behind pointers to pointers end somewhere even in damaged memory. */
const DEEPEST = 12;

/** All fields of a structure; with values where `at` is an address. */
export function structText(
  session: Session,
  type: StructType,
  at?: bigint,
  options = plain(),
  level = 1,
): string {
  return type.fields
    .filter(({ isStatic }) => !isStatic)
    .map((field) => fieldText(session, field, at, options, level))
    .join('');
}

/** One field, and what is inside of it as deep as the options say. */
export function fieldText(
  session: Session,
  field: Field,
  at: bigint | undefined,
  options: DisplayOptions,
  level: number,
): string {
  const where = at === undefined ? undefined : BigInt.asUintN(64, at + BigInt(field.offset));
  const value =
    where === undefined ? declared(field.type, options) : readable(session, field.type, where, options);
  if (options.budget.lines-- <= 0) throw new CommandError('The answer is too long; ask for less.\n');
  if (options.compact)
    return `${fieldHead(field, options, 0).trimEnd()} ${compactValue(field.type, value)}  `;
  const head = `${fieldHead(field, options, level)} : `;
  if (options.block && where !== undefined && field.type.kind === 'array')
    return head + elementsText(session, field.type, where, options, level);
  const line = `${head}${value}\n`;
  if (level > Math.min(options.depth, DEEPEST)) return line;
  const inner = innerOf(session, field.type, where, options);
  return inner ? line + structText(session, inner.type, inner.at, options, level + 1) : line;
}

/** `-c`: names of structures have a blank behind them, and texts end their line. */
function compactValue(type: Type, value: string): string {
  let inner = type;
  while (inner.kind === 'array' || inner.kind === 'pointer')
    inner = inner.kind === 'array' ? inner.element : inner.target;
  if (inner.kind === 'struct') return value.replace(inner.name, (name) => `${name} `);
  const isText = type.kind === 'array' && inner.kind === 'base' && /char/.test(inner.base);
  return isText && value.endsWith('"') ? `${value}\n` : value;
}

/** `-b`: each element of an array on a line of its own, the type of structures at the first. */
function elementsText(
  session: Session,
  type: Extract<Type, { kind: 'array' }>,
  at: bigint,
  options: DisplayOptions,
  level: number,
): string {
  const { element } = type;
  const isText = element.kind === 'base' && ['char', 'uchar', 'wchar'].includes(element.base);
  let text = isText ? `${readable(session, type, at, options).replace(/^\[\d+\] /, '')}\n` : '\n';
  for (let i = 0; i < countOf(type); i++) {
    if (options.budget.lines-- <= 0) throw new CommandError('The answer is too long; ask for less.\n');
    const place = BigInt.asUintN(64, at + BigInt(i * element.size));
    const value = readable(session, element, place, options);
    const shown = element.kind === 'struct' && i > 0 ? value.slice(element.name.length) : value;
    const indent = options.flat ? '' : ' '.repeat(level * 3 + 1);
    text += `${indent}[${String(i).padStart(2, '0')}] ${shown}\n`;
    if (element.kind === 'struct' && level <= DEEPEST)
      text += structText(session, element, place, options, level + 1);
  }
  return text;
}

/** `   +0x448 ActiveProcessLinks` */
export function fieldHead(
  { name, offset }: Field,
  { noOffsets, flat, width }: DisplayOptions,
  level: number,
): string {
  const indent = flat ? '' : ' '.repeat(level * 3);
  return `${indent}${noOffsets ? '' : `+0x${hex(offset, 3)} `}${name.padEnd(width)}`;
}

/** What stands there without an address. */
export function declared(type: Type, { verbose, block }: DisplayOptions): string {
  if (block && type.kind === 'pointer') return verbose ? 'Ptr64 to ' : 'Ptr64 ';
  if (block && type.kind === 'array' && type.element.kind === 'struct') return typeText(type.element);
  return verbose ? verboseTypeText(type) : typeText(type);
}

/** What stands behind the colon of a value in memory. */
export function readable(
  session: Session,
  type: Type,
  at: bigint,
  { verbose, block }: DisplayOptions,
): string {
  try {
    if (block && type.kind === 'pointer') {
      const target = readPointer(session.memory, at);
      return target === 0n ? '(null) ' : `0x${address(target)} `;
    }
    return valueText(session.memory, type, at, verbose);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return unreadable(type, at);
  }
}

function unreadable(type: Type, at: bigint): string {
  switch (type.kind) {
    case 'pointer':
      return '???? ';
    case 'struct':
      return type.name === '_GUID'
        ? `_GUID --- memory read error at address 0x${address(at)} ---`
        : type.name;
    case 'array': {
      const count = Math.floor(type.size / Math.max(1, type.element.size));
      const isText = type.element.kind === 'base' && ['char', 'uchar', 'wchar'].includes(type.element.base);
      if (isText) return `[${count}]  "--- memory read error at address 0x${address(at)} ---"`;
      return `[${count}] ${unreadable(type.element, at)}`;
    }
    default:
      return '??';
  }
}

/** The structure inside of a field or behind its pointer. */
function innerOf(
  session: Session,
  type: Type,
  at: bigint | undefined,
  { block }: DisplayOptions,
): { type: StructType; at: bigint | undefined } | undefined {
  if (type.kind === 'struct') return { type, at };
  if (type.kind === 'array' && type.element.kind === 'struct') return { type: type.element, at };
  if (block || type.kind !== 'pointer' || type.target.kind !== 'struct') return undefined;
  if (at === undefined) return { type: type.target, at: undefined };
  const bytes = session.memory.read(at, 8);
  if (bytes.length < 8) return undefined;
  const target = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  const isThere = target !== 0n && session.memory.read(target, 1).length > 0;
  return isThere ? { type: type.target, at: target } : undefined;
}

/** What stands above the fields of some well-known structures: their value on one line. */
export function summaryLine(session: Session, type: StructType, at: bigint): string {
  try {
    const summary = structValue(session.memory, type, at);
    return summary === undefined ? '' : `${summary}\n`;
  } catch (error) {
    if (error instanceof MemoryError) return '';
    throw error;
  }
}
