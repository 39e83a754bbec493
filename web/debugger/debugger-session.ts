import type { Disk } from '../lab.js';
import { Store } from '../storage/store.js';
import { strings } from '../strings/index.js';
import { debug as text } from './text.js';
import { DebuggerClient, WorkerEnded } from './debugger-client.js';
import { sortFiles } from './dropped-files.js';
import { ChangedValues } from './panes/changed-values.js';
import type { Place } from './panes/place-pane.js';
import type { AddressPane } from './panes/show-event.js';
import { Transcript } from './transcript.js';
import type { DumpFile, Opened, SymbolFile } from './worker/debugger-api.js';

export interface SessionState {
  /** Path of the dump that is open, or being opened; '' for none. */
  path: string;
  isOpen: boolean;
  isOpening: boolean;
  /** Whether a command runs. */
  isBusy: boolean;
  prompt: string;
  /** Grows with all that may change what panes show. */
  generation: number;
  /** What became of symbols that were added before a dump was opened. */
  notice: string;
  /** What went wrong, for a dialog. */
  problem: { heading: string; message: string } | null;
}

const NOTHING: SessionState = {
  path: '',
  isOpen: false,
  isOpening: false,
  isBusy: false,
  prompt: '',
  generation: 0,
  notice: '',
  problem: null,
};
/** Where symbols come from, as `.sympath` shows it. */
const PLACES = { machine: 'symbols', dropped: 'added' };

/** The debugger as the page sees it: which dump is open, and what was asked and answered. */
export class DebuggerSession extends Store<SessionState> {
  readonly transcript = new Transcript();
  /** Where each pane with an address was and is. */
  readonly trails = new Map<AddressPane, readonly Place[]>();
  /** Which registers have changed. */
  readonly registers = new ChangedValues();
  readonly #client = new DebuggerClient();
  /** Asks for what a pane shows. */
  readonly look: DebuggerClient['look'] = (question) => this.#client.look(question);
  /** The symbols of the lab's own machine, which its dumps need. */
  readonly #machineSymbols: Promise<unknown>;

  constructor(disk: Pick<Disk, 'pdbsZip'>) {
    super(NOTHING);
    this.#machineSymbols = disk
      .pdbsZip()
      .then((blob) => this.#client.addSymbols(PLACES.machine, [{ path: 'symbols.zip', blob }]))
      .catch((error: Error) =>
        this.#change({ problem: { heading: text.cannotAdd, message: error.message } }),
      );
  }

  /** Opens a dump in place of the one that is open; that stays when the new one cannot be read. */
  async open(path: string, dump: () => Promise<DumpFile>): Promise<void> {
    if (this.value.isOpening || this.value.isBusy) return;
    const before = this.value;
    this.#change({ path, isOpening: true });
    try {
      await this.#machineSymbols;
      const file = await dump();
      if ((file instanceof Blob ? file : await file.getFile()).size === 0) throw new Error(text.empty);
      const opened = await this.#client.open(path, file);
      this.transcript.clear();
      this.trails.clear();
      this.registers.clear();
      this.#welcome(opened);
    } catch (error) {
      const heading = text.cannotOpen(path.split('\\').pop()!);
      this.set({ ...before, problem: { heading, message: (error as Error).message } });
    }
  }

  /** What the user dropped or chose: a dump is opened, symbols are added. */
  async take(files: readonly SymbolFile[]): Promise<void> {
    const { dumps, symbols } = sortFiles(files);
    const problem = (message: string) => this.#change({ problem: { heading: text.cannotAdd, message } });
    if (dumps.length > 1) return problem(text.severalDumps);
    if (dumps.length === 0 && symbols.length === 0) return problem(text.noDumpAmong);
    if (symbols.length > 0) {
      try {
        const added = await this.#client.addSymbols(PLACES.dropped, symbols);
        const refused = added.refused.map(({ file, reason }) => text.notSymbols(file, reason));
        if (added.count === 0) return problem(refused.join('\n') || text.notUsed);
        const unused = added.unused.map(({ file, module }) => text.unusedPdb(file, module));
        const said = [text.symbolsAdded(added.count), ...refused, ...(dumps.length === 0 ? unused : [])];
        if (dumps.length === 0) await this.#reopen(said.join('\n'));
        else if (refused.length > 0) problem(refused.join('\n'));
      } catch (error) {
        return problem((error as Error).message);
      }
    }
    const [dump] = dumps;
    if (dump) await this.open(dump.name, async () => dump);
  }

  async execute(line: string): Promise<void> {
    const { isOpen, isBusy, prompt } = this.value;
    if (!isOpen || isBusy) return;
    const cleared = /^\s*\.cls\s*(?:;(?<rest>.*))?$/is.exec(line);
    if (cleared) this.transcript.clear();
    if (cleared && !cleared.groups!['rest']?.trim()) return;
    this.transcript.command(prompt, line);
    this.#change({ isBusy: true });
    try {
      const answered = await this.#client.execute(line, (output) => this.transcript.append(output));
      if (answered.isInterrupted) this.transcript.say(text.interrupted);
      if (answered.hasEnded) this.set({ ...NOTHING });
      else this.#ready(answered.prompt);
    } catch (error) {
      if (error instanceof WorkerEnded) await this.#restart();
      else
        this.#change({
          isBusy: false,
          problem: { heading: strings.desktop.debugger, message: (error as Error).message },
        });
    }
  }

  interrupt(): void {
    if (this.value.isBusy) this.#client.interrupt();
  }

  dismissProblem(): void {
    this.#change({ problem: null });
  }

  /** Ends the worker with all that it keeps. */
  close(): void {
    this.#client.close();
  }

  async #restart(): Promise<void> {
    try {
      const opened = await this.#client.restart();
      this.transcript.say(text.restarted);
      if (opened) this.#ready(opened.prompt);
    } catch (error) {
      this.set({
        ...NOTHING,
        problem: { heading: strings.desktop.debugger, message: (error as Error).message },
      });
    }
  }

  /** Symbols that were added are seen by a debugger that opens its dump anew. */
  async #reopen(why: string): Promise<void> {
    const opened = await this.#client.reopen();
    if (!opened) return this.#change({ notice: why });
    this.transcript.say(why);
    this.#welcome(opened);
  }

  #welcome({ banner, prompt }: Opened): void {
    this.transcript.append(banner);
    this.#change({ isOpen: true, isOpening: false });
    this.#ready(prompt);
  }

  #ready(prompt: string): void {
    this.#change({ isBusy: false, prompt, generation: this.value.generation + 1 });
  }

  #change(part: Partial<SessionState>): void {
    this.set({ ...this.value, ...part });
  }
}
