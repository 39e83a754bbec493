import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI, type TruthProcess, type TruthThread } from './generated-dump.js';

/** What truth.json says of a process beyond what judges of kernel dumps ask. */
export interface DumpedProcess extends TruthProcess {
  path: string;
  traits?: string[];
  services?: string[];
  modules: DumpedModule[];
  wow64?: { peb: string; modules: DumpedModule[] };
  unloadedModules?: { name: string; base: string; size: number }[];
  threads: (TruthThread & {
    name?: string;
    userStack: string[];
    user: { teb: string; start: string; rip: string; rsp: string };
    wow64?: { eip: string; esp: string; stack: string[] };
  })[];
}

export interface DumpedModule {
  name: string;
  path: string;
  base: string;
  size: number;
}

/** What the loaders of a process list, the program and what else both list once. */
export function modulesOf({ modules, wow64 }: DumpedProcess): DumpedModule[] {
  const bases = new Set(modules.map(({ base }) => base));
  return [...modules, ...(wow64?.modules ?? []).filter(({ base }) => !bases.has(base))];
}

interface WholeTruth {
  processes: DumpedProcess[];
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

  /** Writes down the machine's truth and symbols, with a dump that nobody asked for: once. */
  prepare(): void {
    if (this.#truth !== undefined) return;
    const truth = join(this.folder, 'truth.json');
    this.#generate('explorer', 'first.dmp', '--symbols', this.symbols, '--truth', truth);
    this.#truth = JSON.parse(readFileSync(truth, 'utf8')) as WholeTruth;
    mkdirSync(this.flat);
    for (const file of readdirSync(this.symbols)) {
      const paths = readdirSync(join(this.symbols, file)).map((key) => join(this.symbols, file, key, file));
      // Of two images of a name, the one of 64-bit code.
      const path = paths.find((each) => existsSync(each) && !is32Bit(each));
      if (path) symlinkSync(path, join(this.flat, file));
    }
  }

  /** Dumps the process with an id; the dump's path. */
  dump(pid: number): string {
    return this.#generate(String(pid), `${pid}.dmp`);
  }

  #generate(pid: string, name: string, ...more: string[]): string {
    const out = join(this.folder, name);
    const options = ['--kind', 'process', '--pid', pid, '--out', out, ...this.#options, ...more];
    execFileSync(process.execPath, [CLI, 'generate', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
    return out;
  }

  get truth(): WholeTruth {
    return this.#truth!;
  }

  /** @throws when the truth has no such process */
  find(matches: (process: DumpedProcess) => boolean): DumpedProcess {
    const found = this.truth.processes.find(matches);
    if (!found) throw new Error('the machine has no such process');
    return found;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const IMAGE_FILE_MACHINE_I386 = 0x14c;

/** Whether a file is an image of 32-bit code. */
function is32Bit(path: string): boolean {
  if (!/\.(exe|dll)$/i.test(path)) return false;
  const bytes = readFileSync(path);
  return bytes.readUInt16LE(bytes.readUInt32LE(0x3c) + 4) === IMAGE_FILE_MACHINE_I386;
}
