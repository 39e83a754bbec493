import {
  bannerText,
  type ByteSource,
  complete,
  disassemblyView,
  expectDumpsProcesses,
  explainView,
  Interrupted,
  memoryView,
  modulesView,
  processesView,
  registersView,
  Session,
  Shell,
  stackView,
  threadsView,
} from '../../../sim/debugger/index.js';
import { BlobSource } from './blob-source.js';
import type {
  AddedSymbols,
  Answered,
  Completion,
  DebuggerApi,
  Disassembly,
  DumpFile,
  ExplainView,
  Item,
  MemoryView,
  Opened,
  SymbolFile,
} from './debugger-api.js';
import { DiskSource } from './disk-source.js';
import { InterruptFlag } from './interrupt.js';
import { OutputPieces } from './output-pieces.js';
import { SymbolBag } from './symbol-bag.js';

/** The debugger behind the page: one session with one dump at a time. */
export class DebuggerWorker implements DebuggerApi {
  readonly #symbols = new SymbolBag();
  readonly #interrupt = new InterruptFlag();
  #shell: Shell | undefined;

  async addSymbols(place: string, files: readonly SymbolFile[]): Promise<AddedSymbols> {
    const { count, refused, pdbs } = await this.#symbols.add(place, files);
    return { count, refused, unused: pdbs.flatMap(({ file, key }) => this.#unused(file, key)) };
  }

  /** Whether the open dump has no use for a PDB: no module is of its build. */
  #unused(file: string, key: string): AddedSymbols['unused'] {
    if (!this.#shell) return [];
    const named = this.#shell.session.modules.filter(
      ({ pdbName }) => pdbName.toLowerCase() === file.toLowerCase(),
    );
    if (named.some(({ pdb }) => pdb?.key === key)) return [];
    return [{ file, module: named[0]?.name ?? '' }];
  }

  async open(path: string, dump: DumpFile): Promise<Opened> {
    const isBlob = dump instanceof Blob;
    const onDisk = isBlob ? undefined : await DiskSource.open(dump);
    try {
      return this.#begin(onDisk ?? new BlobSource(isBlob ? dump : await dump.getFile()), path);
    } catch (error) {
      onDisk?.close();
      throw error;
    }
  }

  /** The dump that was open stays when this one cannot be read. */
  #begin(file: ByteSource, path: string): Opened {
    const checkInterrupt = this.#interrupt.check;
    const session = new Session(file, { path, symbols: this.#symbols, checkInterrupt });
    const shell = new Shell(session, { checkInterrupt });
    const banner = `${bannerText(session)}${shell.execute('vertarget')}`;
    expectDumpsProcesses(session);
    this.#shell?.session.close();
    this.#shell = shell;
    return { banner: `${banner}For analysis of this file, run !analyze -v\n`, prompt: session.prompt };
  }

  async execute(
    line: string,
    interrupt: string,
    onOutput: (text: string) => void | Promise<void>,
  ): Promise<Answered> {
    const shell = this.#shell;
    if (!shell) throw new Error('No dump is open.');
    const pieces = new OutputPieces(async (text) => onOutput(text));
    let isInterrupted = false;
    this.#interrupt.arm(interrupt);
    try {
      shell.stream(line, (text) => pieces.add(text));
    } catch (error) {
      if (error instanceof Interrupted) isInterrupted = true;
      else pieces.add(`${(error as Error).message}\n`);
    } finally {
      this.#interrupt.disarm();
    }
    await pieces.flush();
    if (shell.hasEnded) this.#close();
    return { prompt: shell.session.prompt, isInterrupted, hasEnded: shell.hasEnded };
  }

  async complete(line: string, caret: number): Promise<Completion> {
    return this.#look((session) => complete(session, line, caret));
  }

  async registers(): Promise<Item[]> {
    return this.#look(registersView);
  }

  async stack(): Promise<Item[]> {
    return this.#look(stackView);
  }

  async modules(): Promise<Item[]> {
    return this.#look(modulesView);
  }

  async processes(): Promise<Item[]> {
    return this.#look(processesView);
  }

  async threads(process: string): Promise<Item[]> {
    return this.#look((session) => threadsView(session, process));
  }

  async disassembly(expression: string, count: number): Promise<Disassembly> {
    return this.#look((session) => disassemblyView(session, expression, count));
  }

  async explain(expression: string): Promise<ExplainView> {
    return this.#look((session) => explainView(session, expression));
  }

  async memory(expression: string, length: number, type: string, withSymbols: boolean): Promise<MemoryView> {
    return this.#look((session) => memoryView(session, expression, length, type, withSymbols));
  }

  #close(): void {
    this.#shell?.session.close();
    this.#shell = undefined;
  }

  #look<T>(view: (session: Session) => T): T {
    if (!this.#shell) throw new Error('No dump is open.');
    const { session } = this.#shell;
    try {
      return view(session);
    } finally {
      // What a pane misses is not said behind the next command.
      session.takeMissing();
    }
  }
}
