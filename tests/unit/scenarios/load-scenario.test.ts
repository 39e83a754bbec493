import { expect, test } from 'vitest';
import { loadScenario } from '../../../sim/scenarios/load-scenario.js';
import { findScenario, scenarioNames } from '../../../sim/scenarios/scenario.js';

test('every scenario is loaded as the schema reads it, also the one that is not read by it', async () => {
  for (const name of scenarioNames()) expect(await loadScenario(name)).toEqual(findScenario(name));
});

test('a scenario that there is not is refused by name', async () => {
  await expect(loadScenario('atlantis')).rejects.toThrow('There is no scenario "atlantis"');
});
