import { evaluateMasm } from '../expressions/masm.js';
import { hex } from '../format/numbers.js';
import { MemoryError } from '../memory/memory.js';
import type { Session } from '../session.js';
import { typeText } from '../types/type-text.js';
import type { Field, StructType } from '../types/type.js';
import { valueText } from '../types/value-text.js';

/** A field of the type that is laid over memory. */
export interface FieldView {
  name: string;
  /** From the start, bytes. */
  offset: number;
  size: number;
  type: string;
  value: string;
}

export interface MemoryView {
  /** Sixteen digits. */
  address: string;
  symbol: string;
  /** Up to the first byte that cannot be read. */
  bytes: Uint8Array;
  fields: FieldView[];
  /** Of each pointer, what its target is called; '' for nothing. None when they are not asked for. */
  symbols: string[];
}

const LARGEST = 0x10000;

/**
 * Bytes from where an expression leads to, with a structure laid over them.
 * @param type name of a structure; '' for none
 * @param withSymbols whether the bytes are pointers
 * @throws Error when the expression or the type means nothing
 */
export function memoryView(
  session: Session,
  expression: string,
  length: number,
  type: string,
  withSymbols = false,
): MemoryView {
  const address = BigInt.asUintN(64, evaluateMasm(expression, session));
  const bytes = session.memory.read(address, Math.min(length, LARGEST)).slice();
  return {
    address: hex(address, 16),
    symbol: session.symbolText(address),
    bytes,
    fields: type === '' ? [] : fieldsOf(session, type, address, length),
    symbols: withSymbols ? symbolsOf(session, bytes) : [],
  };
}

const POINTER_BYTES = 8;

/** What pointers lead to, as `dps` names it; a look is no reason to load symbols. */
function symbolsOf(session: Session, bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / POINTER_BYTES) }, (_, i) => {
    const target = view.getBigUint64(i * POINTER_BYTES, true);
    const module = session.moduleAt(target);
    if (module?.state === 'deferred') return `${module.name}+0x${hex(target - module.base)}`;
    return module ? session.symbolText(target) : '';
  });
}

function fieldsOf(session: Session, name: string, at: bigint, length: number): FieldView[] {
  const type = session.type(name);
  if (type?.kind !== 'struct') throw new Error(`There is no structure ${name} in the symbols.`);
  return [...leavesOf(type, '', 0, length)].map(({ field, path, offset }) => ({
    name: path,
    offset,
    size: field.type.size,
    type: typeText(field.type),
    value: shownValue(session, () => valueText(session.memory, field.type, at + BigInt(offset))),
  }));
}

/** Structures of so many bytes are lists, strings and numbers, which are read as a whole. */
const LARGEST_WHOLE = 16;
const MOST_LEVELS = 8;

/** Fields with those of the structures in them, as far as these lie among the bytes that are shown. */
function* leavesOf(
  type: StructType,
  path: string,
  from: number,
  length: number,
  level = 0,
): Generator<{ field: Field; path: string; offset: number }> {
  for (const field of type.fields) {
    if (field.isStatic) continue;
    const offset = from + field.offset;
    const name = path + field.name;
    const { type: own } = field;
    if (own.kind === 'struct' && own.size > LARGEST_WHOLE && offset < length && level < MOST_LEVELS)
      yield* leavesOf(own, `${name}.`, offset, length, level + 1);
    else yield { field, path: name, offset };
  }
}

/** Question marks stand for what the dump does not hold, as in dt. */
function shownValue(session: Session, read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return '??';
  } finally {
    session.takeMissing();
  }
}
