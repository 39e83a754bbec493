import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { LABS, isRight, labSchema, type LabTask } from '../../../sim/labs/index.js';
import { scenarioNames } from '../../../sim/scenarios/scenario.js';
import type { StepEvent } from '../../../sim/scenarios/play.js';
import { addressOfLab, addressWithoutLab } from '../../../web/labs/address.js';
import { withSolved } from '../../../web/labs/progress.js';

const EVENTS: readonly StepEvent[] = [
  {
    do: 'first',
    pid: 9372,
    at: '0xffff9103ae0ec080',
    driver: '\\Driver\\stornvme',
    protection: 'execute-readwrite',
  },
  { do: 'second', pid: 16 },
];

function task(...fields: string[]): LabTask {
  const text = { en: 'x', de: 'x' };
  return {
    id: 'x',
    question: text,
    hints: [text],
    accept: fields.map((field) => ({ event: 'first', at: 0, field })),
  };
}

const grade = (field: string, answer: string) => isRight(task(field), answer, EVENTS);

describe('an answer', () => {
  test.each(['9372', '249c', '0x249C', '0n9372', ' 249ch ', '`9372`'])('of an ID may be %s', (answer) =>
    expect(grade('pid', answer)).toBe(true),
  );
  test.each(['', ' ', '9373', '249d', '0x9372', '0n249c', 'lsass.exe', '-9372'])(
    'of an ID is not %s',
    (answer) => expect(grade('pid', answer)).toBe(false),
  );
  test.each(['ffff9103ae0ec080', 'FFFF9103`AE0EC080', '0xffff9103`ae0ec080'])(
    'of an address may be %s',
    (answer) => expect(grade('at', answer)).toBe(true),
  );
  test.each(['ffff9103ae0ec08', 'nt', '18446622155456331904'])('of an address is not %s', (answer) =>
    expect(grade('at', answer)).toBe(false),
  );
  test.each(['stornvme', 'StorNVMe.sys', '\\Driver\\stornvme', '"stornvme"'])(
    'of a name may be %s',
    (answer) => expect(grade('driver', answer)).toBe(true),
  );
  test.each(['EXECUTE_READWRITE', 'PAGE_EXECUTE_READWRITE', 'execute readwrite'])(
    'of a protection may be %s',
    (answer) => expect(grade('protection', answer)).toBe(true),
  );
  test.each(['disk', '', 'stornvm'])('of a name is not %s', (answer) =>
    expect(grade('driver', answer)).toBe(false),
  );

  test('may be any of several facts; a fact that the machine has not is a mistake of the lab', () => {
    expect(isRight(task('at', 'pid'), '9372', EVENTS)).toBe(true);
    expect(() => isRight(task('tid'), '1', EVENTS)).toThrow(RangeError);
  });
});

describe('the labs', () => {
  test('are of scenarios that come with the machine, and each has its own name', () => {
    expect(LABS.length).toBeGreaterThanOrEqual(6);
    expect(new Set(LABS.map(({ name }) => name)).size).toBe(LABS.length);
    for (const { scenario } of LABS) expect(scenarioNames()).toContain(scenario);
  });

  test('have no answer in their file, which the schema sees to', () => {
    const [lab] = LABS;
    expect(v.safeParse(labSchema, lab).success).toBe(true);
    const spoilt = { ...lab, tasks: [{ ...lab!.tasks[0], answer: '249c' }] };
    expect(v.safeParse(labSchema, spoilt).success).toBe(false);
    expect(v.safeParse(labSchema, { ...lab, tasks: [] }).success).toBe(false);
    expect(v.safeParse(labSchema, { ...lab, story: { en: 'only English' } }).success).toBe(false);
  });
});

test('the page goes to a lab and back with the rest of its address', () => {
  const there = addressOfLab('http://x/?seed=7&machine=server', { name: 'a-lab', scenario: 'pool-leak' });
  expect(there).toBe('http://x/?seed=7&machine=server&scenario=pool-leak&lab=a-lab');
  expect(addressWithoutLab(there)).toBe('http://x/?seed=7&machine=server');
});

test('progress counts a task once', () => {
  const once = withSolved({}, 'a', 'x');
  expect(withSolved(withSolved(once, 'a', 'x'), 'b', 'y')).toEqual({ a: ['x'], b: ['y'] });
});
