import * as v from 'valibot';
import { hex } from '../../truth/address.js';
import { runnableNames } from '../../world/process-begin.js';
import { defineStep } from './step.js';

export const startProgram = defineStep(
  v.pipe(
    v.strictObject({
      do: v.literal('start-program'),
      program: v.pipe(
        v.picklist(runnableNames(), `Programs: ${runnableNames().join(', ')}.`),
        v.description('What is run, by its name at a prompt.'),
      ),
      administrator: v.optional(v.pipe(v.boolean(), v.description('With full rights.')), false),
    }),
    v.description("A program is started in the user's session, as Run new task does it."),
  ),
  ({ program, administrator }, { machine }) => {
    const process = machine.run(program, administrator);
    if (!process) throw new RangeError('Nobody is there on this machine who could start a program.');
    const { pid, address, parentPid } = process;
    return { pid, process: hex(address), parentPid, program };
  },
);
