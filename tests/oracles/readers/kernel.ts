// A dump opened: its kernel found as Volatility finds it, its symbols, and the walks that every reader makes.
import { join } from 'node:path';
import type { GeneratedDump, Truth } from '../../support/generated-dump.js';
import { AddressSpace } from './address-space.js';
import { DumpFile } from './dump-file.js';
import type { CodeView } from './image.js';
import { Image } from './image.js';
import { offsetOf } from './layouts.js';
import { publicSymbols } from './pdb-publics.js';

/** What truth.json tells beyond what most judges look at. */
export interface FullTruth extends Truth {
  time: string;
  processors: (Truth['processors'][number] & { dpcs: { address: string; routine: string }[] })[];
  pool: {
    tag: string;
    nonPagedAllocs: number;
    nonPagedFrees: number;
    nonPagedBytes: number;
    pagedAllocs: number;
    pagedFrees: number;
    pagedBytes: number;
  }[];
  jobs: { address: string; sessionId: number; processes: number[] }[];
  registry: {
    hives: { root: string; file?: string; address: string }[];
    keys: {
      path: string;
      volatile?: true;
      class?: string;
      values?: Record<string, { type: string; data: string | number | string[] }>;
    }[];
  };
  namedObjects: { path: string; type: string; address: string; target?: string }[];
  modules: (Truth['modules'][number] & {
    file: string;
    timeDateStamp: number;
    checkSum: number;
    pdb: { name: string; guid: string; age: number };
  })[];
  processes: (Omit<Truth['processes'][number], 'threads'> & {
    parentPid: number;
    sessionId: number;
    memory: {
      start: string;
      end: string;
      kind: string;
      protection: string;
      committed: number;
      file?: string;
    }[];
    token: {
      address: string;
      user: string;
      groups: { sid: string; attributes: number }[];
      privileges: { present: string; enabled: string };
    };
    handles: { table: string; count: number; open: Record<string, string[]> };
    endedThreads?: { tid: number; address: string; exitTime: string; exitStatus: number }[];
    threads: (Truth['processes'][number]['threads'][number] & {
      waitReason?: string;
      isSwappedOut?: true;
      waitObjects: { address: string; type: string }[];
    })[];
  })[];
}

const KDBG_TAG = 0x4742444b;
const KDBG_TAG_TO_KERN_BASE = 8;
const LONGEST_LIST = 100_000;

export class Kernel {
  readonly dump: DumpFile;
  readonly truth: FullTruth;
  /** Where the symbol store lies. */
  readonly symbolsFolder: string;
  /** System's address space. */
  readonly space: AddressSpace;
  readonly base: bigint;
  readonly image: Image;
  private readonly symbols: Map<string, number>;

  constructor(made: GeneratedDump) {
    this.dump = new DumpFile(made.dump);
    this.symbolsFolder = made.symbols;
    this.truth = made.truth as FullTruth;
    this.space = new AddressSpace(this.dump, this.dump.u64('DirectoryTableBase'));
    const base = this.basesByKdbg()[0];
    if (base === undefined) throw new Error('no kernel base next to a KDBG tag');
    this.base = base;
    this.image = new Image(this.space, base);
    const { pdb, guid, age } = this.codeView;
    this.symbols = publicSymbols(join(made.symbols, pdb, `${guid}${age.toString(16).toUpperCase()}`, pdb));
  }

  get codeView(): CodeView {
    const found = this.image.codeView;
    if (!found) throw new Error('the kernel has no RSDS record');
    return found;
  }

  /** Kernel bases that stand after a KDBG tag somewhere in physical memory and hold an image. */
  basesByKdbg(): bigint[] {
    const tag = Buffer.alloc(4);
    tag.writeUInt32LE(KDBG_TAG);
    const memory = Buffer.from(this.dump.bytes.buffer, this.dump.bytes.byteOffset, this.dump.bytes.length);
    const bases = new Set<bigint>();
    let at = memory.indexOf(tag, Number(this.dump.bitmap64('FirstPage')));
    for (; at >= 0; at = memory.indexOf(tag, at + 1)) {
      const base = memory.readBigUInt64LE(at + KDBG_TAG_TO_KERN_BASE);
      if (Image.isAt(this.space, base)) bases.add(base);
    }
    return [...bases];
  }

  has(symbol: string): boolean {
    return this.symbols.has(symbol);
  }

  /** Address of a symbol of the kernel. @throws when it has none */
  address(symbol: string): bigint {
    const rva = this.symbols.get(symbol);
    if (rva === undefined) throw new Error(`no nt!${symbol}`);
    return this.base + BigInt(rva);
  }

  pointer(symbol: string): bigint {
    return this.space.u64(this.address(symbol));
  }

  get(structure: bigint, type: string, path: string): bigint {
    return this.space.get(structure, type, path);
  }

  /**
   * Structures on the list at `head`, linked through `path`.
   * @throws when a link back is wrong
   */
  list(head: bigint, type: string, path: string): bigint[] {
    const offset = BigInt(offsetOf(type, path));
    const found: bigint[] = [];
    let before = head;
    for (let entry = this.space.u64(head); entry !== head; entry = this.space.u64(entry)) {
      if (this.space.u64(entry + 8n) !== before)
        throw new Error(`Blink of 0x${entry.toString(16)} on the list of ${type}.${path}`);
      if (found.push(entry - offset) > LONGEST_LIST) throw new Error('a list without an end');
      before = entry;
    }
    if (this.space.u64(head + 8n) !== before) throw new Error(`Blink of the head of ${type}.${path}`);
    return found;
  }

  /** An address space of a process, by its EPROCESS. */
  spaceOf(process: bigint): AddressSpace {
    return new AddressSpace(this.dump, this.get(process, '_EPROCESS', 'Pcb.DirectoryTableBase'));
  }

  /** Slot of the PML4 that differs from session to session. */
  get sessionSlot(): number {
    const sessions = this.address('MiState') + BigInt(offsetOf('_MI_SYSTEM_INFORMATION', 'Sessions'));
    return Number((this.get(sessions, '_MI_SESSION_STATE', 'SessionBase') >> 39n) & 511n);
  }

  /** The address space that a kernel image is read in: System's, or for session space that of a session's first process. */
  spaceOfImage(base: bigint): AddressSpace {
    if (Number((base >> 39n) & 511n) !== this.sessionSlot) return this.space;
    const ofSession = this.processes.find((process) => this.get(process, '_EPROCESS', 'Session') !== 0n);
    return ofSession === undefined ? this.space : this.spaceOf(ofSession);
  }

  /** EPROCESSes of those that have not ended. */
  get livingProcesses(): bigint[] {
    return this.processes.filter((process) => this.get(process, '_EPROCESS', 'ExitTime.QuadPart') === 0n);
  }

  /** EPROCESSes on PsActiveProcessHead. */
  get processes(): bigint[] {
    return this.list(this.address('PsActiveProcessHead'), '_EPROCESS', 'ActiveProcessLinks');
  }

  pid(process: bigint): number {
    return Number(this.get(process, '_EPROCESS', 'UniqueProcessId'));
  }

  /** Slot of the PML4 that names the PML4. */
  get selfMapSlot(): number {
    return Number((this.pointer('MmPteBase') >> 39n) & 511n);
  }
}
