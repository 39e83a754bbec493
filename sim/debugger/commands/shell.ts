import { FileError } from '../files/file-error.js';
import { ExpressionError } from '../expressions/scanner.js';
import { MemoryError } from '../memory/memory.js';
import { address } from '../format/numbers.js';
import type { Session } from '../session.js';
import { SymbolsError } from '../symbols/symbols-error.js';
import { OtherTargetError } from '../target/other-target-error.js';
import { CommandError, SyntaxProblem, type CommandContext } from './command.js';
import { findCommand } from './find-command.js';
import { whyAbsent } from './help-texts.js';

import { Abandoned, Jump } from './jumps.js';
import { cutCommands, splitName, type CutCommand } from './split.js';

export interface ShellHost {
  writeFile?(path: string, bytes: Uint8Array): void;
  /** As SessionOptions.checkInterrupt: called as commands start and print. */
  checkInterrupt?(): void;
}

/** Commands nested in commands: a script that calls itself must end. */
const DEEPEST = 64;
/** A line that asks to be run once more must end as well. */
const MOST_TURNS = 10_000;
/** A loop in a script must not fill the memory of whoever runs it. */
const MOST_OUTPUT = 0x4000000; // characters

class AnswerTooLong extends Error {
  override name = 'AnswerTooLong';
}

/** Takes lines as they are typed and answers with text. */
export class Shell {
  readonly session: Session;
  readonly #host: ShellHost;
  #sink: (text: string) => void = () => undefined;
  #length = 0;
  #depth = 0;
  hasEnded = false;
  /** What commands see of the shell. */
  readonly #context: CommandContext;

