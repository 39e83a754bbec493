import type { Item } from '../worker/debugger-api.js';

/** Which of a pane's values are others than the command before has left. */
export class ChangedValues {
  #generation = -1;
  #before: ReadonlyMap<string, string> = new Map();
  #now: ReadonlyMap<string, string> = new Map();

  /** Items with those marked that have changed. @param generation grows with each command */
  mark(items: readonly Item[], generation: number): Item[] {
    if (generation !== this.#generation) {
      this.#before = this.#now;
      this.#now = new Map(items.map(({ id, text }) => [id, text]));
      this.#generation = generation;
    }
    return items.map((item) => ({
      ...item,
      isChanged: this.#before.has(item.id) && this.#before.get(item.id) !== item.text,
    }));
  }

  /** Of another dump, all values are new. */
  clear(): void {
    this.#now = new Map();
    this.#before = new Map();
  }
}
