import { holds } from '../../expressions/operators.js';
import { integerValue } from '../../expressions/typed-value.js';
import type { Session } from '../../session.js';
import {
  boolean,
  collection,
  DxError,
  number,
  numbered,
  OUT_OF_RANGE,
  real,
  type DxCollection,
  type DxEntry,
  type DxValue,
} from './model.js';

/** What is put in for each entry. */
export type Lambda = (value: DxValue) => DxValue;

/** What stands between the brackets of a method. */
export interface QueryArgument {
  source: string;
  lambda: Lambda | undefined;
  /** Its value, where it is no query. */
  argument(): DxValue;
}

const MOST_SORTED = 0x40000;

/** A query over a collection. What it makes is looked at an entry at a time. @throws DxError for a method that is none */
export function runQuery(session: Session, from: DxCollection, name: string, given: QueryArgument): DxValue {
  const { lambda, source } = given;
  const needed = (): Lambda => {
    if (lambda) return lambda;
    throw new DxError(
      source === ''
        ? `Invalid number of arguments to method '${name}'`
        : `Argument number 1 must be a method in call to method '${name}'`,
    );
  };
  const fits = ({ value }: DxEntry) => !lambda || isTrue(session, lambda(value));
  const projected = function* (): Iterable<DxValue> {
    for (const { value } of from.entries()) yield lambda ? lambda(value) : value;
  };
  switch (name) {
    case 'Count':
      if (source !== '') throw new DxError("Invalid number of arguments to method 'Count'");
      return number(countOf(from.entries()));
    case 'First':
      for (const entry of from.entries()) if (fits(entry)) return entry.value;
      throw new DxError(OUT_OF_RANGE);
    case 'Single': {
      const [only, more] = someOf(from.entries(), fits);
      if (!only) throw new DxError(OUT_OF_RANGE);
      if (more) throw new DxError('More than one element was produced by this operation.');
      return only.value;
    }
    case 'Last': {
      const found = [...from.entries()].filter(fits).at(-1);
      if (!found) throw new DxError(OUT_OF_RANGE);
      return found.value;
    }
    case 'Any': {
      const condition = needed();
      for (const { value } of from.entries()) if (isTrue(session, condition(value))) return boolean(true);
      return boolean(false);
    }
    case 'All':
      for (const { value } of from.entries()) if (!isTrue(session, needed()(value))) return boolean(false);
      return boolean(true);
    case 'Where': {
      const condition = needed();
      return collection(function* () {
        for (const entry of from.entries()) if (isTrue(session, condition(entry.value))) yield entry;
      });
    }
    case 'Select': {
      const project = needed();
      return collection(function* () {
        for (const { key, value } of from.entries()) yield { key, value: project(value) };
      });
    }
    case 'TakeWhile':
    case 'SkipWhile': {
      const condition = needed();
      const holdsFor = ({ value }: DxEntry) => isTrue(session, condition(value));
      return collection(() =>
        name === 'TakeWhile' ? takenWhile(from.entries(), holdsFor) : skippedWhile(from.entries(), holdsFor),
      );
    }
    case 'Reverse':
      return collection(() => [...from.entries()].slice(0, MOST_SORTED).reverse());
    case 'ToArray':
      return collection(() => numbered(projected()));
    case 'Concat': {
      const other = given.argument();
      if (other.kind !== 'collection') throw new DxError('A collection is needed here');
      return collection(() => numbered(joined(from, other)));
    }
    case 'Contains': {
      const wanted = given.argument();
      for (const { value } of from.entries()) if (isSame(session, value, wanted)) return boolean(true);
      return boolean(false);
    }
    case 'SelectMany': {
      const project = needed();
      return collection(() => numbered(flattened(from, project)));
    }
    case 'Take':
    case 'Skip': {
      const count = Number(keyOf(session, given.argument()));
      return collection(() =>
        name === 'Take' ? taken(from.entries(), count) : skipped(from.entries(), count),
      );
    }
    case 'OrderBy':
    case 'OrderByDescending': {
      const by = needed();
      return collection(() => sorted(session, [...from.entries()], by, name === 'OrderBy' ? 1 : -1));
    }
    case 'GroupBy': {
      const by = needed();
      return collection(() => groups(session, from, by));
    }
    case 'Distinct':
      return collection(() => numbered(distinct(session, projected())));
    case 'Sum': {
      let sum = 0n;
      for (const value of projected()) sum += keyOf(session, value);
      return number(sum);
    }
    case 'Average': {
      let [sum, count] = [0n, 0];
      for (const value of projected()) {
        sum += keyOf(session, value);
        count++;
      }
      if (count === 0) throw new DxError(OUT_OF_RANGE);
      return real(Number(sum) / count);
    }
    case 'Max':
    case 'Min': {
      let best: DxValue | undefined;
      for (const value of projected())
        if (best === undefined || compare(session, name === 'Max' ? '>' : '<', value, best)) best = value;
      if (!best) throw new DxError(OUT_OF_RANGE);
      return best;
    }
    default:
      throw new DxError(`Unable to bind name '${name}'`);
  }
}

