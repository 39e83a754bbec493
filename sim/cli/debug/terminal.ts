import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline/promises';
import { complete, type Session } from '../../debugger/index.js';

const LINES_KEPT = 500;

/** Where typed lines are kept from one session to the next; LIVEDUMP_HISTORY names another file, or none when empty. */
export function historyFile(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return (environment['LIVEDUMP_HISTORY'] ?? join(homedir(), '.livedump_history')) || undefined;
}

/** The newest line first, as readline wants them. */
export function readHistory(path: string | undefined): string[] {
  try {
    if (path === undefined || !existsSync(path)) return [];
    return readFileSync(path, 'utf8').split('\n').filter(Boolean).reverse().slice(0, LINES_KEPT);
  } catch {
    return []; // a history that cannot be read is no reason not to debug
  }
}

export function writeHistory(path: string | undefined, newestFirst: readonly string[]): void {
  if (path === undefined) return;
  try {
    writeFileSync(path, `${newestFirst.slice(0, LINES_KEPT).toReversed().join('\n')}\n`, { mode: 0o600 });
  } catch {
    // nor is one that cannot be written
  }
}

/** Said below a list that does not have all; the empty line before it is the terminal's. */
const MORE = '(there are more: type on)';

/** What readline asks for when Tab is pressed: what the line may go on as, and the part that is replaced. */
export function completer(session: Session): (line: string) => [string[], string] {
  return (line) => {
    const { start, candidates, isCut } = complete(session, line);
    const words = candidates.map(({ text }) => text);
    // It begins as no word does, so that the terminal does not type what only those that are listed have in common.
    return [isCut ? [...words, '', MORE] : words, line.slice(start)];
  };
}

/** A terminal with history and completion; lines that are piped in get neither. */
export function openTerminal(session: Session): Interface {
  const { stdin: input, stdout: output } = process;
  if (!input.isTTY) return createInterface({ input, output, terminal: false });
  const file = historyFile();
  const terminal = createInterface({
    input,
    output,
    terminal: true,
    completer: completer(session),
    history: readHistory(file),
    historySize: LINES_KEPT,
    removeHistoryDuplicates: true,
  });
  terminal.on('history', (lines: string[]) => writeHistory(file, lines));
  return terminal;
}
