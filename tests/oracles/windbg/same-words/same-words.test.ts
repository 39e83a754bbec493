import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { Session, Shell } from '../../../../sim/debugger/index.js';
import { FileSource } from '../../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../../sim/cli/debug/symbol-folder.js';
import { generateDump, type GeneratedDump } from '../../../support/generated-dump.js';
import { describeWith } from '../../../support/tools.js';
import { runWindbg, WINDBG } from '../engine.js';
import { normalised } from './normalise.js';

const here = (name: string) => new URL(name, import.meta.url);
const lines = readFileSync(here('commands.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

interface Difference {
  /** Command lines of the list. */
  commands: string[];
  reason: string;
}
const differences = JSON.parse(readFileSync(here('differences.json'), 'utf8')) as Difference[];
const excused = new Set(differences.flatMap(({ commands }) => commands));

/** How much of what is asked must be answered in the very same words. */
const SHARE = 0.95;

const DUMPS: [name: string, options: string[]][] = [
  ['tiny, seed 1', ['--machine', 'tiny']],
  ['tiny, seed 2, another scenario', ['--machine', 'tiny', '--seed', '2', '--scenario', 'hidden-process']],
  ['tiny with user pages', ['--machine', 'tiny', '--seed', '3', '--user-pages']],
  ['tiny, kernel stacks', ['--machine', 'tiny', '--seed', '4', '--kind', 'stacks']],
  ['tiny as a type 5 dump', ['--machine', 'tiny', '--seed', '5', '--format', 'bitmap-full']],
  ['classroom', ['--machine', 'classroom']],
];

/** Addresses of the dump in a command line. */
function filled(line: string, { truth }: GeneratedDump): string {
  const process = truth.processes.find(({ name }) => name === 'explorer.exe')!;
  const thread = process.threads.find(({ state }) => state === 'Waiting')!;
  const plain = (address: string) => address.replace(/^0x/, '');
  const addressOf = (wanted: string) => truth.processes.find(({ name }) => name === wanted)!.address;
  const window = process.threads.find(({ stack }) => stack.some((name) => name.startsWith('win32kfull!')))!;
  return line
    .replaceAll('{process}', plain(process.address))
    .replaceAll('{thread}', plain(thread.address))
    .replaceAll('{system}', plain(addressOf('System')))
    .replaceAll('{services}', plain(addressOf('services.exe')))
    .replaceAll('{window}', plain(window.address));
}

describeWith([WINDBG], 'the same words as WinDbg', () => {
  it('is asked enough, and each difference has its reason', () => {
    expect(lines.length).toBeGreaterThanOrEqual(150);
    expect(new Set(lines).size).toBeGreaterThan(150);
    for (const { commands, reason } of differences) {
      expect(reason).not.toBe('');
      for (const command of commands) expect(lines).toContain(command);
    }
  });

  describeWith([WINDBG], 'on a dump', () => {
    it.each(DUMPS)('%s', async (_, options) => {
      const dump = generateDump(options);
      try {
        const commands = lines.map((line) => filled(line, dump));
        const { answers } = await runWindbg(dump.dump, dump.symbols, dump.symbols, commands);
        const folder = dirname(dump.dump);
        const session = new Session(new FileSource(dump.dump), {
          path: dump.dump,
          symbols: new SymbolFolder(dump.symbols),
        });
        const shell = new Shell(session);
        const unlike = commands.filter((command, i) => {
          const ours = normalised(shell.execute(command), folder);
          return ours !== normalised(answers[i]!.output, folder) && !excused.has(lines[i]!);
        });
        const same = commands.filter((command, i) => !unlike.includes(command) && !excused.has(lines[i]!));
        expect(unlike).toEqual([]);
        expect(same.length / commands.length).toBeGreaterThanOrEqual(SHARE);
      } finally {
        dump.remove();
      }
    });
  });
});
