/**
 * The order of texts in a language. Comparing two costs microseconds there, and a list of a thousand rows is sorted
 * twice a second: each text gets its place once, and places are compared.
 */
export class TextOrder {
  readonly #collator: Intl.Collator;
  #places = new Map<string, number>();

  constructor(locale: string) {
    this.#collator = new Intl.Collator(locale, { sensitivity: 'base', numeric: true });
  }

  /** Gives places to texts before they are compared. */
  learn(texts: Iterable<string>): void {
    const known = this.#places.size;
    const all = new Set([...this.#places.keys(), ...texts]);
    if (all.size === known) return;
    const sorted = [...all].sort(this.#collator.compare);
    let place = 0;
    this.#places = new Map(
      sorted.map((text, index) => {
        if (index > 0 && this.#collator.compare(sorted[index - 1]!, text) !== 0) place++;
        return [text, place];
      }),
    );
  }

  /** Below 0 when `a` comes first; 0 when the language does not tell them apart. */
  compare(a: string, b: string): number {
    const [first, second] = [this.#places.get(a), this.#places.get(b)];
    return first === undefined || second === undefined ? this.#collator.compare(a, b) : first - second;
  }
}
