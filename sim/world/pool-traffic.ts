import type { Kernel } from '../machine/machine.js';
import catalogue from './catalogue/pool-tags.json';
import { CONTENTS, poolScale, tagCode } from './pool-population.js';

const SECOND = 1000;
const BLOCKS_PER_SECOND = 400;
/** Kinds of which at least so many percent are freed as they are made are those that come and go. */
const LEAST_FREED = 25;
const LARGEST = 2048;

/** Pool blocks that are taken and given back as time passes: so many at each full second of the machine's time. */
export class PoolTraffic {
  readonly #kernel: Kernel;
  readonly #blocks: number;
  #seconds: number;

  /** `time` in milliseconds: traffic begins then. */
  constructor(kernel: Kernel, seed: bigint, time: number) {
    this.#kernel = kernel;
    this.#blocks = Math.round(BLOCKS_PER_SECOND * poolScale(kernel.hardware.memory));
    this.#seconds = Math.floor(time / SECOND);
    const { exports } = kernel.core;
    exports.poolBeginTraffic(seed ^ 0x7472616666696321n);
    for (const [pool, kinds] of [
      ['nonpaged', catalogue.nonpaged],
      ['paged', catalogue.paged],
    ] as const)
      for (const { tag, sizes, freed, contents } of kinds)
        for (const size of sizes)
          if (freed >= LEAST_FREED && size <= LARGEST)
            exports.poolAddTraffic(tagCode(tag), pool === 'paged', size, CONTENTS[contents]!);
  }

  /** Does what is due by `time`. */
  catchUp(time: number): void {
    const seconds = Math.floor(time / SECOND);
    const due = (seconds - this.#seconds) * this.#blocks;
    this.#seconds = seconds;
    if (due > 0) this.#kernel.core.exports.poolPassTraffic(due);
  }
}
