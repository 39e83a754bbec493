import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseScenario } from '../../../sim/scenarios/load.js';

const page = readFileSync(new URL('../../../docs/SCENARIOS.md', import.meta.url), 'utf8');
const schema = JSON.parse(
  readFileSync(new URL('../../../sim/scenarios/scenario.schema.json', import.meta.url), 'utf8'),
) as {
  properties: Record<string, unknown> & {
    steps: { items: { anyOf?: StepSchema[]; oneOf?: StepSchema[] } };
  };
};
interface StepSchema {
  properties: Record<string, { const?: string }>;
}

it('the documentation of scenarios has every field, every step and every field of a step', () => {
  for (const field of Object.keys(schema.properties))
    if (field !== '$schema') expect(page).toContain(`| \`${field}\``);
  const { anyOf, oneOf } = schema.properties.steps.items;
  const steps = anyOf ?? oneOf!;
  expect(steps.length).toBeGreaterThan(2);
  for (const { properties } of steps) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${properties['do']!.const}\``));
    expect(row, properties['do']!.const).toBeDefined();
    for (const field of Object.keys(properties)) if (field !== 'do') expect(row).toContain(`\`${field}\``);
  }
});

it('the scenario on the page is one', () => {
  const [, example] = /```jsonc\n([\s\S]*?)```/.exec(page)!;
  expect(parseScenario(example!, 'page').steps).toHaveLength(2);
});
