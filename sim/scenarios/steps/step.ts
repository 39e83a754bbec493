import type * as v from 'valibot';
import type { LabMachine } from '../../lab-machine.js';
import type { Cast } from '../cast.js';

/** What a step works with. */
export interface Scene {
  readonly machine: LabMachine;
  readonly cast: Cast;
}

/** What a step did, for the truth: addresses as text, names, numbers. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

/** A kind of step: how it is written, and what it does. */
export interface StepKind<Schema extends v.GenericSchema> {
  readonly schema: Schema;
  /**
   * Returns what it did, or a function that tells it when what began goes on as time passes.
   * @throws RangeError with a sentence for the user when it cannot be done on this machine
   */
  readonly perform: (step: v.InferOutput<Schema>, scene: Scene) => Facts | (() => Facts);
}

export function defineStep<Schema extends v.GenericSchema>(
  schema: Schema,
  perform: StepKind<Schema>['perform'],
): StepKind<Schema> {
  return { schema, perform };
}
