import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command line as it is shipped. */
export const CLI = fileURLToPath(new URL('../../dist/node/cli.js', import.meta.url));

/** The fields of truth.json that judges compare with. Addresses as `0xffff…`. */
export interface Truth {
  build: number;
  scenario: string;
  seed: number;
  physicalMemory: TruthMemory;
  processors: TruthProcessor[];
  modules: TruthModule[];
  sessions: { id: number; processes: number[] }[];
  processes: TruthProcess[];
  pool: ({ tag: string } & Record<string, number | string>)[];
}

export interface TruthModule {
  /** As debuggers name it. */
  name: string;
  file: string;
  base: string;
  size: number;
  timeDateStamp: number;
  checkSum: number;
  pdb: { name: string; guid: string; age: number };
  inSessionSpace?: true;
}

/** A range of a process's addresses. */
export interface TruthRange {
  start: string;
  end: string;
  kind: 'private' | 'mapped' | 'image';
  protection: string;
  committed: number;
  file?: string;
}

/** Pages of 4 KiB. */
export interface TruthMemory {
  pages: number;
  active: number;
  lists: Record<
    'zeroed' | 'free' | 'modifiedPrivate' | 'modifiedFile' | 'modifiedNoWrite' | 'bad',
    number
  > & {
    standby: number[];
  };
  pageFiles: { name: string; pages: number; used: number }[];
}

export interface TruthProcessor {
  /** Of the KPRCB. */
  address: string;
  /** Of the ETHREAD. */
  currentThread: string;
  idleThread: Omit<TruthThread, 'tid'>;
}

export interface TruthProcess {
  pid: number;
  name: string;
  exitTime?: string;
  machine?: 'I386';
  /** Of the EPROCESS. */
  address: string;
  memory: TruthRange[];
  /** By type: value, object and access of each. */
  handles: { open: Record<string, string[]> };
  threads: TruthThread[];
  /** Those that have ended and are still referred to. */
  endedThreads?: { tid: number; address: string }[];
}

export interface TruthThread {
  tid: number;
  /** Of the ETHREAD. */
  address: string;
  state: string;
  /** Call sites from the innermost out, as the debugger prints them: `nt!KiSwapContext+0x76`. */
  stack: string[];
  /** The same of user mode, for threads that entered the kernel from there. */
  userStack?: string[];
}

export interface GeneratedDump {
  dump: string;
  /** A symbol store: .pdb files and images. */
  symbols: string;
  truth: Truth;
  remove(): void;
}

/** Runs `generate` into a new folder. @throws with what the command said when it fails */
export function generateDump(options: readonly string[] = []): GeneratedDump {
  const folder = mkdtempSync(join(tmpdir(), 'livedump-'));
  const [dump, symbols, truth] = ['full.dmp', 'symbols', 'truth.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    execFileSync(
      process.execPath,
      [CLI, 'generate', '--out', dump, '--symbols', symbols, '--truth', truth, ...options],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    return { dump, symbols, truth: JSON.parse(readFileSync(truth, 'utf8')) as Truth, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
