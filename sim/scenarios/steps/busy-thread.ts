import * as v from 'valibot';
import { hex } from '../../truth/address.js';
import { PollerDriver } from '../../world/poller-driver.js';
import type { ChosenThread } from '../cast.js';
import { name, processSelector } from '../selectors.js';
import { defineStep, type Facts, type Scene } from './step.js';

const MOST_PROCESSORS = 64;
const USER_PART = 0.4; // of a loop that asks the kernel for another thread each time

export const busyThread = defineStep(
  v.pipe(
    v.strictObject({
      do: v.literal('busy-thread'),
      thread: v.pipe(name, v.description('Name for the thread, which is started for it.')),
      process: v.optional(
        v.pipe(
          processSelector,
          v.description(
            'Process whose thread it is: it looks again and again whether something has happened.',
          ),
        ),
      ),
      driver: v.optional(
        v.pipe(
          v.picklist(['poller'], 'The driver that can be busy is poller.'),
          v.description(
            "The lab's driver whose thread it is, with source lines: it polls its device without pause, at priority 16.",
          ),
        ),
      ),
      processor: v.optional(
        v.pipe(
          v.number(),
          v.integer(),
          v.minValue(0),
          v.maxValue(MOST_PROCESSORS - 1),
          v.description('The only processor that it may run on; the last one when not given.'),
        ),
      ),
    }),
    v.description(
      'A thread, of a process or of a driver, never waits: it runs whenever nothing more urgent does.',
    ),
  ),
  (step, scene) => {
    const { machine, cast } = scene;
    const { processors } = machine.kernel.hardware;
    const { processor = processors - 1 } = step;
    if (processor >= processors)
      throw new RangeError(`There are ${processors} processors, none with number ${processor}.`);
    if ((step.process === undefined) === (step.driver === undefined))
      throw new RangeError('Give it either a process or a driver.');
    const { process, thread, facts } = step.driver === undefined ? ofProcess(step, scene) : ofDriver(scene);
    const userPart = step.driver === undefined ? USER_PART : 0;
    machine.schedule.join(process, thread, { isBusy: true, userPart, processor });
    cast.nameThread(step.thread, { process, thread });
    return { pid: process.pid, tid: thread.tid, thread: hex(thread.address), processor, ...facts };
  },
);

interface Busy extends ChosenThread {
  readonly facts: Facts;
}

function ofProcess(
  { process: selector }: { process?: Parameters<Scene['cast']['process']>[0] },
  scene: Scene,
): Busy {
  const process = scene.cast.process(selector!);
  const thread = scene.machine.director.startUserThread(process, 'spinner', { forThread: () => [] });
  return { process, thread, facts: {} };
}

/** Where the driver can be found: the structure it keeps, the source line it stands on. */
function ofDriver({ machine: { kernel, stage, director } }: Scene): Busy {
  const { thread, extension, at } = new PollerDriver(kernel, stage, director);
  return {
    process: stage.processes[0]!,
    thread,
    facts: { driver: 'poller', extension: hex(extension), ...at },
  };
}
