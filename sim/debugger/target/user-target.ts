import { Minidump, type MinidumpException, type MinidumpThread } from '../dump/minidump/minidump.js';
import type { ByteSource } from '../files/byte-source.js';
import { hex } from '../format/numbers.js';
import { ImageBackedMemory } from '../memory/image-backed-memory.js';
import { MemoryError, readInteger, type Memory } from '../memory/memory.js';
import { RangeMemory } from '../memory/range-memory.js';
import type { SymbolFiles } from '../symbols/symbol-files.js';
import { Context } from '../unwind/context.js';
import { moduleName } from './loader-entries.js';
import { Module } from './module.js';
import type { UnloadedModule } from './unloaded-modules.js';

/** TEB.ProcessEnvironmentBlock of x64, as the public headers of Windows describe it. */
const PEB_IN_TEB = 0x60n;
/** KUSER_SHARED_DATA, which every process maps here, and its InterruptTime: the time since the boot. */
export const SHARED_USER_DATA = 0x7ffe0000n;
const INTERRUPT_TIME = 0x8n;
const FILETIME_1970 = 116444736000000000n;
const TICKS_PER_SECOND = 10_000_000n;

/** A thread of the process; its number is its place in the list. */
export interface UserThread extends MinidumpThread {
  number: number;
}

/** A dump of one process, as minidumps are. */
export class UserTarget {
  readonly file: ByteSource;
  readonly dump: Minidump;
  readonly memory: Memory;
  readonly modules: readonly Module[];
  readonly unloadedModules: readonly UnloadedModule[];
  readonly threads: readonly UserThread[];
  readonly exception: MinidumpException | undefined;
  /** When the dump was made, a FILETIME. */
  readonly time: bigint;
  /** 0 when the dump does not hold it. */
  readonly peb: bigint;

  /** @throws FileError when the file cannot be read as a minidump; says why */
  constructor(file: ByteSource, files: SymbolFiles) {
    this.file = file;
    this.dump = new Minidump(file);
    this.memory = new ImageBackedMemory(new RangeMemory(file, this.dump.ranges()), () => this.modules);
    const names = new Set<string>();
    this.modules = this.dump.modules().map(({ path, ...module }) => {
      const plain = moduleName(path.split('\\').pop()!);
      // As 32-bit and 64-bit ntdll in one process: the first one has the plain name.
      const name = names.has(plain.toLowerCase()) ? `${plain}_${hex(module.base)}` : plain;
      names.add(plain.toLowerCase());
      return new Module({ ...module, name, imagePath: path }, this.memory, files);
    });
    this.unloadedModules = this.dump.unloadedModules();
    this.threads = this.dump.threads().map((thread, number) => ({ ...thread, number }));
    this.exception = this.dump.exception;
    this.time = FILETIME_1970 + BigInt(this.dump.header.TimeDateStamp) * TICKS_PER_SECOND;
    this.peb = this.#number((this.threads[0]?.Teb ?? 0n) + PEB_IN_TEB) ?? 0n;
  }

  #number(at: bigint): bigint | undefined {
    try {
      return readInteger(this.memory, at, 8);
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      return undefined;
    }
  }

  /** How long the system had been up, in 100 ns; `undefined` when the dump does not hold the page that says so. */
  get uptime(): bigint | undefined {
    return this.#number(SHARED_USER_DATA + INTERRUPT_TIME);
  }

  get processId(): number {
    return this.dump.miscInfo?.processId ?? 0;
  }

  /** Path of the program: that of the first module. */
  get program(): string {
    return this.modules[0]?.facts.imagePath ?? '';
  }

  /** The thread that the dump was made for: that of the exception, or the first. */
  get eventThread(): UserThread | undefined {
    const id = this.exception?.threadId;
    return this.threads.find(({ ThreadId }) => ThreadId === id) ?? this.threads[0];
  }

  /** Registers of a thread when the dump was made. */
  contextOf({ ContextRva, ContextBytes }: UserThread): Context {
    return contextIn(this.dump.bytes(ContextRva, ContextBytes)) ?? new Context();
  }

  /** Registers at the exception; `undefined` without one. */
  get exceptionContext(): Context | undefined {
    return this.exception && contextIn(this.exception.context);
  }
}

function contextIn(bytes: Uint8Array): Context | undefined {
  return bytes.length >= Context.bytes ? Context.read(bytes) : undefined;
}
