import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';

const schema = JSON.parse(
  readFileSync(new URL('../../../sim/truth/truth.schema.json', import.meta.url), 'utf8'),
) as object;
const ajv = new Ajv2020({ allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);

const machine = await createMachine({ machine: 'tiny', seed: 11 });
machine.capture();
const truth = () => JSON.parse(JSON.stringify(machine.truth())) as ReturnType<typeof machine.truth>;

describe('truth.json', () => {
  it('is what its schema says', () => {
    expect(validate(truth()), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    ['a number for an address', (t: ReturnType<typeof truth>) => Object.assign(t.modules[0]!, { base: 1 })],
    [
      'a name that EPROCESS cannot hold',
      (t: ReturnType<typeof truth>) => (t.processes[0]!.name = 'longer-than-fits.exe'),
    ],
    ['a field that nobody described', (t: ReturnType<typeof truth>) => Object.assign(t, { surprise: true })],
    [
      'a stack without modules',
      (t: ReturnType<typeof truth>) => (t.processes[0]!.threads[0]!.stack = ['KiSwapContext']),
    ],
  ])('would not be with %s', (_, spoil) => {
    const spoilt = truth();
    spoil(spoilt);
    expect(validate(spoilt)).toBe(false);
  });

  it('knows a stack for every thread once a dump was captured', () => {
    for (const process of truth().processes)
      for (const thread of process.threads)
        expect(thread.stack.length, `${process.name} ${thread.tid}`).toBeGreaterThan(2);
  });
});
