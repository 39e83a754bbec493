import { toJsonSchema } from '@valibot/to-json-schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scenarioSchema } from '../../../sim/scenarios/schema.js';

const file = new URL('../../../sim/scenarios/scenario.schema.json', import.meta.url);

describe('scenario.schema.json', () => {
  it('says what the lab checks (vitest -u writes it anew)', async () => {
    const schema = toJsonSchema(scenarioSchema, {
      target: 'draft-2020-12',
      ignoreActions: ['iso_timestamp', 'check'],
    });
    await expect(`${JSON.stringify(schema, undefined, 2)}\n`).toMatchFileSnapshot(file.pathname);
  });

  it('is a schema that others can use', () => {
    const validate = new Ajv2020().compile(JSON.parse(readFileSync(file, 'utf8')) as object);
    const scenario = { format: 1, name: 'mine', title: 'Mine', steps: [{ do: 'run', for: '90 s' }] };
    expect(validate(scenario), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...scenario, steps: [{ do: 'dance' }] })).toBe(false);
  });
});
