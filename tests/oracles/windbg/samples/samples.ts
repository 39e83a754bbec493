import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Session, Shell } from '../../../../sim/debugger/index.js';
import { FileSource } from '../../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../../sim/cli/debug/symbol-folder.js';
import { runWindbg } from '../engine.js';
import { normalised } from '../same-words/normalise.js';

const COMMANDS = ['lm', 'k', 'r', '.bugcheck'];

export interface Difference {
  command: string;
  ours: string;
  engine: string;
}

/** Dump files of a folder and of those in it. */
export function dumpsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && /\.(?:dmp|mdmp)$/i.test(file.name))
    .map((file) => join(file.parentPath, file.name))
    .sort();
}

/**
 * Opens a dump in this debugger and in WinDbg's engine and asks both the same. Symbols and images are taken from the
 * folder `symbols` beside the dumps, where there is one.
 * @param forEngine what the engine opens instead: for the suite's own test
 * @returns answers that differ
 * @throws Error when one of the two does not open the dump
 */
export async function judge(folder: string, dump: string, forEngine = dump): Promise<Difference[]> {
  const store = join(folder, 'symbols');
  const symbols = existsSync(store) ? store : dirname(dump);
  const { answers } = await runWindbg(forEngine, symbols, symbols, COMMANDS);
  const shell = new Shell(
    new Session(new FileSource(dump), { path: dump, symbols: new SymbolFolder(symbols) }),
  );
  return COMMANDS.map((command, i) => ({
    command,
    ours: comparable(command, shell.execute(command), folder),
    engine: comparable(command, answers[i]!.output, folder),
  })).filter(({ ours, engine }) => ours !== engine);
}

/** Of `lm`, which module is where: how far a debugger is with the symbols of others is its own. */
function comparable(command: string, answer: string, folder: string): string {
  const text = normalised(answer, folder);
  if (command !== 'lm') return text;
  const rows = text.match(/^[0-9a-f]{8}`[0-9a-f]{8} +[0-9a-f]{8}`[0-9a-f]{8} +\S+/gm) ?? [];
  if (rows.length === 0) throw new Error(`lm has no rows: ${answer}`);
  return rows.map((row) => row.replace(/ +/g, ' ')).join('\n');
}
