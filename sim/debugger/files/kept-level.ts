import { type HabitOptions, ReadingHabit } from './reading-habit.js';

/** What was read of a file in pieces of one size. */
export class KeptLevel {
  readonly bytes: number;
  readonly habit: ReadingHabit;
  readonly #most: number;
  /** By number, the one used longest ago first. */
  readonly #kept = new Map<number, Uint8Array>();

  /** @param most pieces that are kept */
  constructor(most: number, habit: HabitOptions) {
    this.bytes = habit.bytes;
    this.#most = most;
    this.habit = new ReadingHabit(habit);
  }

  has(offset: number): boolean {
    return this.#kept.has(this.#numberOf(offset));
  }

  /** The piece that an offset lies in and that is kept; it becomes what was used last. */
  take(offset: number): Uint8Array {
    const number = this.#numberOf(offset);
    const bytes = this.#kept.get(number)!;
    this.#kept.delete(number);
    this.#kept.set(number, bytes);
    return bytes;
  }

  /** @returns the piece that is let go for it, and where it lies in the file */
  keep(offset: number, bytes: Uint8Array): { offset: number; bytes: Uint8Array } | undefined {
    const oldest = this.#kept.size >= this.#most ? this.#kept.entries().next().value! : undefined;
    if (oldest) this.#kept.delete(oldest[0]);
    this.#kept.set(this.#numberOf(offset), bytes);
    return oldest && { offset: oldest[0] * this.bytes, bytes: oldest[1] };
  }

  #numberOf(offset: number): number {
    return Math.floor(offset / this.bytes);
  }
}
