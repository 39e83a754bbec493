// Dumps that this project did not write: by Wine's MiniDumpWriteDump, of a program whose images have no PDBs.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Session, Shell } from '../../../../sim/debugger/index.js';
import { FileSource } from '../../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../../sim/cli/debug/symbol-folder.js';
import { describeWith, tool } from '../../../support/tools.js';
import { runWindbg, WINDBG } from '../engine.js';
import { normalised } from '../same-words/normalise.js';
import { judge } from './samples.js';

const compiler = tool('x86_64-w64-mingw32-g++');
const wine = tool('wine64');
const SOURCE = fileURLToPath(new URL('other-writer.cpp', import.meta.url));
const PATIENCE = 300_000;
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

  beforeAll(() => {
    const program = join(folder, 'writer.exe');
    execFileSync(compiler.path, ['-O1', '-static', '-o', program, SOURCE, '-ldbghelp']);
    const prefix = join(folder, 'prefix');
    execFileSync(wine.path, [program], {
      cwd: folder,
      env: { ...process.env, WINEPREFIX: prefix, WINEDEBUG: '-all' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    mkdirSync(symbols);
    copyFileSync(program, join(symbols, 'writer.exe'));
    for (const image of SYSTEM_IMAGES) {
      const path = join(prefix, 'drive_c/windows/system32', image);
      expect(existsSync(path), path).toBe(true);
      copyFileSync(path, join(symbols, image));
    }
  }, PATIENCE);
  afterAll(() => rmSync(folder, { recursive: true }));

  describe('are read alike', () => {
    it.each(DUMPS)('%s', { timeout: PATIENCE }, async (name) => {
      expect(await judge(folder, join(folder, `${name}.dmp`))).toEqual([]);
    });
  });

  it('get the same answers', { timeout: PATIENCE }, async () => {
    const path = join(folder, 'stacks.dmp');
    const { answers } = await runWindbg(path, symbols, symbols, LINES);
    const shell = new Shell(new Session(new FileSource(path), { path, symbols: new SymbolFolder(symbols) }));
    const unlike = LINES.map((line, i) => ({
      line,
      ours: normalised(shell.execute(line), folder),
      engine: normalised(answers[i]!.output, folder),
    })).filter(({ ours, engine }) => ours !== engine);
    expect(unlike).toEqual([]);
  });

  it('name functions by what images export where there is no PDB', () => {
    const path = join(folder, 'stacks.dmp');
    const shell = new Shell(new Session(new FileSource(path), { path, symbols: new SymbolFolder(symbols) }));
    expect(shell.execute('k')).toMatch(
      /kernel32!BaseThreadInitThunk\+0x\w+\n.*ntdll!RtlUserThreadStart\+0x\w+\n$/,
    );
    expect(shell.execute('lm m kernel32')).toMatch(/\(export symbols\) +kernel32\.dll\n/);
  });
});
