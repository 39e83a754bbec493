import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Session, Shell } from '../../../sim/debugger/index.js';
import { FileSource } from '../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../sim/cli/debug/symbol-folder.js';
import { imageOf } from '../../support/byte-file.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { imageKey, putAtTheirBases } from '../../support/images-at-bases.js';
import { summaryDump } from '../../support/summary-dump.js';
import { describeWith } from '../../support/tools.js';
import { TRIAGE, triageDump } from '../../support/triage-dump.js';
import { runWindbg, WINDBG } from './engine.js';
import { normalised } from './same-words/normalise.js';

const COMMANDS = [
  'vertarget', 'lm', 'k', 'kv', 'kn', 'r', 'r cr3', '.bugcheck', '||', '.thread', '.process', '.lastevent',
  '? @$thread', '? @$proc', '? @$prcb', '? @$pcr', 'u @rip l4', 'db @rsp l40', 'dq nt!PsLoadedModuleList l2',
  'x nt!PsLoadedModuleList', 'dt nt!_EPROCESS @$proc ImageFileName UniqueProcessId', 'dps @rsp l8', 'ln @rip', '.dumpdebug',
  '~1s', 'k', 'r', 'kv', '? @$thread', '~0s', '.frame 1', '.formats @rip',
]; // prettier-ignore
/** Of a dump without a KPRCB in its place the engine has no registers: it asks nothing else. */
const WITHOUT_REGISTERS = ['vertarget', 'lm', 'k', '.bugcheck', '.dumpdebug', '||'];

/** Types 10 and 8; type 9 the engine writes with symbols of Microsoft's only. */
const RANGE_DUMPS = ['/f', '/k'];

describeWith([WINDBG], 'small, summary and range dumps, read as by WinDbg', () => {
  const folder = mkdtempSync(join(tmpdir(), 'small-dumps-'));
  let full: GeneratedDump;

  beforeAll(() => {
    full = generateDump(['--machine', 'tiny']);
  });
  afterAll(() => {
    full?.remove();
    rmSync(folder, { recursive: true });
  });

  it('a small dump that the engine has written', async () => {
    const small = join(folder, 'small.dmp');
    await runWindbg(full.dump, full.symbols, full.symbols, [`.dump /m Z:${small.replaceAll('/', '\\')}`]);
    const symbols = join(folder, 'symbols');
    cpSync(full.symbols, symbols, { recursive: true });
    putAtTheirBases(symbols, full.truth.modules);
    // Of a small dump the engine does not know where the KPCR is; this debugger reads it from the KPRCB.
    const commands = COMMANDS.filter((command) => command !== '? @$pcr');
    expect(await unlike(small, symbols, commands)).toEqual([]);
    expect(opened(small, symbols).execute('k')).toContain('nt!NtSystemDebugControl');
  });

  it('a small dump as the kernel writes them, by a writer of its own', async () => {
    const small = join(folder, 'kernel.dmp');
    writeFileSync(small, triageDump().bytes);
    const symbols = join(folder, 'made-up');
    for (const { file, base, stamp } of [TRIAGE.nt, TRIAGE.driver]) {
      const image = imageOf(Uint8Array.of(0x8b, 0x01, 0xc3, 0x90, 0x90, 0xc3), stamp);
      new DataView(image.buffer).setBigUint64(0xb0, base, true);
      const place = join(symbols, file, imageKey(stamp, TRIAGE.size));
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, file), image);
    }
    expect(await unlike(small, symbols, WITHOUT_REGISTERS)).toEqual([]);
    expect(opened(small, symbols).execute('k')).toContain('faulty+0x1000');
  });

  it('a summary dump (type 2)', async () => {
    const summary = join(dirname(full.dump), 'summary.dmp');
    writeFileSync(summary, summaryDump(readFileSync(full.dump)));
    expect(await unlike(summary, full.symbols, COMMANDS)).toEqual([]);
    expect(opened(summary, full.symbols).execute('.dumpdebug')).toContain('Summary Dump');
  });

  it.each(RANGE_DUMPS)(
    'a range dump that the engine has written: %s',

    async (option) => {
      const type5 = generateDump(['--machine', 'tiny', '--format', 'bitmap-full', '--user-pages']);
      try {
        const range = join(dirname(type5.dump), 'range.dmp');
        const write = `.dump ${option} Z:${range.replaceAll('/', '\\')}`;
        await runWindbg(type5.dump, type5.symbols, type5.symbols, [write]);
        expect(await unlike(range, type5.symbols, COMMANDS)).toEqual([]);
        // All processes are found, the pages of the last range among them.
        const names = opened(range, type5.symbols)
          .execute('!process 0 0')
          .match(/Image: \S+/g);
        expect(names).toHaveLength(type5.truth.processes.length);
      } finally {
        type5.remove();
      }
    },
  );

  /** Answers that differ. */
  async function unlike(dump: string, symbols: string, commands: readonly string[]) {
    const { answers } = await runWindbg(dump, symbols, symbols, commands);
    const shell = opened(dump, symbols);
    const text = (answer: string) => normalised(comparable(answer), dirname(symbols));
    return commands
      .map((command, i) => ({
        command,
        ours: text(shell.execute(command)),
        engine: text(answers[i]!.output),
      }))
      .filter(({ ours, engine }) => ours !== engine);
  }
});

function opened(dump: string, symbols: string): Shell {
  return new Shell(new Session(new FileSource(dump), { path: dump, symbols: new SymbolFolder(symbols) }));
}

/**
 * Without what the engine says of its own: how far it is with symbols that nobody asked for, and blocks of an
 * extension of the format, of which it reads rubbish where a dump has none.
 */
function comparable(answer: string): string {
  return answer
    .replace(/\n*DUMP EXTENSION DATA BLOCKS:\n[^]*/, '')
    .replace(/^(\S+ \S+ {3}\w+ +)(?:[TC#] )? *\((?:deferred|no symbols)\) *$/gm, '$1');
}
