import * as v from 'valibot';

/** A name that a step gives to what it makes, for later steps. */
export const name = v.pipe(
  v.string(),
  v.regex(/^[\w .#-]{1,64}$/, 'A name has 1 to 64 letters, digits, spaces or any of ._#-'),
);

/** Which process a step is about. */
export const processSelector = v.union(
  [
    v.pipe(
      name,
      v.description(
        'Image name, such as explorer.exe, when one process has it; or a name given by an earlier step.',
      ),
    ),
    v.strictObject({
      service: v.pipe(v.string(), v.description('Short name of a service: the svchost.exe that hosts it.')),
    }),
    v.strictObject({
      image: v.string(),
      index: v.pipe(
        v.number(),
        v.integer(),
        v.minValue(0),
        v.description(
          'Which of the processes with this image name, in the order of PsActiveProcessHead; 0 is the first.',
        ),
      ),
    }),
  ],
  'Name a process as "explorer.exe", { "service": "WSearch" } or { "image": "svchost.exe", "index": 3 }.',
);

/** Which thread a step is about. */
export const threadSelector = v.union(
  [
    v.pipe(name, v.description('A name given by an earlier step.')),
    v.strictObject({
      process: processSelector,
      index: v.optional(
        v.pipe(
          v.number(),
          v.integer(),
          v.minValue(0),
          v.description('Which thread of the process, in the order of its ThreadListHead.'),
        ),
        0,
      ),
    }),
  ],
  'Name a thread as { "process": "explorer.exe", "index": 0 } or by the name an earlier step gave it.',
);

/** Whether a thread that a step starts has windows. */
export const hasWindow = v.optional(
  v.pipe(
    v.boolean(),
    v.description(
      'Whether the thread has a window: after five seconds in which it does not look after its messages Task Manager says Not responding.',
    ),
  ),
  false,
);

export type ProcessSelector = v.InferOutput<typeof processSelector>;
export type ThreadSelector = v.InferOutput<typeof threadSelector>;
