/** Names in alphabetical order without regard to case, so that those with a beginning are found at once. */
export class SortedNames<T> {
  readonly #keys: readonly string[];
  readonly #values: readonly T[];

  constructor(values: Iterable<T>, nameOf: (value: T) => string) {
    const rows = [...values].map((value) => ({ key: nameOf(value).toLowerCase(), value }));
    rows.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    this.#keys = rows.map(({ key }) => key);
    this.#values = rows.map(({ value }) => value);
  }

  /** Values whose names begin so, at most so many. */
  startingWith(beginning: string, most: number): T[] {
    const wanted = beginning.toLowerCase();
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#keys[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    const found: T[] = [];
    while (found.length < most && this.#keys[low]?.startsWith(wanted)) found.push(this.#values[low++]!);
    return found;
  }
}
