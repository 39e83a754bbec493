const WIDTH = 30;
const INTERVAL_NS = 50_000_000n;

/** A progress bar on a terminal; silent elsewhere. */
export class Progress {
  readonly #label: string;
  readonly #visible = process.stderr.isTTY === true;
  #last = 0n;

  constructor(label: string) {
    this.#label = label;
  }

  /** Whether it is time to draw again. */
  isDue(): boolean {
    return this.#visible && process.hrtime.bigint() - this.#last >= INTERVAL_NS;
  }

  show(done: number, total: number): void {
    if (!this.#visible) return;
    this.#last = process.hrtime.bigint();
    const part = total === 0 ? 1 : done / total;
    const filled = Math.round(part * WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    process.stderr.write(`\r${this.#label} ${bar} ${String(Math.floor(part * 100)).padStart(3)} %`);
  }

  /** Draws the whole bar and ends the line. */
  end(total: number): void {
    if (!this.#visible) return;
    this.show(total, total);
    process.stderr.write('\n');
  }
}
