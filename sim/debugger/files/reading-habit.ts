/** Stretches of a file that a part was wanted of lately. */
const STRETCHES_REMEMBERED = 64;
/** Stretches that were worth it of late, and how many stretches further on one is taken for the next of them. */
const WORTH_REMEMBERED = 4;
const STRETCHES_NEAR = 2;

export interface HabitOptions {
  /** Of a stretch. */
  bytes: number;
  /** Of a part of it. */
  partBytes: number;
  /** Parts of a stretch that must have been wanted before all of it is. */
  needed: number;
  /** Whether a stretch is read whole at once only near one that was worth it: it takes long. */
  isDear?: boolean;
}

/** Learns whether whoever wants a part of a stretch of a file will want more of it. */
export class ReadingHabit {
  /** Parts that were wanted, by stretch; of those that it is not known of whether more of them will be. */
  readonly #wanted = new Map<number, Set<number>>();
  readonly #options: HabitOptions;
  readonly #worth: number[] = [];
  /** Stretches of which one part was wanted, and those of which more were, the newest counting most. */
  #once = 1;
  #again = 0;

  constructor(options: HabitOptions) {
    this.#options = options;
  }

  /** What lies at an offset is wanted and not kept. @returns whether to read all of its stretch */
  wantsAll(offset: number): boolean {
    const stretch = Math.floor(offset / this.#options.bytes);
    if (this.#wanted.has(stretch)) return this.used(offset);
    this.#once++;
    const isUsual = this.#again > this.#once / 2;
    if (this.#once >= STRETCHES_REMEMBERED) {
      this.#once /= 2;
      this.#again /= 2;
    }
    if (this.#wanted.size >= STRETCHES_REMEMBERED) this.#wanted.delete(this.#wanted.keys().next().value!);
    this.#wanted.set(stretch, new Set([this.#part(offset)]));
    return isUsual && (!this.#options.isDear || this.#isNear(stretch));
  }

  /** What lies at an offset is used, be it of a stretch that was read whole. @returns whether that is worth it now */
  used(offset: number): boolean {
    const stretch = Math.floor(offset / this.#options.bytes);
    const parts = this.#wanted.get(stretch);
    if (!parts || parts.add(this.#part(offset)).size < this.#options.needed) return false;
    this.#wanted.delete(stretch);
    this.#again++;
    if (this.#worth.push(stretch) > WORTH_REMEMBERED) this.#worth.shift();
    return true;
  }

  #isNear(stretch: number): boolean {
    return this.#worth.some((one) => Math.abs(stretch - one) <= STRETCHES_NEAR);
  }

  #part(offset: number): number {
    return Math.floor(offset / this.#options.partBytes);
  }
}
