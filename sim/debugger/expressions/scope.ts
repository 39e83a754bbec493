import type { Memory } from '../memory/memory.js';
import type { EnumType, StructType } from '../types/type.js';
import type { TypedValue } from './typed-value.js';

/** What names in expressions mean. */
export interface Scope {
  readonly memory: Memory;
  /** Value of a register or pseudo-register without its `@`; `undefined` for a name that is none. */
  register(name: string): bigint | undefined;
  /** The same with a type, where the register has one (`$proc`). */
  typedRegister(name: string): TypedValue | undefined;
  /** Address of `module!symbol`, of a symbol of the kernel, or of a module. */
  symbol(name: string): bigint | undefined;
  /** A global with its type; `undefined` without one. */
  typedSymbol(name: string): TypedValue | undefined;
  /** A struct, union or enum; qualified with a module or not. */
  type(name: string): StructType | EnumType | undefined;
  /** Entry point of the image at an address. */
  entryPoint(base: bigint): bigint | undefined;
  /** 16, 10 or 8: how numbers without a prefix are read. */
  readonly radix: number;
}
