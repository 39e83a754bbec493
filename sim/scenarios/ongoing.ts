/** Something that a scenario started and that goes on as time passes: so many times a minute. */
export class Ongoing {
  readonly #perMinute: number;
  readonly #act: (times: number) => void;
  /** Machine time when it began, milliseconds. */
  readonly #start: number;
  #done = 0;

  /**
   * @param start machine time in milliseconds when it began, now or earlier
   * @param act does it so many times
   */
  constructor(perMinute: number, start: number, act: (times: number) => void) {
    this.#perMinute = perMinute;
    this.#start = start;
    this.#act = act;
  }

  /** How many times it has happened. */
  get done(): number {
    return this.#done;
  }

  /** Does what is due at a machine time. */
  catchUp(now: number): void {
    const due = Math.floor(((now - this.#start) * this.#perMinute) / MINUTE) - this.#done;
    if (due <= 0) return;
    this.#act(due);
    this.#done += due;
  }
}

const MINUTE = 60_000;
