import type { CaptureProgress, TellProgress } from './sim-api.js';

/** Tells the page of a dump's progress as fast as it wants to hear: what was superseded meanwhile is left out. */
export class LatestProgress {
  readonly #tell: TellProgress;
  #latest: CaptureProgress | undefined;
  #isTelling = false;

  constructor(tell: TellProgress) {
    this.#tell = tell;
  }

  set(progress: CaptureProgress): void {
    this.#latest = progress;
    if (!this.#isTelling) void this.#tellAll();
  }

  /** Nothing is told any more. */
  end(): void {
    this.#latest = undefined;
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    while (this.#latest) {
      const progress = this.#latest;
      this.#latest = undefined;
      await this.#tell(progress);
    }
    this.#isTelling = false;
  }
}
