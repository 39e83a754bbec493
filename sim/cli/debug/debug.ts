import { existsSync, writeFileSync } from 'node:fs';
import { FileError, Session, Shell } from '../../debugger/index.js';
import { fileProblem, UserError } from '../errors.js';
import { FileSource } from './file-source.js';
import { SymbolFolder } from './symbol-folder.js';
import { openTerminal } from './terminal.js';

export interface DebugOptions {
  symbols?: string;
  command?: string;
}

/** Opens a dump: runs the commands given, or those typed or piped in. */
export async function debug(path: string, options: DebugOptions): Promise<void> {
  const shell = new Shell(open(path, options), { writeFile: writeNew });
  if (options.command !== undefined) {
    process.stdout.write(shell.execute(options.command));
    return;
  }
  const terminal = openTerminal(shell.session);
  process.stdout.write(`\n${shell.execute('vertarget')}\nType .help for the commands, q to end.\n`);
  terminal.setPrompt(shell.session.prompt);
  terminal.prompt();
  for await (const line of terminal) {
    process.stdout.write(shell.execute(line));
    if (shell.hasEnded) break;
    terminal.setPrompt(shell.session.prompt);
    terminal.prompt();
  }
  terminal.close();
}

function open(path: string, { symbols }: DebugOptions): Session {
  if (symbols !== undefined && !existsSync(symbols))
    throw new UserError(`There is no folder ${symbols}. "livedump-lab generate --symbols" makes one.`);
  try {
    return new Session(new FileSource(path), {
      path,
      symbols: symbols === undefined ? undefined : new SymbolFolder(symbols),
    });
  } catch (error) {
    if (error instanceof FileError) throw new UserError(`Cannot open ${path}: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new UserError(`There is no file ${path}.`);
    if ((error as NodeJS.ErrnoException).code !== undefined) throw fileProblem('read', path, error);
    throw error;
  }
}

/** Files that are there stay as they are. */
function writeNew(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes, { flag: 'wx' });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST'
      ? new UserError(`${path} is there already; choose another name.`)
      : fileProblem('write', path, error);
  }
}
