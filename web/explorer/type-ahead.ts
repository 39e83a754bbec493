/** A letter that comes later than this begins a new word, milliseconds. */
const PAUSE = 1000;

/** Finds what begins with the letters that were typed one after the other. */
export class TypeAhead {
  #word = '';
  #last = -Infinity;

  /**
   * @param time When `key` was pressed, milliseconds.
   * @param at Where the user is.
   * @returns The place of what was found, or `at`. The same letter again and again goes through all that begin with it.
   */
  find(key: string, time: number, names: readonly string[], at: number): number {
    const isNew = time - this.#last > PAUSE;
    this.#word = (isNew ? '' : this.#word) + key.toLowerCase();
    this.#last = time;
    const isOneLetter = [...this.#word].every((letter) => letter === this.#word[0]);
    const wanted = isOneLetter ? this.#word[0]! : this.#word;
    const from = isOneLetter ? at + 1 : at;
    const places = names.map((_, index) => (from + index) % names.length);
    return places.find((place) => names[place]!.toLowerCase().startsWith(wanted)) ?? at;
  }
}
