import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InterruptKey } from '../../../sim/cli/debug/interrupt-key.js';
import { Interrupted } from '../../../sim/debugger/index.js';
import { CLI, generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { describeWithTool } from '../../support/tools.js';

let dump: GeneratedDump;
const folder = mkdtempSync(join(tmpdir(), 'terminal-'));
beforeAll(() => {
  dump = generateDump(['--machine', 'tiny', '--kind', 'stacks']);
});
afterAll(() => {
  dump?.remove();
  rmSync(folder, { recursive: true });
});

it('Ctrl+C ends what runs, and what was typed behind it is kept', () => {
  const typed = join(folder, 'typed');
  writeFileSync(typed, 'k\n\x03lm\n');
  const key = new InterruptKey(typed);
  expect(key.check).toThrow(Interrupted);
  expect(key.take().toString()).toBe('lm\n');
  expect(key.take()).toHaveLength(0);
  key.close();
});

it('without a terminal nothing is interrupted', () => {
  const key = new InterruptKey(join(folder, 'nothing'));
  for (let i = 0; i < 1000; i++) key.check();
  key.close();
});

it('a reader that has enough is no fault', () => {
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', `"$0" "$1" debug "$2" --symbols "$3" -c "!process 0 7" | head -n 1`, process.execPath, CLI, dump.dump, dump.symbols],
    { encoding: 'utf8' },
  ); // prettier-ignore
  expect(stdout).toBe('**** NT ACTIVE PROCESS DUMP ****\n');
  expect(stderr).toBe('');
});

it('a reader that has enough ends what would never end', () => {
  const { stdout, status } = spawnSync(
    'sh',
    ['-c', `"$0" "$1" debug "$2" -c ".while (1) { .echo again }" | head -n 2`, process.execPath, CLI, dump.dump],
    { encoding: 'utf8', timeout: 60_000 },
  ); // prettier-ignore
  expect(stdout).toBe('again\nagain\n');
  expect(status).toBe(0);
});

/** What the debugger prints, and how it ends. */
function debug(...options: string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, [CLI, 'debug', ...options], { encoding: 'utf8', timeout: 60_000 });
}

it('nothing runs behind q, not even a loop around it', () => {
  for (const commands of [
    '.echo a; q; .echo b',
    '.while (1) { .echo a; q }',
    '.catch { .echo a; q }; .echo b',
  ])
    expect(debug(dump.dump, '-c', commands)).toMatchObject({ stdout: 'a\n', stderr: '', status: 0 });
});

it('.writemem keeps the file that is there, and the session', () => {
  const file = join(folder, 'memory.bin');
  const line = `.writemem ${file} @rsp L10`;
  const { stdout, stderr, status } = debug(dump.dump, '-c', `${line}; ${line}; .echo on`);
  expect(stdout).toBe(`Writing 10 bytes.\n${file} is there already; choose another name.\non\n`);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect(readFileSync(file)).toHaveLength(16);
});

it('a file is no folder of symbols', () => {
  const { stdout, stderr, status } = debug(dump.dump, '--symbols', dump.dump, '-c', 'k');
  expect(stdout).toBe('');
  expect(stderr).toBe(`${dump.dump} is a file; --symbols wants the folder that it is in.\n`);
  expect(status).toBe(1);
});

// util-linux's: gives a program a terminal of its own.
describeWithTool('script', 'in a terminal', (script) => {
  it('Ctrl+C gives up a line, then a command, and the session goes on', async () => {
    const command = `"${process.execPath}" "${CLI}" debug "${dump.dump}"`;
    const child = spawn(script, ['-qec', command, '/dev/null'], {
      env: { ...process.env, LIVEDUMP_HISTORY: '', TERM: 'xterm' },
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = new Promise((resolve) => child.on('close', resolve));
    const until = (text: string) =>
      expect.poll(() => said.slice(said.lastIndexOf('\x1d') + 1), { timeout: 20_000 }).toContain(text);
    const type = (text: string) => {
      said += '\x1d'; // what comes after is the answer
      child.stdin.write(text);
    };
    await until('kd> ');
    type('half of a li');
    await until('half of a li');
    type('\x03');
    await until('kd> ');
    type('? 5\n');
    await until('5 = 00000000`00000005');
    type('.while (1) { .while (1) { .echo again } }\n');
    await until('again');
    type('\x03');
    await until('interrupted');
    type('? 6\n');
    await until('6 = 00000000`00000006');
    type('q\n');
    expect(await ended).toBe(0);
  });
});
