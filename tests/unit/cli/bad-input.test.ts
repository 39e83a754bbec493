import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLI } from '../../support/generated-dump.js';
import type { Need } from '../../support/tools.js';
import { describeWith } from '../../support/tools.js';

const SECONDS = 1000;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'livedump-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `generate` and expects it to refuse with one line that says what is wrong. @returns that line */
function refusal(...options: string[]): string {
  const { status, stderr } = spawnSync(process.execPath, [CLI, 'generate', ...options], {
    encoding: 'utf8',
  });
  expect(status).not.toBe(0);
  const lines = stderr.trim().split('\n');
  expect(lines, stderr).toHaveLength(1);
  expect(lines[0]).not.toMatch(/\b(at|in) \S+\.(js|ts):\d+|\bE[A-Z]{4,}\b|undefined|\[object/);
  expect(lines[0]!.split(' ').length, 'a sentence').toBeGreaterThan(3);
  return lines[0]!;
}

const inFolder = (...names: string[]): string => join(folder, ...names);

describe('generate refuses', () => {
  it.each([
    ['an unknown scenario', ['--scenario', 'no-such-lab'], 'no-such-lab'],
    ['an unknown kind', ['--kind', 'half'], 'half'],
    ['a dump of no process', ['--kind', 'process'], '--pid'],
    ['a process for a dump of the kernel', ['--pid', '4'], '--kind process'],
    [
      'pages of the kernel in a dump of a process',
      ['--kind', 'process', '--pid', '4', '--user-pages'],
      '--user-pages',
    ],
    ['a process that is not there', ['--machine', 'tiny', '--kind', 'process', '--pid', '3'], 'id 3'],
    ['a program that does not run', ['--machine', 'tiny', '--kind', 'process', '--pid', 'paint'], 'paint'],
    ['one of many programs', ['--machine', 'tiny', '--kind', 'process', '--pid', 'svchost'], 'ids are'],
    ['a protected process', ['--machine', 'tiny', '--kind', 'process', '--pid', 'lsass'], 'Access is denied'],
    ['System', ['--machine', 'tiny', '--kind', 'process', '--pid', '4'], 'Access is denied'],
    ['a seed that is no number', ['--seed', 'lucky'], 'lucky'],
    ['a seed that is no whole number', ['--seed', '1.5'], '1.5'],
    ['a negative seed', ['--seed=-1'], '-1'],
    ['an unknown machine', ['--machine', 'huge'], 'huge'],
    ['memory without a unit', ['--memory', '4096'], '4096'],
    ['less memory than its programs need', ['--memory', '64MiB'], '64 MiB'],
    ['more memory than there can be', ['--memory', '2TiB'], '2048 GiB'],
    ['no processors', ['--processors', '0'], '0'],
    ['more processors than there can be', ['--processors', '65'], '65'],
    ['a number of processors that is none', ['--processors', 'all'], 'all'],
    ['an option it does not have', ['--colour', 'blue'], '--colour'],
  ])('%s', (_title, options, named) => {
    expect(refusal('--out', inFolder('full.dmp'), ...options)).toContain(named);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a folder that cannot be written to', () => {
    writeFileSync(inFolder('file'), 'not a folder');
    const path = inFolder('file', 'full.dmp');
    expect(refusal('--out', path)).toContain(path);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('a folder that does not exist', () => {
    const path = inFolder('missing', 'full.dmp');
    expect(refusal('--out', path)).toContain(path);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('to leave a dump and its truth without the symbols that were asked for', () => {
    writeFileSync(inFolder('file'), 'not a folder');
    const path = inFolder('file', 'symbols');
    expect(
      refusal('--out', inFolder('full.dmp'), '--truth', inFolder('truth.json'), '--symbols', path),
    ).toContain(path);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('to guess where the dump goes', () => {
    expect(refusal('--scenario', 'baseline')).toContain('--out');
  });

  it('a folder in the place of the file', () => {
    const path = inFolder('full.dmp');
    mkdirSync(path);
    for (const options of [[], ['--force']])
      expect(refusal('--out', path, ...options)).toContain(`${path} is a folder`);
    expect(readdirSync(path)).toEqual([]);
  });

  it('to overwrite a dump', () => {
    const path = inFolder('full.dmp');
    writeFileSync(path, 'mine');
    const sentence = refusal('--out', path);
    expect(sentence).toContain(path);
    expect(sentence).toContain('--force');
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(readdirSync(folder)).toEqual(['full.dmp']);
  });

  it('to overwrite a truth file, before it writes a dump', () => {
    const path = inFolder('truth.json');
    writeFileSync(path, 'mine');
    expect(refusal('--out', inFolder('full.dmp'), '--truth', path)).toContain(path);
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(readdirSync(folder)).toEqual(['truth.json']);
  });
});

/** A disk of its own is the only one that a test may fill. */
const mountableTmpfs: Need = {
  name: 'tmpfs',
  missing:
    process.platform === 'linux' && process.getuid?.() === 0
      ? undefined
      : 'only root can mount a small disk to fill',
};

describeWith([mountableTmpfs], 'generate on a full disk', () => {
  beforeEach(() => execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', folder]));
  afterEach(() => execFileSync('umount', [folder]));

  it(
    'says so and leaves nothing behind',
    () => {
      expect(refusal('--out', inFolder('full.dmp'))).toMatch(/full|space/i);
      expect(readdirSync(folder)).toEqual([]);
    },
    60 * SECONDS,
  );
});
