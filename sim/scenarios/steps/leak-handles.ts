import * as v from 'valibot';
import { hex } from '../../truth/address.js';
import { Ongoing } from '../ongoing.js';
import { duration } from '../quantities.js';
import { milliseconds } from '../units.js';
import { processSelector } from '../selectors.js';
import { defineStep } from './step.js';

/** What a handle to a new object of each type is granted: all that there is. */
const ACCESS = { Event: 0x1f0003, Mutant: 0x1f0001, Semaphore: 0x1f0003, Timer: 0x1f0003 } as const;
type LeakedType = keyof typeof ACCESS;

export const leakHandles = defineStep(
  v.pipe(
    v.strictObject({
      do: v.literal('leak-handles'),
      process: processSelector,
      type: v.picklist(
        Object.keys(ACCESS) as LeakedType[],
        `Handles of these types can be leaked: ${Object.keys(ACCESS).join(', ')}.`,
      ),
      perMinute: v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1, 'At least 1.'),
        v.description('How many are opened in a minute and never closed.'),
      ),
      since: v.pipe(duration, v.description('How long that has been so; it goes on as time passes.')),
    }),
    v.description('A process opens handles to new objects and does not close them.'),
  ),
  ({ process: selector, type, perMinute, since }, { machine, cast }) => {
    const process = cast.process(selector);
    const { exports } = machine.kernel.core;
    const table = exports.handleTable(process.address);
    if (table === 0n) throw new RangeError(`${process.name} has no handle table. Name a process that has.`);
    const index = machine.kernel.typeIndex.get(type)!;
    const leak = new Ongoing(perMinute, machine.time - milliseconds(since), (times) =>
      process.exitTime === undefined ? exports.handleOpenFresh(table, index, ACCESS[type], times) : undefined,
    );
    machine.begin(leak);
    return () => ({ pid: process.pid, process: hex(process.address), type, leaked: leak.done });
  },
);
