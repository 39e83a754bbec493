import * as v from 'valibot';
import { hex } from '../../truth/address.js';
import { processSelector } from '../selectors.js';
import { defineStep } from './step.js';

export const unlinkProcess = defineStep(
  v.pipe(
    v.strictObject({ do: v.literal('unlink-process'), process: processSelector }),
    v.description(
      'Takes a process off PsActiveProcessHead, as a rootkit hides it. Its threads, handles and client id stay.',
    ),
  ),
  ({ process: selector }, { machine, cast }) => {
    const process = cast.process(selector);
    if (process.unlinked) throw new RangeError(`${process.name} is off the list already.`);
    machine.kernel.core.exports.processUnlink(process.address);
    process.unlinked = true;
    return { pid: process.pid, process: hex(process.address) };
  },
);
