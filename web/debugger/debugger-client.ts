import { proxy, wrap, type Remote } from 'comlink';
import { debug } from './text.js';
import type {
  AddedSymbols,
  Answered,
  DebuggerApi,
  DumpFile,
  Opened,
  SymbolFile,
} from './worker/debugger-api.js';

/** How long a command may take to notice Ctrl+Break before its worker is ended, milliseconds. */
const PATIENCE = 3000;

/** The page's way to the debugger, which runs in a worker of its own. */
export class DebuggerClient {
  #worker!: Worker;
  #api!: Remote<DebuggerApi>;
  /** Rejects when the worker breaks, or is ended because it does not listen. */
  #broken!: Promise<never>;
  #break!: (error: Error) => void;
  #interruptUrl = '';
  /** What a new worker needs to know. */
  readonly #symbols: [place: string, files: readonly SymbolFile[]][] = [];
  #dump: [path: string, dump: DumpFile] | undefined;

  constructor() {
    this.#start();
  }

  async addSymbols(place: string, files: readonly SymbolFile[]): Promise<AddedSymbols> {
    const added = await this.#ask(this.#api.addSymbols(place, files));
    if (added.count > 0) this.#symbols.push([place, files]);
    return added;
  }

  /** @throws Error with a sentence for the user */
  async open(path: string, dump: DumpFile): Promise<Opened> {
    const opened = await this.#ask(this.#api.open(path, dump));
    this.#dump = [path, dump];
    return opened;
  }

  /** The dump that is open once more, with the symbols that there are now; `undefined` when none is. */
  reopen(): Promise<Opened> | undefined {
    return this.#dump && this.open(...this.#dump);
  }

  /** @throws WorkerEnded when the command did not end and the worker had to */
  async execute(line: string, onOutput: (text: string) => void): Promise<Answered> {
    this.#interruptUrl = URL.createObjectURL(new Blob());
    try {
      return await this.#ask(this.#api.execute(line, this.#interruptUrl, proxy(onOutput)));
    } finally {
      URL.revokeObjectURL(this.#interruptUrl);
      this.#interruptUrl = '';
    }
  }

  /** Asks for what a pane shows. @throws Error with a sentence */
  look<T>(question: (api: Remote<DebuggerApi>) => Promise<T>): Promise<T> {
    return this.#ask(question(this.#api));
  }

  /** Ctrl+Break: ends the command that runs. */
  interrupt(): void {
    const url = this.#interruptUrl;
    if (url === '') return;
    URL.revokeObjectURL(url);
    setTimeout(() => {
      if (this.#interruptUrl === url) this.#break(new WorkerEnded());
    }, PATIENCE);
  }

  /** A new worker in place of one that was ended: it has the symbols, and opens the dump again. */
  async restart(): Promise<Opened | undefined> {
    this.close();
    this.#start();
    for (const [place, files] of this.#symbols) await this.#ask(this.#api.addSymbols(place, files));
    return this.reopen();
  }

  close(): void {
    this.#worker.terminate();
  }

  #start(): void {
    this.#worker = new Worker(new URL('./worker/start-debugger.ts', import.meta.url), { type: 'module' });
    this.#api = wrap<DebuggerApi>(this.#worker);
    this.#broken = new Promise((_resolve, reject) => (this.#break = reject));
    this.#broken.catch(() => undefined);
    this.#worker.addEventListener('error', () => this.#break(new Error(debug.workerFailed)), {
      once: true,
    });
  }

  #ask<T>(answer: Promise<T>): Promise<T> {
    return Promise.race([answer, this.#broken]);
  }
}

/** The debugger did not listen to Ctrl+Break. */
export class WorkerEnded extends Error {}
