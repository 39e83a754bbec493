import * as v from 'valibot';
import { busyThread } from './busy-thread.js';
import { callServer } from './call-server.js';
import { endProcess } from './end-process.js';
import { leakHandles } from './leak-handles.js';
import { leakPool } from './leak-pool.js';
import { lockMutants } from './lock-mutants.js';
import { lockResources } from './lock-resources.js';
import { mapMemory } from './map-memory.js';
import { run } from './run.js';
import type { Facts, Scene } from './step.js';
import { startProgram } from './start-program.js';
import { stuckIrp } from './stuck-irp.js';
import { swapToken } from './swap-token.js';
import { unlinkProcess } from './unlink-process.js';
import { waitInFilter } from './wait-in-filter.js';

const NAMES = [
  'run',
  'leak-handles',
  'leak-pool',
  'lock-resources',
  'map-memory',
  'stuck-irp',
  'busy-thread',
  'call-server',
  'lock-mutants',
  'swap-token',
  'unlink-process',
  'wait-in-filter',
  'end-process',
  'start-program',
];

/** One step of a scenario. */
export const stepSchema = v.variant(
  'do',
  [
    run.schema,
    leakHandles.schema,
    leakPool.schema,
    lockResources.schema,
    mapMemory.schema,
    stuckIrp.schema,
    busyThread.schema,
    callServer.schema,
    lockMutants.schema,
    swapToken.schema,
    unlinkProcess.schema,
    waitInFilter.schema,
    endProcess.schema,
    startProgram.schema,
  ],
  (issue) => `There is no step ${issue.received}. Steps: ${NAMES.join(', ')}.`,
);

export type Step = v.InferOutput<typeof stepSchema>;

/** Does what a step says. @throws RangeError with a sentence for the user when it cannot be done */
export function perform(step: Step, scene: Scene): Facts | (() => Facts) {
  switch (step.do) {
    case 'run':
      return run.perform(step, scene);
    case 'leak-handles':
      return leakHandles.perform(step, scene);
    case 'lock-resources':
      return lockResources.perform(step, scene);
    case 'leak-pool':
      return leakPool.perform(step, scene);
    case 'map-memory':
      return mapMemory.perform(step, scene);
    case 'stuck-irp':
      return stuckIrp.perform(step, scene);
    case 'busy-thread':
      return busyThread.perform(step, scene);
    case 'call-server':
      return callServer.perform(step, scene);
    case 'lock-mutants':
      return lockMutants.perform(step, scene);
    case 'swap-token':
      return swapToken.perform(step, scene);
    case 'unlink-process':
      return unlinkProcess.perform(step, scene);
    case 'wait-in-filter':
      return waitInFilter.perform(step, scene);
    case 'end-process':
      return endProcess.perform(step, scene);
    case 'start-program':
      return startProgram.perform(step, scene);
  }
}
