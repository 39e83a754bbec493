/** Pages by their numbers, as many as are told: the one that came longest ago goes first. */
export class PageStore {
  readonly #most: number;
  readonly #pages = new Map<number, Uint8Array>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#pages.size;
  }

  has(page: number): boolean {
    return this.#pages.has(page);
  }

  get(page: number): Uint8Array | undefined {
    return this.#pages.get(page);
  }

  /** Keeps a copy, so that what the page was read with may be let go. */
  keep(page: number, bytes: Uint8Array): void {
    this.#pages.delete(page);
    if (this.#pages.size >= this.#most) this.#pages.delete(this.#pages.keys().next().value!);
    this.#pages.set(page, bytes.slice());
  }
}
