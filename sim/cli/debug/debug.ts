import { statSync, writeFileSync } from 'node:fs';
import { FileError, Interrupted, Session, Shell } from '../../debugger/index.js';
import { fileProblem, UserError } from '../errors.js';
import { FileSource } from './file-source.js';
import { InterruptKey } from './interrupt-key.js';
import { SymbolFolder } from './symbol-folder.js';
import { openTerminal } from './terminal.js';

export interface DebugOptions {
  symbols?: string;
  command?: string;
}

/** Opens a dump: runs the commands given, or those typed or piped in. */
export async function debug(path: string, options: DebugOptions): Promise<void> {
  endWithReader();
  if (options.symbols !== undefined) requireFolder(options.symbols);
  const key = options.command === undefined && process.stdin.isTTY ? new InterruptKey() : undefined;
  const symbols = new SymbolFolder(...(options.symbols === undefined ? [] : [options.symbols]));
  try {
    const session = open(path, symbols, key);
    try {
      const shell = new Shell(session, { writeFile: writeNew, checkInterrupt: () => look(key) });
      if (options.command !== undefined) run(shell, options.command);
      else await converse(shell, key);
    } finally {
      session.close();
    }
  } finally {
    symbols.close();
    key?.close();
  }
}

/** Answers lines until they or the session end. */
async function converse(shell: Shell, key: InterruptKey | undefined): Promise<void> {
  const terminal = openTerminal(shell.session);
  process.stdout.write(`\n${shell.execute('vertarget')}\nType .help for the commands, q to end.\n`);
  const prompt = () => {
    terminal.setPrompt(shell.session.prompt);
    terminal.prompt();
  };
  // Ctrl+C where nothing runs gives the line up, not the session.
  terminal.on('SIGINT', () => {
    process.stdout.write('^C\n');
    terminal.write(null, { ctrl: true, name: 'e' });
    terminal.write(null, { ctrl: true, name: 'u' });
    prompt();
  });
  prompt();
  for await (const line of terminal) {
    run(shell, line);
    if (shell.hasEnded) break;
    prompt();
    const typed = key?.take();
    if (typed?.length) process.stdin.unshift(typed);
  }
  terminal.close();
}

function run(shell: Shell, line: string): void {
  try {
    shell.stream(line, (text) => process.stdout.write(text));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    process.stdout.write('\n^C: interrupted\n');
  }
}

/** @throws Interrupted after Ctrl+C, and when nobody reads the answer any more */
function look(key: InterruptKey | undefined): void {
  key?.check();
  if (process.stdout.destroyed) throw new Interrupted();
}

function requireFolder(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new UserError(`There is no folder ${path}. "livedump-lab generate --symbols" makes one.`);
  if (!found.isDirectory())
    throw new UserError(`${path} is a file; --symbols wants the folder that it is in.`);
}

/** Whoever reads what is printed may have enough of it (`| head`): that is no fault. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

function open(path: string, symbols: SymbolFolder, key: InterruptKey | undefined): Session {
  let file: FileSource | undefined;
  try {
    file = new FileSource(path);
    return new Session(file, { path, symbols, checkInterrupt: key?.check });
  } catch (error) {
    file?.close();
    if (error instanceof FileError) throw new UserError(`Cannot open ${path}: ${error.message}`);
    if (error instanceof Interrupted) throw new UserError(`${path} was not opened: interrupted.`);
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
