import type { Kernel } from '../machine/machine.js';
import type { Director } from './director.js';
import { LabDriverState } from './lab-driver.js';
import type { Stage, StagedThread } from './stage.js';

const MODULE = 'leaky';
const WORKER = 'LeakyWorker';
/** POOL_FLAG_NON_PAGED and POOL_FLAG_PAGED. */
const POOL_FLAGS = { nonpaged: 0x40n, paged: 0x100n };
const TICKS_PER_MINUTE = 600_000_000n; // of 100 ns

interface Leak {
  pool: keyof typeof POOL_FLAGS;
  /** The tag's four characters as a number. */
  tag: number;
  size: number;
  perMinute: number;
}

/** The lab's driver that loses pool (images/lab-drivers/leaky.json), its worker thread and what that has in hand. */
export class LeakyDriver {
  readonly thread: StagedThread;
  /** What a debugger finds of the line that the worker stands on. */
  readonly at: { function: string; file: string; line: number };
  readonly extension: bigint;
  readonly #state: LabDriverState;
  readonly #rsp: bigint;

  /** Starts the worker. @throws RangeError when another step has started it already */
  constructor(kernel: Kernel, stage: Stage, director: Director, leak: Leak) {
    const { exports } = kernel.core;
    const system = stage.processes[0]!;
    if (system.threads.some(({ archetype }) => archetype === 'leakyworker'))
      throw new RangeError('The driver leaky leaks already: one step can use it.');
    const device = stage.io.devices.find(({ driver }) => driver.module?.image.spec.module === MODULE)!;
    this.extension = exports.deviceExtension(device.address);
    const thread = director.startKernelThread(system, 'leakyworker', {
      forThread: (address) => [{ address: exports.waitThreadTimer(address), type: 'Timer' }],
    });
    this.thread = thread;
    this.#state = new LabDriverState(kernel, MODULE);
    this.#rsp = this.#state.frameOf(thread, WORKER);
    this.at = standsAt(kernel);
    this.#state.setGlobal('LeakyExtension', this.extension);
    this.#state.setFields('_LEAKY_EXTENSION', this.extension, {
      PoolFlags: POOL_FLAGS[leak.pool],
      Tag: BigInt(leak.tag),
      BlockSize: BigInt(leak.size),
      PerMinute: BigInt(leak.perMinute),
      Worker: thread.address,
    });
    this.#state.setVariables(WORKER, this.#rsp, {
      context: this.extension,
      extension: this.extension,
      interval: -(TICKS_PER_MINUTE / BigInt(leak.perMinute)),
      rounds: 0n,
      block: 0n,
    });
  }

  /** The worker has allocated so many blocks, `last` at the end, and waits for its next round. */
  allocated(count: number, last: bigint): void {
    this.#state.setFields('_LEAKY_EXTENSION', this.extension, { Allocated: BigInt(count), LastBlock: last });
    // The last round is not over: it waits.
    this.#state.setVariables(WORKER, this.#rsp, { rounds: BigInt(count - 1), block: last });
  }
}

/** Where the worker waits, in the source. */
function standsAt(kernel: Kernel): LeakyDriver['at'] {
  const { source, functions } = kernel.loaded.get(MODULE).image.spec;
  const worker = functions.find(({ name }) => name === WORKER)!;
  const wait = worker.calls!.findIndex(({ to }) => to === 'nt!KeDelayExecutionThread');
  return { function: `${MODULE}!${WORKER}`, file: source!.path, line: worker.source!.calls[wait]! };
}
