import * as v from 'valibot';
import { bytes, duration } from './quantities.js';
import { conditionsSchema } from '../livedump/conditions.js';
import { stepSchema } from './steps/index.js';

/** Version of the format that this release reads. */
export const FORMAT = 1;

/** A scenario: a machine, what is on it, and what happens there before anyone looks. */
export const scenarioSchema = v.pipe(
  v.strictObject({
    $schema: v.optional(v.pipe(v.string(), v.description('For editors: where scenario.schema.json lies.'))),
    format: v.pipe(
      v.literal(FORMAT, `This release reads format ${FORMAT}.`),
      v.description('Version of this format.'),
    ),
    name: v.pipe(
      v.string(),
      v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'A name has lower-case letters, digits and hyphens.'),
      v.description('Goes into the dump and the truth.'),
    ),
    title: v.pipe(
      v.string(),
      v.nonEmpty('A title has at least one character.'),
      v.description('One line for people.'),
    ),
    description: v.optional(v.pipe(v.string(), v.description('What one can learn from it.'))),
    machine: v.optional(
      v.pipe(
        v.picklist(
          ['tiny', 'classroom', 'workstation', 'server'],
          'The machines are tiny, classroom, workstation and server.',
        ),
        v.description('Size of the machine. What is given with --machine goes first.'),
      ),
    ),
    profile: v.optional(
      v.pipe(
        v.picklist(['win11-22631', 'win11-22000.2538'], 'The profiles are win11-22631 and win11-22000.2538.'),
        v.description('Windows build. What is given with --profile goes first.'),
      ),
    ),
    memory: v.optional(v.pipe(bytes, v.description("Physical memory instead of the machine's."))),
    processors: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1),
        v.maxValue(64),
        v.description("Processors instead of the machine's."),
      ),
    ),
    image: v.optional(
      v.pipe(
        v.picklist(['desktop'], 'The only base image is desktop.'),
        v.description('What runs on the machine before the steps: a clean Windows 11 desktop.'),
      ),
      'desktop',
    ),
    bootTime: v.optional(
      v.pipe(
        v.string(),
        v.isoTimestamp('A time such as "2026-05-04T07:58:21Z".'),
        v.description('When the machine was started, UTC.'),
      ),
    ),
    uptime: v.optional(v.pipe(duration, v.description('How long ago that was, before the steps.'))),
    liveDump: v.optional(conditionsSchema),
    steps: v.optional(v.pipe(v.array(stepSchema), v.description('What happens, one after the other.')), []),
  }),
  v.title('livedump-lab scenario'),
);

export type Scenario = v.InferOutput<typeof scenarioSchema>;
