import type { Kernel } from '../machine/machine.js';
import { findArchetype } from './archetypes.js';
import type { Director } from './director.js';
import { dispatchAccessViolation, type DispatchedException } from './exceptions.js';
import { LabDriverState } from './lab-driver.js';
import type { Stage, StagedThread } from './stage.js';

const MODULE = 'clumsy';
const ARCHETYPE = 'clumsyworker';
const READ = 'ClumsyRead';
const WORKER = 'ClumsyWorker';
const FILTER = 'ClumsyFilter';
const TAG = 0x736d6c43; // 'Clms'
const EVENT = 1; // _KOBJECTS.EventSynchronizationObject
const SECOND = 10_000_000n; // of 100 ns

/** The lab's driver whose exception filter waits for its own lock (images/lab-drivers/clumsy.json), and its worker. */
export class ClumsyDriver {
  readonly thread: StagedThread;
  readonly extension: bigint;
  /** The event that the code which faulted has taken, and that its filter waits for. */
  readonly lock: bigint;
  readonly exception: DispatchedException;
  /** Address that was read. */
  readonly faultAddress: bigint;
  /** The line that faulted, as a debugger finds it. */
  readonly at: { function: string; file: string; line: number };

  /** Starts the worker, which has faulted. @throws RangeError when another step has started it already */
  constructor(kernel: Kernel, stage: Stage, director: Director) {
    const { exports } = kernel.core;
    const system = stage.processes[0]!;
    if (system.threads.some(({ archetype }) => archetype === ARCHETYPE))
      throw new RangeError('The driver clumsy waits in its filter already: one step can use it.');
    const device = stage.io.devices.find(({ driver }) => driver.module?.image.spec.module === MODULE)!;
    this.extension = exports.deviceExtension(device.address);
    const lock = exports.waitCreateObject(EVENT, 0, TAG);
    this.lock = lock;
    this.faultAddress = BigInt(findArchetype(ARCHETYPE).faultAddress!);
    this.thread = director.startKernelThread(system, ARCHETYPE, {
      forThread: () => [{ address: lock, type: 'Event' }],
    });
    this.exception = dispatchAccessViolation(kernel, this.thread);
    this.#fill(new LabDriverState(kernel, MODULE));
    const { source, functions } = kernel.loaded.get(MODULE).image.spec;
    const read = functions.find(({ name }) => name === READ)!;
    const load = read.calls!.findIndex(({ via }) => via === 'load');
    this.at = { function: `${MODULE}!${READ}`, file: source!.path, line: read.source!.calls[load]! };
  }

  #fill(state: LabDriverState): void {
    const { extension, lock, faultAddress, thread, exception } = this;
    state.setGlobal('ClumsyExtension', extension);
    state.setFields('_CLUMSY_EXTENSION', extension, {
      Lock: lock,
      Setting: faultAddress,
      Faults: 1n,
      Worker: thread.address,
    });
    const fill = (name: string, values: Record<string, bigint>) =>
      state.setVariables(name, state.frameOf(thread, name), values);
    fill(WORKER, { context: extension, extension, interval: -SECOND });
    fill(READ, { extension, value: 0n });
    fill(FILTER, { pointers: exception.pointers, record: exception.exceptionRecord });
  }
}
