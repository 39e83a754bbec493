import type { Sample } from '../sim/worker/sim-api.js';
import type { UpdateSpeed } from './storage/settings.js';
import { Store } from './storage/store.js';

/** Milliseconds between two readings at each update speed; null: none. */
export const UPDATE_INTERVALS: Readonly<Record<UpdateSpeed, number | null>> = {
  high: 500,
  normal: 1000,
  low: 4000,
  paused: null,
};

/** Reads the machine at the update speed. The machine's clock advances only by these readings. */
export class Sampler extends Store<Sample | null> {
  #timer: ReturnType<typeof setInterval> | undefined;
  #isReading = false;

  constructor(private readonly read: (elapsedMs: number) => Promise<Sample>) {
    super(null);
  }

  /** The first reading, before any time has passed. */
  async start(speed: UpdateSpeed): Promise<void> {
    this.set(await this.read(0));
    this.setSpeed(speed);
  }

  /** Reads the machine as it is, after something was changed. */
  async refresh(): Promise<void> {
    this.set(await this.read(0));
  }

  setSpeed(speed: UpdateSpeed): void {
    clearInterval(this.#timer);
    const interval = UPDATE_INTERVALS[speed];
    if (interval !== null) this.#timer = setInterval(() => void this.#tick(interval), interval);
  }

  async #tick(elapsedMs: number): Promise<void> {
    // A busy machine is not asked twice, and nobody looks at a hidden page.
    if (this.#isReading || document.hidden) return;
    this.#isReading = true;
    try {
      this.set(await this.read(elapsedMs));
    } finally {
      this.#isReading = false;
    }
  }
}
