import type { TypedValue } from '../../expressions/typed-value.js';

/** A value of the data model that `dx` shows. */
export type DxValue = DxNumber | DxText | DxBoolean | DxTyped | DxObject | DxCollection;

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
/** A list with keys. */
export interface DxCollection {
  kind: 'collection';
  entries(): Iterable<DxEntry>;
}
export interface DxEntry {
  key: bigint;
  value: DxValue;
}

export const number = (value: bigint | number, isHex = true): DxNumber => ({
  kind: 'number',
  value: BigInt(value),
  isHex,
});
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

/** An expression of the data model that cannot be evaluated. */
export class DxError extends Error {
  override name = 'DxError';
}
