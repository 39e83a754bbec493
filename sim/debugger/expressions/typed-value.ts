import { integerOf, readAll, type Memory } from '../memory/memory.js';
import { baseType, type BaseType, type Type } from '../types/type.js';
import { bitfieldValue } from '../types/value-text.js';

/** A value with a type: a constant, or something in memory. */
export interface TypedValue {
  type: Type;
  /** Where it lies; `undefined` for a constant. */
  address?: bigint;
  /** Of a constant: an integer as its unsigned bits. */
  constant?: bigint;
  /** Of a floating-point constant. */
  real?: number;
}

export const INT: BaseType = { ...baseType('int', 4), isInt: true };
export const UINT64 = baseType('uint', 8);
export const BOOL = baseType('bool', 1);
export const DOUBLE = baseType('float', 8);

interface HasMemory {
  readonly memory: Memory;
}

/** The integer that a value is; the address of an array or structure. @throws MemoryError */
export function integerValue(value: TypedValue, { memory }: HasMemory): bigint {
  if (value.real !== undefined) return BigInt.asUintN(64, BigInt(Math.trunc(value.real)));
  if (value.constant !== undefined) return BigInt.asUintN(64, signedOf(value.type, value.constant));
  const { type, address } = value;
  if (address === undefined) return 0n;
  switch (type.kind) {
    case 'struct':
    case 'array':
    case 'function':
      return address;
    case 'bitfield':
      return bitfieldValue(readAll(memory, address, type.size), type.position, type.length);
    default:
      return BigInt.asUintN(64, signedOf(type, integerOf(readAll(memory, address, type.size))));
  }
}

export function isSigned(type: Type): boolean {
  if (type.kind === 'bitfield' || type.kind === 'enum') return isSigned(type.base);
  return type.kind === 'base' && ['int', 'char', 'hresult'].includes(type.base);
}

/** Bits of a value as the number that its type says they are. */
export function signedOf(type: Type, bits: bigint): bigint {
  const width = Math.max(8, type.size * 8);
  return isSigned(type) ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits);
}
