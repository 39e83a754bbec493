import * as v from 'valibot';
import { Ongoing } from '../ongoing.js';
import { byteCount, bytes, duration, milliseconds } from '../quantities.js';
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
      since: v.pipe(duration, v.description('How long that has been so; it goes on as time passes.')),
    }),
    v.description('A driver allocates pool under a tag and does not free it.'),
  ),
  ({ tag, pool, size, perMinute, since }, { machine }) => {
    const { exports } = machine.kernel.core;
    const code = [...tag].reduceRight((sum, character) => sum * 256 + character.charCodeAt(0), 0);
    const leak = new Ongoing(perMinute, machine.time - milliseconds(since), (times) =>
      exports.poolAllocateMany(times, byteCount(size), code, pool === 'paged'),
    );
    machine.begin(leak);
    return () => ({ tag, pool, bytesEach: byteCount(size), allocations: leak.done });
  },
);
