import * as v from 'valibot';

const text = v.strictObject({ en: v.pipe(v.string(), v.nonEmpty()), de: v.pipe(v.string(), v.nonEmpty()) });
const name = v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/));

/** Where the machine tells an answer: a field of what a step of the scenario did. */
const fact = v.strictObject({
  event: name,
  /** Place among the events of the step's kind. */
  at: v.pipe(v.number(), v.integer(), v.minValue(0)),
  field: v.string(),
});

const task = v.strictObject({
  id: name,
  question: text,
  hints: v.pipe(v.array(text), v.minLength(1)),
  /** Any of these is right. */
  accept: v.pipe(v.array(fact), v.minLength(1)),
});

/** A lab; docs/LABS.md says what each field means. No answer stands in it. */
export const labSchema = v.strictObject({
  format: v.literal(1),
  name,
  level: v.picklist(['beginner', 'intermediate', 'advanced']),
  scenario: name,
  title: text,
  story: text,
  tasks: v.pipe(v.array(task), v.minLength(1)),
});

export type Lab = v.InferOutput<typeof labSchema>;
export type LabTask = Lab['tasks'][number];
