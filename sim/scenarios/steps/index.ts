import * as v from 'valibot';
import { bytes, duration } from '../quantities.js';
import { name, processSelector, threadSelector } from '../selectors.js';

const count = (what: string, least = 1) =>
  v.pipe(v.number(), v.integer(), v.minValue(least, `At least ${least}.`), v.description(what));

export const run = v.pipe(
  v.strictObject({ do: v.literal('run'), for: duration }),
  v.description('Lets machine time pass.'),
);

export const leakHandles = v.pipe(
  v.strictObject({
    do: v.literal('leak-handles'),
    process: processSelector,
    type: v.picklist(
      ['Event', 'Mutant', 'Semaphore', 'Timer', 'Key', 'File'],
      'Handles of type Event, Mutant, Semaphore, Timer, Key or File can be leaked.',
    ),
    perMinute: count('How many it opens in a minute and never closes.'),
    since: v.pipe(duration, v.description('How long it has been doing so; it goes on as time passes.')),
  }),
  v.description('A process opens handles and does not close them.'),
);

export const leakPool = v.pipe(
  v.strictObject({
    do: v.literal('leak-pool'),
    tag: v.pipe(v.string(), v.regex(/^[\x20-\x7e]{4}$/, 'A pool tag has four characters.')),
    pool: v.picklist(['nonpaged', 'paged'], 'Pool is nonpaged or paged.'),
    size: v.pipe(bytes, v.description('Of one allocation.')),
    perMinute: count('How many it allocates in a minute and never frees.'),
    since: v.pipe(duration, v.description('How long it has been doing so; it goes on as time passes.')),
  }),
  v.description('A driver allocates pool under a tag and does not free it.'),
);

export const ownResource = v.pipe(
  v.strictObject({
    do: v.literal('own-resource'),
    thread: threadSelector,
    resource: v.pipe(name, v.description('Name for the ERESOURCE; the first step that uses it makes it.')),
    access: v.optional(v.picklist(['exclusive', 'shared']), 'exclusive'),
  }),
  v.description('A thread owns an ERESOURCE.'),
);

export const waitForResource = v.pipe(
  v.strictObject({
    do: v.literal('wait-for-resource'),
    thread: threadSelector,
    resource: name,
    access: v.optional(v.picklist(['exclusive', 'shared']), 'exclusive'),
  }),
  v.description('A thread waits for an ERESOURCE that somebody owns.'),
);

export const unlinkProcess = v.pipe(
  v.strictObject({ do: v.literal('unlink-process'), process: processSelector }),
  v.description(
    'Takes a process off PsActiveProcessHead, as a rootkit hides it; everything else about it stays.',
  ),
);

export const swapToken = v.pipe(
  v.strictObject({
    do: v.literal('swap-token'),
    process: processSelector,
    with: v.optional(processSelector, 'System'),
  }),
  v.description('Gives a process the token of another one, as privilege escalation does.'),
);

export const mapMemory = v.pipe(
  v.strictObject({
    do: v.literal('map-memory'),
    process: processSelector,
    size: bytes,
    protection: v.optional(
      v.picklist(['readwrite', 'execute-read', 'execute-readwrite']),
      'execute-readwrite',
    ),
    content: v.optional(
      v.picklist(['zero', 'pe-header'], 'Memory is filled with zero or a pe-header.'),
      'pe-header',
    ),
  }),
  v.description('Private memory in a process, such as injected code has.'),
);

export const stuckIrp = v.pipe(
  v.strictObject({
    do: v.literal('stuck-irp'),
    thread: threadSelector,
    driver: v.pipe(
      v.string(),
      v.description('Driver whose stack location is the current one, such as WdFilter or storport.'),
    ),
    request: v.optional(v.picklist(['read', 'write', 'device-control']), 'read'),
  }),
  v.description('A request that a driver holds and does not complete, and the thread that waits for it.'),
);

/** One step of a scenario. */
export const stepSchema = v.variant(
  'do',
  [run, leakHandles, leakPool, ownResource, waitForResource, unlinkProcess, swapToken, mapMemory, stuckIrp],
  (issue) =>
    `There is no step ${issue.received}. Steps: run, leak-handles, leak-pool, own-resource, wait-for-resource, unlink-process, swap-token, map-memory, stuck-irp.`,
);

export type Step = v.InferOutput<typeof stepSchema>;
