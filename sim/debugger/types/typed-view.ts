import { wideText } from '../files/text.js';
import { integerOf, readAll, readInteger, type Memory } from '../memory/memory.js';
import { isSigned } from '../expressions/typed-value.js';
import { fieldOf, type Field, type StructType, type Type } from './type.js';
import { SymbolsError } from '../symbols/symbols-error.js';
import { bitfieldValue } from './value-text.js';

/** Finds structures by name. */
export interface TypeSource {
  readonly memory: Memory;
  struct(name: string): StructType;
}

const LONGEST_TEXT = 0x8000;

/** A structure in memory, read field by field: `view.number('Pcb.BasePriority')`. All reads may throw MemoryError. */
export class TypedView {
  readonly type: StructType;
  readonly address: bigint;
  readonly #source: TypeSource;

  /** @throws Error when the symbols do not describe the structure */
  constructor(source: TypeSource, type: string | StructType, address: bigint) {
    this.#source = source;
    this.type = typeof type === 'string' ? source.struct(type) : type;
    this.address = address;
  }

  /** Whether there is a field by that path. */
  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** Where a field lies in the structure, and what it is. @throws SymbolsError when the structure has none of that name */
  field(path: string): { offset: number; type: Type } {
    return this.#resolve(path);
  }

  /** Address of a field. @throws Error when the structure has none of that name */
  at(path: string): bigint {
    return BigInt.asUintN(64, this.address + BigInt(this.#resolve(path).offset));
  }

  /** An integer, enumerator, pointer or bitfield: unsigned unless its type is signed. */
  value(path: string): bigint {
    const { offset, type } = this.#resolve(path);
    const bytes = readAll(this.#source.memory, BigInt.asUintN(64, this.address + BigInt(offset)), type.size);
    if (type.kind === 'bitfield') return bitfieldValue(bytes, type.position, type.length);
    const value = integerOf(bytes);
    return isSigned(type) ? BigInt.asIntN(type.size * 8, value) : value;
  }

  number(path: string): number {
    return Number(this.value(path));
  }

  /** The structure in a field. */
  inner(path: string): TypedView {
    const { type } = this.#resolve(path);
    if (type.kind !== 'struct') throw new SymbolsError(`${this.type.name}.${path} is no structure.`);
    return new TypedView(this.#source, type, this.at(path));
  }

  /** A zero-terminated text in an array of characters. */
  text(path: string): string {
    const { type } = this.#resolve(path);
    const bytes = readAll(this.#source.memory, this.at(path), type.size);
    const end = bytes.indexOf(0);
    return String.fromCharCode(...(end < 0 ? bytes : bytes.subarray(0, end)));
  }

  /** The text that a UNICODE_STRING refers to; '' for an empty or unreadable one. */
  unicode(path: string): string {
    return unicodeAt(this.#source.memory, this.at(path));
  }

  /** Name of an enumerator, or the number where the enumeration has none. */
  enumerator(path: string): string {
    const { type } = this.#resolve(path);
    const value = this.value(path);
    return (
      (type.kind === 'enum' && type.values.find((entry) => entry.value === value)?.name) || value.toString()
    );
  }

  #resolve(path: string): { offset: number; type: Type } {
    const found = this.#find(path);
    if (!found) throw new SymbolsError(`The symbols do not describe ${this.type.name}.${path}.`);
    return found;
  }

  #find(path: string): { offset: number; type: Type } | undefined {
    let offset = 0;
    let type: Type = this.type;
    for (const part of path.split('.')) {
      const [, name = '', index] = /^(\w+)(?:\[(\d+)\])?$/.exec(part) ?? [];
      const field: Field | undefined = type.kind === 'struct' ? fieldOf(type, name) : undefined;
      if (!field) return undefined;
      offset += field.offset;
      type = field.type;
      if (index === undefined) continue;
      if (type.kind !== 'array') return undefined;
      offset += Number(index) * type.element.size;
      type = type.element;
    }
    return { offset, type };
  }
}

/** UNICODE_STRING of x64: length in bytes, and where the text is. */
const BUFFER_IN_UNICODE_STRING = 8n;

export function unicodeAt(memory: Memory, at: bigint): string {
  try {
    const length = Number(readInteger(memory, at, 2));
    const buffer = readInteger(memory, at + BUFFER_IN_UNICODE_STRING, 8);
    return wideText(memory.read(buffer, Math.min(length, LONGEST_TEXT)));
  } catch {
    return '';
  }
}
