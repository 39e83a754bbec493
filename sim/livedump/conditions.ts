import * as v from 'valibot';
import { bytes } from '../scenarios/quantities.js';
import { byteCount } from '../scenarios/units.js';

/** What stands in the way of a live dump on a machine: written in scenarios, so that each failure can be met. */
export const conditionsSchema = v.pipe(
  v.strictObject({
    administrator: v.optional(
      v.pipe(v.boolean(), v.description('Whether the user is one; true when not given.')),
    ),
    disabledByPolicy: v.optional(
      v.pipe(v.boolean(), v.description('CrashControl\\ForceDumpsDisabled forbids dumps.')),
    ),
    stuckProcessor: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(0),
        v.maxValue(63),
        v.description('A processor that does not come to rest when the capture asks for it.'),
      ),
    ),
    freeDisk: v.optional(v.pipe(bytes, v.description('Free space on the disk that the dump is written to.'))),
    diskSpeed: v.optional(
      v.pipe(
        bytes,
        v.check((text) => byteCount(text) > 0, 'More than 0 B a second.'),
        v.description('Bytes a second that this disk takes. Writing may last 10 minutes.'),
      ),
    ),
    availableMemory: v.optional(
      v.pipe(bytes, v.description('Memory that is free, zeroed or standby when the dump is asked for.')),
    ),
  }),
  v.description('What stands in the way of a live dump.'),
);

export type Conditions = v.InferOutput<typeof conditionsSchema>;
