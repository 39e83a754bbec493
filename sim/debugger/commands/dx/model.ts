import { DOUBLE, type TypedValue } from '../../expressions/typed-value.js';

/** A value of the data model that `dx` shows. */
export type DxValue = DxNumber | DxText | DxBoolean | DxTyped | DxObject | DxCollection | DxMethod;

/** What an expression of the model may do besides reading. */
export interface DxHost {
  /** Runs commands and returns what they print. */
  capture(commands: string): string;
}

export interface DxNumber {
  kind: 'number';
  value: bigint;
  /** Counted in hexadecimal, as ids are. */
  isHex: boolean;
}
export interface DxText {
  kind: 'text';
  value: string;
}
export interface DxBoolean {
  kind: 'boolean';
  value: boolean;
}
/** Something of the target, with a type of its symbols. */
export interface DxTyped {
  kind: 'typed';
  value: TypedValue;
  /** How its number is shown, where the user says so. */
  isHex?: boolean;
  /** Its type is told with it: a register's, that of a cast. */
  showsType?: boolean;
}
/** An object of the debugger's own: a session, a process, a thread. */
export interface DxObject {
  kind: 'object';
  /** What stands for it on one line; '' for nothing. */
  text: string;
  members: readonly DxMember[];
}
export interface DxMember {
  name: string;
  get(): DxValue;
}
/** Something that is called with values; nothing else can be done with it. */
export interface DxMethod {
  kind: 'method';
  /** How it is called, as `dx` shows it. */
  text: string;
  call(values: readonly DxValue[]): DxValue;
}
/** A list with keys. */
export interface DxCollection {
  kind: 'collection';
  /** What stands for it on one line; nothing for most. */
  text?: string;
  /** How a text in brackets finds an entry, where it does: modules by name. */
  named?(name: string): DxValue | undefined;
  entries(): Iterable<DxEntry>;
}
export interface DxEntry {
  /** A number, or the text that groups have in common. */
  key: bigint | string;
  value: DxValue;
}

export const number = (value: bigint | number, isHex = true): DxNumber => ({
  kind: 'number',
  value: BigInt(value),
  isHex,
});
/** Values that stand for themselves, with keys from 0. */
export function* numbered(values: Iterable<DxValue>): Iterable<DxEntry> {
  let key = 0n;
  for (const value of values) yield { key: key++, value };
}

export const real = (value: number): DxTyped => ({ kind: 'typed', value: { type: DOUBLE, real: value } });
export const boolean = (value: boolean): DxBoolean => ({ kind: 'boolean', value });
export const text = (value: string): DxText => ({ kind: 'text', value });
export const collection = (entries: () => Iterable<DxEntry>): DxCollection => ({
  kind: 'collection',
  entries,
});
export const object = (shown: string, members: Record<string, () => DxValue>): DxObject => ({
  kind: 'object',
  text: shown,
  members: Object.entries(members).map(([name, get]) => ({ name, get })),
});

/** What the engine says of a key that is none, of an index out of range, and of an empty collection's first. */
export const OUT_OF_RANGE = '<Unable to get error code text> (0x8000000b)';

/** An expression of the data model that cannot be evaluated. */
export class DxError extends Error {
  override name = 'DxError';
}
