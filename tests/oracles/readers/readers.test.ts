// Other people's readers, told once more: each rule by which they take or refuse a dump, and each structure they walk.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe } from 'vitest';
import type { GeneratedDump } from '../../support/generated-dump.js';
import { generateDump } from '../../support/generated-dump.js';
import { dumpAfter } from '../../support/later-dump.js';
import { containerRules } from './container-rules.js';
import { filterRules } from './filter-rules.js';
import { ioRules } from './io-rules.js';
import { Kernel } from './kernel.js';
import { lockRules } from './lock-rules.js';
import { requestRules } from './request-rules.js';
import { memProcFsRules } from './memprocfs-rules.js';
import { memoryRules } from './memory-rules.js';
import { moduleRules } from './module-rules.js';
import { pfnRules } from './pfn-rules.js';
import { objectRules } from './object-rules.js';
import { securityRules } from './security-rules.js';
import { poolRules } from './pool-rules.js';
import { processorRules } from './processor-rules.js';
import { sectionRules } from './section-rules.js';
import { sessionRules } from './session-rules.js';
import { processRules } from './process-rules.js';
import { threadRules } from './thread-rules.js';
import { volatilityRules } from './volatility-rules.js';

/** Seeds of the machines; `READERS_SEEDS=5,6,7` looks at others. */
const SEEDS = (process.env['READERS_SEEDS'] ?? '1,4096').split(',').map(Number);

const ENDED = fileURLToPath(new URL('../windbg/ended-processes.jsonc', import.meta.url));

/** Of seeds, and of one machine on which a minute has passed. */
const DUMPS: [string, () => GeneratedDump | Promise<GeneratedDump>][] = [
  ...SEEDS.map((seed): [string, () => GeneratedDump] => [
    `of seed ${seed}`,
    () => generateDump(['--machine', 'tiny', '--seed', String(seed)]),
  ]),
  [
    'on which processes have ended',
    () => generateDump(['--machine', 'classroom', '--seed', '6', '--scenario', ENDED]),
  ],
  ['after a minute', () => dumpAfter(60_000, { machine: 'tiny', seed: 2 })],
];

describe.each(DUMPS)('a dump %s', (_, make) => {
  let made: GeneratedDump;
  let kernel: Kernel;
  const opened = (): Kernel => kernel;

  beforeAll(async () => {
    made = await make();
    kernel = new Kernel(made);
  });
  afterAll(() => made.remove());

  containerRules(opened);
  pfnRules(opened);
  memoryRules(opened);
  volatilityRules(opened);
  memProcFsRules(opened);
  processRules(opened);
  threadRules(opened);
  objectRules(opened);
  securityRules(opened);
  poolRules(opened);
  processorRules(opened);
  lockRules(opened);
  sectionRules(opened);
  sessionRules(opened);
  ioRules(opened);
  requestRules(opened);
  filterRules(opened);
  moduleRules(opened);
});
