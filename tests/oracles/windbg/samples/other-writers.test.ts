// Dumps that this project did not write: by Wine's MiniDumpWriteDump, of a program whose images have no PDBs.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../../../support/tools.js';
import { runWindbg, WINDBG } from '../engine.js';
import { normalised } from '../same-words/normalise.js';
import { judge } from './samples.js';
import { compiler, removeDumps, shellOn, wine, writeDumps } from './wine-dumps.js';

/** Of the system, those that the program's threads stand in. */
const SYSTEM_IMAGES = ['ntdll.dll', 'kernel32.dll', 'kernelbase.dll'];
const DUMPS = ['stacks', 'data', 'no-fault'];

/** What a dump is asked besides what each sample is. */
const LINES = [
  ...['vertarget', '||', '|', '.time', '.lastevent', '.exr -1', '~', '~0s', 'k', 'kn', 'r', 'rM 9', '.ttime'],
  ...['dps @rsp L10', 'db @rsp L20', '~1s', 'k', 'r', 'lm', 'lm1m', 'x kernel32!Sleep*', 'ln kernel32!Sleep'],
  ...['? kernel32!Sleep', '.enumtag'],
];

describeWith([WINDBG, compiler, wine], 'dumps that others wrote', () => {
  const folder = mkdtempSync(join(tmpdir(), 'others-'));
  const symbols = join(folder, 'symbols');

  beforeAll(() => writeDumps(folder, SYSTEM_IMAGES));
  afterAll(() => removeDumps(folder));

  describe('are read alike', () => {
    it.each(DUMPS)('%s', async (name) => {
      expect(await judge(folder, join(folder, `${name}.dmp`))).toEqual([]);
    });
  });

  it('get the same answers', async () => {
    const path = join(folder, 'stacks.dmp');
    const { answers } = await runWindbg(path, symbols, symbols, LINES);
    const shell = shellOn(path, symbols);
    const unlike = LINES.map((line, i) => ({
      line,
      ours: normalised(shell.execute(line), folder),
      engine: normalised(answers[i]!.output, folder),
    })).filter(({ ours, engine }) => ours !== engine);
    expect(unlike).toEqual([]);
  });

  it('name functions by what images export where there is no PDB', () => {
    const path = join(folder, 'stacks.dmp');
    const shell = shellOn(path, symbols);
    expect(shell.execute('k')).toMatch(
      /kernel32!BaseThreadInitThunk\+0x\w+\n.*ntdll!RtlUserThreadStart\+0x\w+\n$/,
    );
    expect(shell.execute('lm m kernel32')).toMatch(/\(export symbols\) +kernel32\.dll\n/);
  });
});
