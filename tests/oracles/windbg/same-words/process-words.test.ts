import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { Session, Shell } from '../../../../sim/debugger/index.js';
import { FileSource } from '../../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../../sim/cli/debug/symbol-folder.js';
import { dumpOf, type DumpedName } from '../../../support/dumped-processes.js';
import { ProcessDumps } from '../../../support/process-dump.js';
import { describeWith } from '../../../support/tools.js';
import { runWindbg, WINDBG } from '../engine.js';
import { normalised } from './normalise.js';

const lines = readFileSync(new URL('process-commands.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

/** Lines whose answers differ, with the reason. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'dg 33': 'The engine tells of a descriptor that no dump of a process has.',
  '!process 0 0':
    'Commands of extensions tell that they need a dump of the kernel; the engine has no extensions.',
};
const NAMES: DumpedName[] = ['explorer', 'SearchHost', 'MicrosoftEdgeUpdate'];

describeWith([WINDBG], 'the same words as WinDbg on a dump of a process', () => {
  const dumps = new ProcessDumps([]);
  afterAll(() => dumps.remove());

  it.each(NAMES)('%s', async (name) => {
    const { truth, path } = dumpOf(dumps, name);
    const tid = truth.threads.at(-1)!.tid.toString(16);
    const commands = lines.map((line) => line.replace('{tid}', tid));
    const { answers } = await runWindbg(path, dumps.symbols, dumps.symbols, commands);
    const shell = new Shell(
      new Session(new FileSource(path), { path, symbols: new SymbolFolder(dumps.symbols) }),
    );
    const unlike = commands
      .map((command, i) => ({
        command,
        ours: normalised(shell.execute(command), dumps.folder),
        engine: normalised(answers[i]!.output, dumps.folder),
      }))
      .filter(({ ours, engine }, i) => ours !== engine && !(lines[i]! in DIFFERENCES));
    expect(unlike).toEqual([]);
  });
});
