/** Stretches of a file that a part was wanted of lately. */
const STRETCHES_REMEMBERED = 64;

/** Learns whether whoever wants a part of a stretch of a file will want more of it. */
export class ReadingHabit {
  readonly #wanted = new Map<number, number>();
  readonly #needed: number;
  /** Stretches of which one part was wanted, and those of which more were, the newest counting most. */
  #once = 1;
  #again = 0;

  /** @param needed parts of a stretch that must have been wanted before all of it is */
  constructor(needed: number) {
    this.#needed = needed;
  }

  /** A part of a stretch is wanted. @returns whether to read all of it */
  wantsAll(stretch: number): boolean {
    const wanted = (this.#wanted.get(stretch) ?? 0) + 1;
    if (wanted >= this.#needed) {
      this.#wanted.delete(stretch);
      this.#again++;
      return true;
    }
    if (wanted > 1) {
      this.#wanted.set(stretch, wanted);
      return false;
    }
    this.#once++;
    const isUsual = this.#again > this.#once / 2;
    if (this.#once >= STRETCHES_REMEMBERED) {
      this.#once /= 2;
      this.#again /= 2;
    }
    if (this.#wanted.size >= STRETCHES_REMEMBERED) this.#wanted.delete(this.#wanted.keys().next().value!);
    this.#wanted.set(stretch, wanted);
    return isUsual;
  }
}
