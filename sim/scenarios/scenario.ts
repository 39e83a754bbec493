import baseline from './catalogue/baseline.json';

/** What happens on a machine, whatever its size. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly profile: string;
  /** ISO 8601, UTC. */
  readonly bootTime: string;
  readonly uptimeSeconds: number;
  readonly bootId: number;
  /** Percent of the machine's processor time that interrupts and DPCs take. */
  readonly interruptsCpu: number;
}

const scenarios: ReadonlyMap<string, Scenario> = new Map([[baseline.name, baseline as Scenario]]);

/** Names of all scenarios. */
export function scenarioNames(): string[] {
  return [...scenarios.keys()];
}

/** @throws RangeError with a sentence for the user when there is no such scenario */
export function findScenario(name: string): Scenario {
  const scenario = scenarios.get(name);
  if (!scenario)
    throw new RangeError(`There is no scenario "${name}". Scenarios: ${scenarioNames().join(', ')}.`);
  return scenario;
}
