import * as v from 'valibot';
import { hex } from '../../truth/address.js';
import { LeakyDriver } from '../../world/leaky-driver.js';
import { Ongoing } from '../ongoing.js';
import { bytes, duration } from '../quantities.js';
import { byteCount, milliseconds } from '../units.js';
import { defineStep } from './step.js';

const LARGEST = 1024 * 1024;

export const leakPool = defineStep(
  v.pipe(
    v.strictObject({
      do: v.literal('leak-pool'),
      tag: v.pipe(
        v.string(),
        v.regex(/^[\x20-\x7e]{4}$/, 'A pool tag has four characters; fill it with spaces.'),
      ),
      pool: v.picklist(['nonpaged', 'paged'], 'Pool is nonpaged or paged.'),
      size: v.pipe(
        bytes,
        v.check((text) => byteCount(text) >= 1 && byteCount(text) <= LARGEST, 'From 1 B to 1 MiB.'),
        v.description('Of one allocation, up to 1 MiB.'),
      ),
      perMinute: v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1, 'At least 1.'),
        v.description('How many are allocated in a minute and never freed.'),
      ),
      driver: v.optional(
        v.pipe(
          v.picklist(['leaky'], 'The driver that can leak is leaky.'),
          v.description(
            "The lab's driver that does it: it is loaded, and its thread, variables and source lines are there to be found. Without one nobody is.",
          ),
        ),
      ),
      since: v.pipe(duration, v.description('How long that has been so; it goes on as time passes.')),
    }),
    v.description('A driver allocates pool under a tag and does not free it.'),
  ),
  ({ tag, pool, size, perMinute, since, driver }, { machine }) => {
    const { exports } = machine.kernel.core;
    const code = [...tag].reduceRight((sum, character) => sum * 256 + character.charCodeAt(0), 0);
    const { kernel, stage, director } = machine;
    const leaky =
      driver &&
      new LeakyDriver(kernel, stage, director, { pool, tag: code, size: byteCount(size), perMinute });
    if (leaky) machine.schedule.join(stage.processes[0]!, leaky.thread);
    const leak: Ongoing = new Ongoing(perMinute, machine.time - milliseconds(since), (times) => {
      const last = exports.poolAllocateMany(times, byteCount(size), code, pool === 'paged');
      leaky?.allocated(leak.done + times, last);
    });
    machine.begin(leak);
    return () => ({
      tag,
      pool,
      bytesEach: byteCount(size),
      allocations: leak.done,
      ...(leaky ? factsOf(leaky) : {}),
    });
  },
);

/** Where the driver can be found: its thread, the structure it keeps, the source line it stands on. */
function factsOf({ thread, extension, at }: LeakyDriver): Record<string, string | number> {
  return {
    driver: 'leaky',
    tid: thread.tid,
    thread: hex(thread.address),
    extension: hex(extension),
    function: at.function,
    file: at.file,
    line: at.line,
  };
}