  constructor(session: Session, host: ShellHost = {}) {
    this.session = session;
    this.#host = host;
    this.#context = {
      session,
      print: (text) => this.#print(text),
      run: (commands) => this.#run(commands),
      capture: (commands) => this.#capture(commands),
      writeFile: (path, bytes) => this.#writeFile(path, bytes),
      quit: () => this.#quit(),
    };
  }

  /** Runs a line. @returns all that its commands print */
  execute(line: string): string {
    this.#length = 0;
    return this.#capture(line);
  }

  /** Runs a line and passes on what its commands print as they print it. @throws Interrupted */
  stream(line: string, print: (text: string) => void): void {
    this.#length = 0;
    this.#runPrinting(line, print);
  }

  #capture(line: string): string {
    const pieces: string[] = [];
    this.#runPrinting(line, (text) => pieces.push(text));
    return pieces.join('');
  }

  #runPrinting(line: string, print: (text: string) => void): void {
    const outer = this.#sink;
    this.#sink = print;
    try {
      this.#run(line);
    } catch (error) {
      // No command goes on after it, however deep it was.
      if (this.#depth > 0) throw error;
      if (error instanceof Abandoned) return;
      if (!(error instanceof AnswerTooLong)) throw error;
      print(`\n${error.message}\n`);
    } finally {
      this.#sink = outer;
    }
  }

  #run(line: string): void {
    if (this.#depth >= DEEPEST) throw new CommandError('Commands are nested too deep.\n');
    this.#depth++;
    try {
      for (let turn = 1; this.#runLine(line); turn++) {
        if (turn > MOST_TURNS) return this.#print(`The line was ended after ${MOST_TURNS} turns.\n`);
        this.#print(`redo [${turn}] ${line}\n`);
      }
    } finally {
      this.#depth--;
    }
  }

  /** @returns whether its commands are to run once more */
  #runLine(typed: string): boolean {
    const line = this.#expanded(typed);
    for (const command of cutCommands(line)) {
      try {
        this.#runOne(command, line);
      } catch (error) {
        if (!(error instanceof Jump)) throw error;
        if (error.kind === 'redo') return true;
        // Whoever runs this line may be what the jump leads out of.
        if (this.#depth > 1) throw error;
        this.#point(error.command, error.problem);
        return false;
      }
    }
    return false;
  }

  /** With texts instead of their names. @throws Abandoned when it grows too long */
  #expanded(line: string): string {
    try {
      return this.session.aliases.expanded(line);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#print(`${error.message}\n`);
      throw new Abandoned();
    }
  }

  /** @throws Abandoned when its words are off; the commands behind it run after all other errors */
  #runOne({ text, start }: CutCommand, line: string): void {
    this.#host.checkInterrupt?.();
    if (this.hasEnded) throw new Abandoned();
    const { name, args } = splitName(text);
    try {
      const command = findCommand(name);
      if (!command) return this.#unknown(name, text);
      command.run(this.#context, args, name);
    } catch (error) {
      if (error instanceof CommandError) this.#print(error.message);
      else if (error instanceof ExpressionError) {
        const isSuffix = error.rest !== '' && text.endsWith(error.rest);
        const tail = isSuffix ? line.slice(start + text.length) : '';
        this.#print(`${error.messageBefore(tail)}\n`);
        throw new Abandoned();
      } else if (error instanceof MemoryError)
        this.#print(`Memory access error at '${address(error.address)}'\n`);
      else if (
        error instanceof FileError ||
        error instanceof SymbolsError ||
        error instanceof OtherTargetError
      )
        this.#print(`${error.message}\n`);
      else if (error instanceof SyntaxProblem) {
        this.#point(line, error, start);
        throw new Abandoned();
      } else throw error;
    } finally {
      this.#tellMissing();
    }
  }

  /** Nothing that stands behind it runs, nor a loop around it. */
  #quit(): never {
    this.hasEnded = true;
    throw new Abandoned();
  }

  #unknown(name: string, text: string): void {
    const why = whyAbsent(/^\$+>?[a-z]?</.exec(name)?.[0] ?? name);
    if (why !== undefined) this.#print(`${name} is a command of WinDbg that is not here: ${why}.\n`);
    else if (name.startsWith('!'))
      this.#print(`${name.slice(1)} is not extension gallery command\nNo export ${name.slice(1)} found\n`);
    else throw new SyntaxProblem('Syntax error', placeOfUnknown(name, text));
  }

  #point(line: string, problem: SyntaxProblem, start = 0): void {
    const mark = ' '.repeat(this.session.prompt.length + start + problem.at);
    const joint = /(?: from| session|Unknown option)$/.test(problem.message) ? '' : ' in';
    this.#print(`${mark}^ ${problem.message}${joint} '${shownLine(line, start, problem)}'\n`);
  }

  #tellMissing(): void {
    for (const pfn of this.session.takeMissing())
      if (this.session.showMissingPages)
        this.#print(
          `Page ${pfn.toString(16)} not present in the dump file. Type ".hh dbgerr004" for details\n`,
        );
  }

  #print(text: string): void {
    this.#host.checkInterrupt?.();
    this.#length += text.length;
    if (this.#length > MOST_OUTPUT) throw new AnswerTooLong('The answer is too long; ask for less.');
    this.#sink(text);
  }

  #writeFile(path: string, bytes: Uint8Array): void {
    if (!this.#host.writeFile) throw new CommandError('Files cannot be written from here.\n');
    try {
      this.#host.writeFile(path, bytes);
    } catch (error) {
      throw new CommandError(`${(error as Error).message}\n`);
    }
  }
}

/** A branch without its `.if` is known by its word; of other words with a dot the whole command is read. */
function placeOfUnknown(name: string, text: string): number {
  if (/^\.(?:elsif|else)$/.test(name)) return name.length;
  return name.startsWith('.') ? text.length : 1;
}

/** A line as debuggers show it when a command of it is off. */
function shownLine(line: string, start: number, { lengthAt, cutAt }: SyntaxProblem): string {
  if (cutAt !== undefined) return line.slice(0, start + cutAt);
  if (lengthAt === undefined) return line;
  const at = start + lengthAt;
  return line.slice(0, at) + line.charAt(at).toLowerCase() + line.slice(at + 1);
}
