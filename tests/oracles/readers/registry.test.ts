// The registry of dumps that have the pages of user mode: hives lie in the address space of process Registry.
import { afterAll, beforeAll, describe } from 'vitest';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { Kernel } from './kernel.js';
import { registryRules } from './registry-rules.js';

const DUMPS: [string, string[]][] = [
  ['a small machine', ['--machine', 'tiny', '--seed', '7']],
  ['a machine of the other profile', ['--machine', 'tiny', '--profile', 'win11-22000.2538']],
];

describe.each(DUMPS)('the registry of %s', (_, options) => {
  let made: GeneratedDump;
  let kernel: Kernel;

  beforeAll(() => {
    made = generateDump(['--user-pages', ...options]);
    kernel = new Kernel(made);
  });
  afterAll(() => made.remove());

  registryRules(() => kernel);
});