function countOf(entries: Iterable<DxEntry>): number {
  let count = 0;
  for (const entry of entries) count += entry ? 1 : 0;
  return count;
}

/** The first two that fit; who asks for one only needs no more. */
function someOf(entries: Iterable<DxEntry>, fits: (entry: DxEntry) => boolean): DxEntry[] {
  const found: DxEntry[] = [];
  for (const entry of entries) {
    if (fits(entry)) found.push(entry);
    if (found.length === 2) break;
  }
  return found;
}

function* takenWhile(entries: Iterable<DxEntry>, holdsFor: (entry: DxEntry) => boolean): Iterable<DxEntry> {
  for (const entry of entries) {
    if (!holdsFor(entry)) return;
    yield entry;
  }
}

function* skippedWhile(entries: Iterable<DxEntry>, holdsFor: (entry: DxEntry) => boolean): Iterable<DxEntry> {
  let skips = true;
  for (const entry of entries) {
    skips &&= holdsFor(entry);
    if (!skips) yield entry;
  }
}

function* joined(...all: readonly DxCollection[]): Iterable<DxValue> {
  for (const { entries } of all) for (const { value } of entries()) yield value;
}

/** Only texts and numbers are compared with each other. */
function isSame(session: Session, value: DxValue, wanted: DxValue): boolean {
  const isPlain = ({ kind }: DxValue) => kind !== 'object' && kind !== 'collection' && kind !== 'method';
  if (!isPlain(value) || !isPlain(wanted))
    throw new DxError('Cannot compare non-intrinsic values to each other.');
  return compare(session, '==', value, wanted);
}

function* flattened(from: DxCollection, project: Lambda): Iterable<DxValue> {
  for (const { value } of from.entries()) {
    const inner = project(value);
    if (inner.kind !== 'collection') yield inner;
    else for (const entry of inner.entries()) yield entry.value;
  }
}

function* taken(entries: Iterable<DxEntry>, count: number): Iterable<DxEntry> {
  let left = count;
  if (left > 0)
    for (const entry of entries) {
      yield entry;
      if (--left <= 0) return;
    }
}

/** All behind the first ones. */
export function* skipped(entries: Iterable<DxEntry>, count: number): Iterable<DxEntry> {
  let left = count;
  for (const entry of entries) if (left-- <= 0) yield entry;
}

function sorted(session: Session, entries: DxEntry[], by: Lambda, sign: number): DxEntry[] {
  const keyed = entries.slice(0, MOST_SORTED).map((entry) => ({ entry, by: by(entry.value) }));
  const order = (a: DxValue, b: DxValue) =>
    compare(session, '<', a, b) ? -1 : compare(session, '>', a, b) ? 1 : 0;
  return keyed.sort((a, b) => sign * order(a.by, b.by)).map(({ entry }) => entry);
}

/** What tells values apart. */
function identity(session: Session, value: DxValue): bigint | string {
  return value.kind === 'text' ? value.value : keyOf(session, value);
}

function groups(session: Session, from: DxCollection, by: Lambda): DxEntry[] {
  const found = new Map<bigint | string, DxValue[]>();
  for (const { value } of from.entries()) {
    const key = identity(session, by(value));
    const group = found.get(key);
    if (group) group.push(value);
    else found.set(key, [value]);
  }
  return [...found].map(([key, values]) => ({ key, value: collection(() => numbered(values)) }));
}

function* distinct(session: Session, values: Iterable<DxValue>): Iterable<DxValue> {
  const seen = new Set<bigint | string>();
  for (const value of values) {
    const key = identity(session, value);
    if (seen.has(key)) continue;
    seen.add(key);
    yield value;
  }
}

export function keyOf(session: Session, value: DxValue): bigint {
  if (value.kind === 'number') return value.value;
  if (value.kind === 'boolean') return value.value ? 1n : 0n;
  if (value.kind === 'typed') return integerValue(value.value, session);
  throw new DxError('A number is needed here');
}

export function isTrue(session: Session, value: DxValue): boolean {
  if (value.kind === 'boolean') return value.value;
  if (value.kind === 'number' || value.kind === 'typed') return keyOf(session, value) !== 0n;
  return value.kind !== 'text' || value.value !== '';
}

export function compare(session: Session, operator: string, left: DxValue, right: DxValue): boolean {
  const isText = left.kind === 'text' && right.kind === 'text';
  const isBoolean = left.kind === 'boolean' || right.kind === 'boolean';
  const plain = (value: DxValue) =>
    isText
      ? (value as { value: string }).value
      : isBoolean
        ? BigInt(isTrue(session, value))
        : keyOf(session, value);
  return holds<bigint | string>(operator, plain(left), plain(right));
}
