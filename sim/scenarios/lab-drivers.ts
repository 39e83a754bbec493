import type { ModuleSpec } from '../images/index.js';
import { labDriver } from '../images/lab-drivers/index.js';
import type { Scenario } from './schema.js';

/** The lab's own drivers that a scenario's steps need loaded, each once. */
export function labDriversOf({ steps }: Scenario): ModuleSpec[] {
  const names = steps.flatMap((step) =>
    (step.do === 'leak-pool' || step.do === 'busy-thread' || step.do === 'wait-in-filter') && step.driver
      ? [step.driver]
      : [],
  );
  return [...new Set(names)].map(labDriver);
}
