import * as v from 'valibot';
import baseline from './catalogue/baseline.json';
import busyDriver from './catalogue/busy-driver.json';
import busyProcess from './catalogue/busy-process.json';
import handleLeak from './catalogue/handle-leak.json';
import hiddenProcess from './catalogue/hidden-process.json';
import hungFilter from './catalogue/hung-filter.json';
import hungServer from './catalogue/hung-server.json';
import injectedCode from './catalogue/injected-code.json';
import mutantChain from './catalogue/mutant-chain.json';
import poolLeak from './catalogue/pool-leak.json';
import resourceDeadlock from './catalogue/resource-deadlock.json';
import stuckIrp from './catalogue/stuck-irp.json';
import tokenSwap from './catalogue/token-swap.json';
import { scenarioSchema, type Scenario } from './schema.js';

export type { Scenario } from './schema.js';

const scenarios: ReadonlyMap<string, unknown> = new Map(
  [
    baseline,
    busyDriver,
    busyProcess,
    handleLeak,
    hiddenProcess,
    hungFilter,
    hungServer,
    injectedCode,
    mutantChain,
    poolLeak,
    resourceDeadlock,
    stuckIrp,
    tokenSwap,
  ].map((scenario) => [scenario.name, scenario]),
);

/** Names of the scenarios that come with the lab. */
export function scenarioNames(): string[] {
  return [...scenarios.keys()];
}

/** A scenario that comes with the lab. @throws RangeError with a sentence for the user when there is none */
export function findScenario(name: string): Scenario {
  const scenario = scenarios.get(name);
  if (scenario === undefined)
    throw new RangeError(`There is no scenario "${name}". Scenarios: ${scenarioNames().join(', ')}.`);
  return v.parse(scenarioSchema, scenario);
}
