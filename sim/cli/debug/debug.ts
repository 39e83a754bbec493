import { existsSync, writeFileSync } from 'node:fs';
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
  const key = options.command === undefined && process.stdin.isTTY ? new InterruptKey() : undefined;
  const shell = new Shell(open(path, options, key), { writeFile: writeNew, checkInterrupt: key?.check });
  if (options.command !== undefined) {
    process.stdout.write(shell.execute(options.command));
    return;
  }
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
  key?.close();
}

function run(shell: Shell, line: string): void {
  try {
    shell.stream(line, (text) => process.stdout.write(text));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    process.stdout.write('\n^C: interrupted\n');
  }
}

/** Whoever reads what is printed may have enough of it (`| head`): that is no fault. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

function open(path: string, { symbols }: DebugOptions, key: InterruptKey | undefined): Session {
  if (symbols !== undefined && !existsSync(symbols))
    throw new UserError(`There is no folder ${symbols}. "livedump-lab generate --symbols" makes one.`);
  try {
    return new Session(new FileSource(path), {
      path,
      symbols: symbols === undefined ? undefined : new SymbolFolder(symbols),
      checkInterrupt: key?.check,
    });
  } catch (error) {
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
