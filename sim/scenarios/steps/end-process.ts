import * as v from 'valibot';
import { hex } from '../../truth/address.js';
import { processSelector } from '../selectors.js';
import { readProcess } from '../../machine/process-readings.js';
import { asksForDumps } from '../../world/process-control.js';
import { defineStep } from './step.js';

const LARGEST_STATUS = 0xffffffff;

export const endProcess = defineStep(
  v.pipe(
    v.strictObject({
      do: v.literal('end-process'),
      process: processSelector,
      status: v.optional(
        v.pipe(
          v.number(),
          v.integer(),
          v.minValue(0),
          v.maxValue(LARGEST_STATUS),
          v.description('NTSTATUS that it ends with; 1 is what Task Manager gives.'),
        ),
        1,
      ),
    }),
    v.description(
      'A process is terminated: its threads end, mutants that they own are abandoned, its handles are closed and its memory is given back. Its object stays while others have it open.',
    ),
  ),
  ({ process: selector, status }, { machine, cast }) => {
    const process = cast.process(selector);
    const { pid, name, address } = process;
    const reading = readProcess(machine.kernel.core, address);
    if (reading.critical !== 0n || process.modules.length === 0)
      throw new RangeError(
        `Windows stops when ${name} (${pid}) ends, which this machine cannot. Name another.`,
      );
    if (asksForDumps(process))
      throw new RangeError(`A thread of ${name} (${pid}) asks for the dumps of this machine. Name another.`);
    const stuckThreads = machine.end(process, status);
    return {
      pid,
      process: hex(address),
      status,
      stuckThreads,
      isKept: machine.stage.processes.includes(process),
    };
  },
);
