import { evaluateMasm } from '../expressions/masm.js';
import { hex } from '../format/numbers.js';
import { MemoryError } from '../memory/memory.js';
import type { Session } from '../session.js';
import { typeText } from '../types/type-text.js';
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
}

const LARGEST = 0x10000;

/**
 * Bytes from where an expression leads to, with a structure laid over them.
 * @param type name of a structure; '' for none
 * @throws Error when the expression or the type means nothing
 */
export function memoryView(session: Session, expression: string, length: number, type: string): MemoryView {
  const address = BigInt.asUintN(64, evaluateMasm(expression, session));
  const bytes = session.memory.read(address, Math.min(length, LARGEST)).slice();
  return {
    address: hex(address, 16),
    symbol: session.symbolText(address),
    bytes,
    fields: type === '' ? [] : fieldsOf(session, type, address),
  };
}

function fieldsOf(session: Session, name: string, at: bigint): FieldView[] {
  const type = session.type(name);
  if (type?.kind !== 'struct') throw new Error(`There is no structure ${name} in the symbols.`);
  return type.fields
    .filter(({ isStatic }) => !isStatic)
    .map((field) => ({
      name: field.name,
      offset: field.offset,
      size: field.type.size,
      type: typeText(field.type),
      value: shownValue(session, () => valueText(session.memory, field.type, at + BigInt(field.offset))),
    }));
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
