import * as v from 'valibot';
import { leakHandles } from './leak-handles.js';
import { leakPool } from './leak-pool.js';
import { lockResources } from './lock-resources.js';
import { mapMemory } from './map-memory.js';
import { run } from './run.js';
import type { Facts, Scene } from './step.js';
import { stuckIrp } from './stuck-irp.js';
import { unlinkProcess } from './unlink-process.js';

const NAMES = [
  'run',
  'leak-handles',
  'leak-pool',
  'lock-resources',
  'map-memory',
  'stuck-irp',
  'unlink-process',
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
    unlinkProcess.schema,
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
    case 'unlink-process':
      return unlinkProcess.perform(step, scene);
  }
}
