import type { Kernel } from '../machine/machine.js';
import type { Director } from './director.js';
import { LabDriverState } from './lab-driver.js';
import type { Stage, StagedThread } from './stage.js';

const MODULE = 'poller';
const WAIT = 'PollerWait';
const WORKER = 'PollerWorker';
const INTERVAL_MS = 1n;
const TICKS_PER_MS = 10_000n;

/** The lab's driver that polls without pause (images/lab-drivers/poller.json), and its worker thread. */
export class PollerDriver {
  readonly thread: StagedThread;
  readonly extension: bigint;
  /** The loop that does not end, as a debugger finds it. */
  readonly at: { function: string; file: string; line: number };

  /** Starts the worker, still waiting. @throws RangeError when another step has started it already */
  constructor(kernel: Kernel, stage: Stage, director: Director) {
    const { exports } = kernel.core;
    const system = stage.processes[0]!;
    if (system.threads.some(({ archetype }) => archetype === 'pollerworker'))
      throw new RangeError('The driver poller polls already: one step can use it.');
    const device = stage.io.devices.find(({ driver }) => driver.module?.image.spec.module === MODULE)!;
    this.extension = exports.deviceExtension(device.address);
    this.thread = director.startKernelThread(system, 'pollerworker', {
      forThread: (address) => [{ address: exports.waitThreadTimer(address), type: 'Timer' }],
    });
    const state = new LabDriverState(kernel, MODULE);
    state.setGlobal('PollerExtension', this.extension);
    state.setFields('_POLLER_EXTENSION', this.extension, {
      IntervalMs: INTERVAL_MS,
      Worker: this.thread.address,
    });
    this.thread.fillFrames = () => this.#fillFrames(state);
    this.#fillFrames(state);
    const { source, functions } = kernel.loaded.get(MODULE).image.spec;
    const loop = functions.find(({ name }) => name === WAIT)!.source!;
    this.at = { function: `${MODULE}!${WAIT}`, file: source!.path, line: loop.rests! };
  }

  /** Variables of the functions that the worker is in, wherever on its stack they are. */
  #fillFrames(state: LabDriverState): void {
    state.setVariables(WAIT, state.frameOf(this.thread, WAIT), {
      extension: this.extension,
      interval: -INTERVAL_MS * TICKS_PER_MS,
    });
    state.setVariables(WORKER, state.frameOf(this.thread, WORKER), {
      context: this.extension,
      extension: this.extension,
    });
  }
}
