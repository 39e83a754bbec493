import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, generateDump } from '../../../support/generated-dump.js';
import { putAtTheirBases } from '../../../support/images-at-bases.js';
import { describeWith } from '../../../support/tools.js';
import { runWindbg, WINDBG } from '../engine.js';
import { dumpsIn, judge } from './samples.js';

/** A folder with dumps of real machines; most people have none, and there is no suite then. */
const samples = process.env['LIVEDUMP_SAMPLES'];

if (samples)
  describeWith([WINDBG], `dumps in ${samples}`, () => {
    const dumps = dumpsIn(samples);
    it('there are some', () => expect(dumps).not.toEqual([]));
    for (const dump of dumps)
      it(relative(samples, dump), async () => {
        expect(await judge(samples, dump)).toEqual([]);
      });
  });

describeWith([WINDBG], 'the suite of samples, on dumps of the lab', () => {
  const folder = mkdtempSync(join(tmpdir(), 'samples-'));
  const generate = (name: string, ...options: string[]) =>
    execFileSync(
      process.execPath,
      [CLI, 'generate', '--machine', 'tiny', '--json', '--out', join(folder, name), ...options],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );

  beforeAll(async () => {
    const full = generateDump(['--machine', 'tiny']);
    try {
      cpSync(full.dump, join(folder, 'full.dmp'));
      cpSync(full.symbols, join(folder, 'symbols'), { recursive: true });
      putAtTheirBases(join(folder, 'symbols'), full.truth.modules);
      generate('stacks.dmp', '--kind', 'stacks');
      generate('process.dmp', '--kind', 'process', '--pid', 'explorer.exe');
      const small = `Z:${join(folder, 'small.dmp').replaceAll('/', '\\')}`;
      await runWindbg(full.dump, full.symbols, full.symbols, [`.dump /m ${small}`]);
    } finally {
      full.remove();
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('finds them', () => {
    expect(dumpsIn(folder).map((dump) => relative(folder, dump))).toEqual([
      'full.dmp',
      'process.dmp',
      'small.dmp',
      'stacks.dmp',
    ]);
  });

  describe('each is read alike', () => {
    it.each(['full', 'process', 'small', 'stacks'])('%s', async (name) => {
      expect(await judge(folder, join(folder, `${name}.dmp`))).toEqual([]);
    });
  });

  it('sees what is not alike', async () => {
    const other = generateDump(['--machine', 'tiny', '--seed', '2']);
    try {
      const found = await judge(folder, join(folder, 'full.dmp'), other.dump);
      expect(found.map(({ command }) => command)).toEqual(['lm', 'k', 'r']);
    } finally {
      other.remove();
    }
  });
});
