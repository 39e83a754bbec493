import { expect, test } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import { Sampler } from '../../../sim/worker/sampler.js';
import { parseScenario } from '../../../sim/scenarios/load.js';

const chain = (window: boolean) => {
  const steps = [
    { do: 'lock-mutants', thread: 'owner', process: { image: 'svchost.exe', index: 0 }, owns: ['Store'] },
    { do: 'lock-mutants', thread: 'waiter', process: 'explorer.exe', wants: 'Store', window },
  ];
  const scenario = { format: 1, name: 'chain', title: 'A program waits for a mutant', steps };
  return parseScenario(JSON.stringify(scenario), 'chain.json');
};

/** The programs that do not respond. */
function hung(machine: LabMachine): string[] {
  const { processes } = new Sampler(machine).sample();
  return processes.filter(({ status }) => status === 'not-responding').map(({ imageName }) => imageName);
}

test('a thread with a window that waits five seconds for something else than messages makes its process hang', async () => {
  const machine = await createMachine({ machine: 'tiny', scenario: chain(true) });
  expect(hung(machine)).toEqual([]);
  machine.advance(4500);
  expect(hung(machine)).toEqual([]);
  machine.advance(1000);
  expect(hung(machine)).toEqual(['explorer.exe']);
});

test('a thread without one may wait as long as it likes, and so may who waits for messages', async () => {
  const machine = await createMachine({ machine: 'tiny', scenario: chain(false) });
  machine.advance(60_000);
  expect(hung(machine)).toEqual([]);
});

test('in the lab of the window that waits for others the shell does not respond when the lab begins', async () => {
  expect(hung(await createMachine({ machine: 'tiny', scenario: 'hung-server' }))).toEqual(['explorer.exe']);
});
