import type { LabMachine } from '../lab-machine.js';
import { Cast } from './cast.js';
import type { Scenario } from './schema.js';
import { perform } from './steps/index.js';

/** What a step did, in the truth's words: the step's name and what it touched. */
export interface StepEvent {
  readonly do: string;
  readonly [fact: string]: string | number | boolean;
}

/**
 * Performs a scenario's steps one after the other. Returns for each what tells its event.
 * @throws RangeError with a sentence for the user that says which step cannot be done and why
 */
export function play(machine: LabMachine, { steps }: Scenario): (() => StepEvent)[] {
  const cast = new Cast(machine.stage);
  const events = steps.map((step, index) => {
    try {
      const facts = perform(step, { machine, cast });
      return () => ({ do: step.do, ...(typeof facts === 'function' ? facts() : facts) });
    } catch (error) {
      if (isOutOfMemory(error))
        throw new RangeError(
          `steps[${index}] (${step.do}): the machine has too little memory for that. Give it more (--memory), or do less.`,
        );
      if (!(error instanceof RangeError)) throw error;
      throw new RangeError(`steps[${index}] (${step.do}): ${error.message}`);
    }
  });
  cast.finish();
  return events;
}

/** Whether the core stopped because all frames are in use: see takeFrame in memory/ranges.ts. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.message.includes('out of physical memory');
}
