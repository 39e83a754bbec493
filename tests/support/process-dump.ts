import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI, type TruthProcess, type TruthThread } from './generated-dump.js';

/** What truth.json says of a process beyond what judges of kernel dumps ask. */
export interface DumpedProcess extends TruthProcess {
  path: string;
  modules: { name: string; path: string; base: string; size: number }[];
  threads: (TruthThread & {
    name?: string;
    userStack: string[];
    user: { teb: string; start: string; rip: string; rsp: string };
  })[];
}

interface WholeTruth {
  processes: (DumpedProcess & { traits?: string[]; services?: string[] })[];
  namedObjects: { path: string; type: string; address: string }[];
}

/** A machine's truth and symbols, and dumps of its processes. */
export class ProcessDumps {
  readonly folder = mkdtempSync(join(tmpdir(), 'livedump-'));
  readonly symbols = join(this.folder, 'symbols');
  /** Images and PDBs in one folder, as LLDB looks for them. */
  readonly flat = join(this.folder, 'flat');
  readonly #options: readonly string[];
  #truth: WholeTruth | undefined;

  constructor(options: readonly string[]) {
    this.#options = options;
  }

  /** Dumps a process: its id, or its program where there is one of it only. */
  dump(process_: string | number, name = `${process_}.dmp`): string {
    const out = join(this.folder, name);
    const first = this.#truth === undefined;
    const truth = join(this.folder, 'truth.json');
    execFileSync(
      process.execPath,
      [
        CLI,
        'generate',
        ...['--kind', 'process', '--pid', String(process_), '--out', out, ...this.#options],
        ...(first ? ['--symbols', this.symbols, '--truth', truth] : []),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    if (first) {
      this.#truth = JSON.parse(readFileSync(truth, 'utf8')) as WholeTruth;
      mkdirSync(this.flat);
      for (const file of readdirSync(this.symbols)) {
        const key = readdirSync(join(this.symbols, file))[0]!;
        symlinkSync(join(this.symbols, file, key, file), join(this.flat, file));
      }
    }
    return out;
  }

  get truth(): WholeTruth {
    return this.#truth!;
  }

  /** @throws when the truth has no such process */
  find(matches: (process: WholeTruth['processes'][number]) => boolean): WholeTruth['processes'][number] {
    const found = this.truth.processes.find(matches);
    if (!found) throw new Error('the machine has no such process');
    return found;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
