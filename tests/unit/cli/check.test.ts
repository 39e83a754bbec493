import { spawnSync } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import { CLI } from '../../support/generated-dump.js';

vi.setConfig({ testTimeout: 60_000 });

const check = (...options: string[]) =>
  spawnSync(process.execPath, [CLI, 'check', '--machine', 'tiny', ...options], { encoding: 'utf8' });

describe('livedump-lab check', () => {
  it('says in a sentence what it has looked at', () => {
    const { status, stdout, stderr } = check();
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Everything agrees: .*\d+ processes, \d+ threads.*\.\n$/);
  });

  it('lets time pass first, and answers in JSON', () => {
    const { status, stdout } = check('--advance', '250', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, visited: { processors: 2 } });
  });

  it.each([
    ['a time that is none', ['--advance', 'soon'], 'soon'],
    ['a negative time', ['--advance=-5'], '-5'],
    ['an unknown scenario', ['--scenario', 'no-such-lab'], 'no-such-lab'],
    ['an unknown option', ['--out', 'x.dmp'], '--out'],
  ])('refuses %s', (_title, options, named) => {
    const { status, stdout, stderr } = check(...options);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(named);
  });
});
