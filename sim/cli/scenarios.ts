import { findScenario, scenarioNames } from '../scenarios/scenario.js';

/** Prints each scenario's name and title. */
export function listScenarios(): void {
  const names = scenarioNames();
  const width = Math.max(...names.map((name) => name.length));
  for (const name of names) process.stdout.write(`${name.padEnd(width)}  ${findScenario(name).title}\n`);
}
