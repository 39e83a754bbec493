// What a run that is stopped amidst it leaves of its files, and who removes it.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CLI } from '../../support/generated-dump.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'livedump-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const options = () => [CLI, 'generate', '--machine', 'tiny', '--out', join(folder, 'full.dmp'), '--force'];
const files = () => readdirSync(folder);

/** Starts a run, and stops it with a signal when it has begun its file. */
async function stopped(signal: NodeJS.Signals): Promise<ChildProcess> {
  const child = spawn(process.execPath, options(), { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await vi.waitFor(() => expect(files()).toHaveLength(1), { timeout: 30_000, interval: 5 });
  child.kill(signal);
  await ended;
  return child;
}

it('a run that is interrupted leaves nothing, and ends as others do', async () => {
  expect((await stopped('SIGINT')).exitCode).toBe(130);
  expect(files()).toEqual([]);
  expect((await stopped('SIGTERM')).exitCode).toBe(143);
  expect(files()).toEqual([]);
});

it('what a run that was killed has left is removed by the next one for the same file', async () => {
  const { pid } = await stopped('SIGKILL');
  const [left] = files();
  expect(left).toMatch(/^full\.dmp\..+\.part$/);
  // A run that goes on has one too, and so has another file.
  const others = [
    left!.replace(String(pid), String(process.pid)),
    left!.replace('full', 'other'),
    'full.dmp.part',
  ];
  for (const name of others) writeFileSync(join(folder, name), 'not its own');
  expect(spawnSync(process.execPath, options()).status).toBe(0);
  expect(files().sort()).toEqual(['full.dmp', ...others].sort());
});
