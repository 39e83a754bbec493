import { locale } from '../../strings/index.js';
import type { GridSort } from './grid-model.js';

const collator = new Intl.Collator(locale, { sensitivity: 'base', numeric: true });

/** What the rows of a page are ordered by, by column: a text or a number. */
export type SortKeys<T> = Readonly<Record<string, (item: T) => string | number>>;

/** Items in the order that was asked for; equal ones by the first of `keys`. */
export function sorted<T>(items: readonly T[], { column, descending }: GridSort, keys: SortKeys<T>): T[] {
  const first = Object.values(keys)[0]!;
  const key = keys[column] ?? first;
  const sign = descending ? -1 : 1;
  return [...items].sort((a, b) => sign * compare(key(a), key(b)) || compare(first(a), first(b)));
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}

/** The sort after a click on `column`'s header: numbers begin with the largest. */
export function sortAfterClick(sort: GridSort, column: string, isNumber: boolean): GridSort {
  return { column, descending: sort.column === column ? !sort.descending : isNumber };
}
