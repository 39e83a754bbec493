// Other people's readers, told once more: each rule by which they take or refuse a dump, and each structure they walk.
import { afterAll, beforeAll, describe } from 'vitest';
import type { GeneratedDump } from '../../support/generated-dump.js';
import { generateDump } from '../../support/generated-dump.js';
import { containerRules } from './container-rules.js';
import { Kernel } from './kernel.js';
import { memProcFsRules } from './memprocfs-rules.js';
import { pfnRules } from './pfn-rules.js';
import { threadRules } from './thread-rules.js';
import { volatilityRules } from './volatility-rules.js';

const SEEDS = [1, 4096];

describe.each(SEEDS)('a dump of seed %i', (seed) => {
  let made: GeneratedDump;
  let kernel: Kernel;
  const opened = (): Kernel => kernel;

  beforeAll(() => {
    made = generateDump(['--seed', String(seed)]);
    kernel = new Kernel(made);
  });
  afterAll(() => made.remove());

  containerRules(opened);
  pfnRules(opened);
  volatilityRules(opened);
  memProcFsRules(opened);
  threadRules(opened);
});
