import * as v from 'valibot';
import { hex } from '../../truth/address.js';
import { ClumsyDriver } from '../../world/clumsy-driver.js';
import { defineStep } from './step.js';

export const waitInFilter = defineStep(
  v.pipe(
    v.strictObject({
      do: v.literal('wait-in-filter'),
      driver: v.pipe(
        v.picklist(['clumsy'], 'The driver whose filter waits is clumsy.'),
        v.description("The lab's driver whose thread it is, with variables and source lines."),
      ),
    }),
    v.description(
      'A thread of a driver has read a bad address; the filter of its exception waits for a lock that the thread itself holds.',
    ),
  ),
  ({ driver }, { machine: { kernel, stage, director } }) => {
    const { thread, extension, lock, faultAddress, at, exception } = new ClumsyDriver(
      kernel,
      stage,
      director,
    );
    return {
      driver,
      tid: thread.tid,
      thread: hex(thread.address),
      extension: hex(extension),
      lock: hex(lock),
      faultAddress: hex(faultAddress),
      trapFrame: hex(exception.trapFrame),
      exceptionRecord: hex(exception.exceptionRecord),
      contextRecord: hex(exception.contextRecord),
      ...at,
    };
  },
);
