import * as v from 'valibot';
import { hex } from '../../truth/address.js';
import { processSelector } from '../selectors.js';
import { defineStep } from './step.js';

export const swapToken = defineStep(
  v.pipe(
    v.strictObject({
      do: v.literal('swap-token'),
      process: processSelector,
      from: v.optional(
        v.pipe(processSelector, v.description('Process whose token it gets; System when not given.')),
      ),
    }),
    v.description(
      "A process's token is replaced by another's, as exploits do to gain its privileges: the reference is copied, and nothing counts it.",
    ),
  ),
  ({ process: selector, from }, { machine, cast }) => {
    const { tokens } = machine.stage.objects;
    const process = cast.process(selector);
    const source = from === undefined ? machine.stage.processes[0]! : cast.process(from);
    if (process === source) throw new RangeError(`${process.name} has that token already.`);
    const before = tokens.of(process)!;
    tokens.swap(process, source);
    return {
      pid: process.pid,
      process: hex(process.address),
      from: source.pid,
      token: hex(tokens.of(process)!.address),
      before: hex(before.address),
    };
  },
);
