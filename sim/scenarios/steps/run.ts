import * as v from 'valibot';
import { duration } from '../quantities.js';
import { milliseconds } from '../units.js';
import { defineStep } from './step.js';

const SECOND = 1000;

export const run = defineStep(
  v.pipe(v.strictObject({ do: v.literal('run'), for: duration }), v.description('Lets machine time pass.')),
  ({ for: time }, { machine }) => {
    let left = milliseconds(time);
    for (; left > 0; left -= SECOND) machine.advance(Math.min(left, SECOND));
    return { ms: milliseconds(time) };
  },
);
