import { Aliases } from './aliases.js';
import { hex } from './format/numbers.js';
import type { Scope } from './expressions/scope.js';
import type { TypedValue } from './expressions/typed-value.js';
import type { ByteSource } from './files/byte-source.js';
import { CachedSource } from './files/cached-source.js';
import { MemoryError, type Memory } from './memory/memory.js';
import type { LoadedSymbol } from './symbols/module-symbols.js';
import type { DxValue } from './commands/dx/model.js';
import { SymbolsError } from './symbols/symbols-error.js';
import { noSymbolFiles, type SymbolFiles } from './symbols/symbol-files.js';
import { isMinidump } from './dump/minidump/minidump.js';
import { SessionRegisters } from './session-registers.js';
import { KernelTarget } from './target/kernel-target.js';
import { Module } from './target/module.js';
import { OtherTargetError } from './target/other-target-error.js';
import { readUserModules } from './target/user-modules.js';
import { SHARED_USER_DATA, UserTarget } from './target/user-target.js';
import type { Processor } from './target/processor.js';
import { readUnloadedDlls, type UnloadedModule } from './target/unloaded-modules.js';
import { type EnumType, fieldOf, type StructType } from './types/type.js';
import { TypedView } from './types/typed-view.js';
import { Context } from './unwind/context.js';
import { walkStack, type Frame } from './unwind/stack.js';

/** Where registers of the current scope come from, which decides what `.frame` and `k` start at. */
export interface StackScope {
  context: Context;
  /** Frame that `.frame` chose, counted from the context's own. */
  frame: number;
  /** Number of the context's own frame, where `.frame /c` made it the first; 0 when not given. */
  firstNumber?: number;
  /** False after `.frame /c`: until a frame is chosen, debuggers do not say where the current one returns to. */
  hasCaller?: boolean;
  /** Shown above the frames after `.thread`, `.trap` and `.cxr`. */
  isOther: boolean;
}

export interface SessionOptions {
  /** As it is shown. */
  path: string;
  symbols?: SymbolFiles;
  /** What the local time is ahead of UTC, minutes. */
  utcOffset?: number;
  /** Called again and again while the dump is read; throws Interrupted to end the command that runs. */
  checkInterrupt?: () => void;
}

/** MmSystemRangeStart. */
const SYSTEM_RANGE_START = 0xffff800000000000n;

/** A debugger's session with a dump: what is current, and what names mean. */
export class Session implements Scope {
  readonly #file: ByteSource;
  readonly #dump: KernelTarget | UserTarget;
  readonly path: string;
  readonly symbolFiles: SymbolFiles;
  readonly utcOffset: number;
  processor = 0;
  /** Place of the current thread in the list of a process's dump. */
  threadNumber = 0;
  /** ETHREAD, or the TEB in a process's dump. */
  thread = 0n;
  /** EPROCESS, or the PEB in a process's dump. */
  process = 0n;
  scope: StackScope;
  /** Where a command without an address goes on: memory displays and disassembly. */
  readonly next = new Map<string, bigint>();
  radix = 16;
  /** Frames that `k` shows when it is not told. */
  stackDepth = 0x100;
  /** Options of `.asm` that are set. */
  readonly assemblyOptions = new Set<string>();
  /** What `r` shows; `undefined` until `rm` tells. */
  registerMask: number | undefined;
  /** What `?` computed last. */
  lastValue = 0n;
  showMissingPages = true;
  userModules: readonly Module[] = [];
  /** Names that the user gave to texts. */
  readonly aliases = new Aliases();
  /** What the user set with `dx @$name = …`, by the name in small letters. */
  readonly dxVariables = new Map<string, { name: string; value: DxValue }>();
  readonly registers = new SessionRegisters(this);
  readonly #unloadTrace: bigint | undefined;
  #memory: Memory | undefined;
  readonly #missing = new Set<number>();

  /** @throws FileError when the dump cannot be read */
  constructor(file: ByteSource, options: SessionOptions) {
    this.#file = file;
    this.path = options.path;
    this.symbolFiles = options.symbols ?? noSymbolFiles;
    this.utcOffset = options.utcOffset ?? 0;
    const source = new CachedSource(file, options.checkInterrupt);
    this.#dump = isMinidump(source)
      ? new UserTarget(source, this.symbolFiles)
      : new KernelTarget(source, this.symbolFiles, (pfn, at) => {
          // Nothing is said of user memory: dumps without it are the rule.
          if (at >= SYSTEM_RANGE_START) this.#missing.add(pfn);
        });
    this.scope = { context: new Context(), frame: 0, isOther: false };
    if (this.user) this.switchThread(this.user.eventThread?.number ?? 0);
    else this.switchProcessor(this.target.firstProcessor);
    this.loadUserModules();
    // Once: ntdll is at the same address in all processes, and its symbols may be deferred from now on.
    if (!this.user) this.#unloadTrace = this.symbol('ntdll!RtlpUnloadEventTrace');
    this.takeMissing();
  }

  /** Lets go of the dump; nothing is asked afterwards. */
  close(): void {
    this.#file.close?.();
  }

  /** The kernel's dump. @throws OtherTargetError when the dump is of a process */
  get target(): KernelTarget {
    this.requireKernel();
    return this.#dump as KernelTarget;
  }

  /** @throws OtherTargetError when the dump is of a process */
  requireKernel(): void {
    if (this.user) throw new OtherTargetError('This needs a dump of the kernel; this one is of a process.');
  }

  /** The process's dump; `undefined` when the dump is of the kernel. */
  get user(): UserTarget | undefined {
    return this.#dump instanceof UserTarget ? this.#dump : undefined;
  }

  /** Of a kernel dump: drivers, then what the current process's ntdll has noted, where that is in the dump. */
  get unloadedModules(): readonly UnloadedModule[] {
    const trace = this.#unloadTrace;
    const dlls = trace === undefined ? [] : readUnloadedDlls(this.memory, trace);
    return [...this.#dump.unloadedModules, ...dlls];
  }

  /** `undefined` in a process's dump, and for a processor that the dump does not hold. */
  get currentProcessor(): Processor | undefined {
    return this.user ? undefined : this.target.processors[this.processor];
  }

  get peb(): bigint | undefined {
    return this.user ? this.user.peb : this.processPointer('_EPROCESS', 'Peb', this.process);
  }

  get teb(): bigint | undefined {
    return this.user ? this.thread : this.processPointer('_KTHREAD', 'Teb', this.thread);
  }

  get threadId(): bigint | undefined {
    return this.user
      ? BigInt(this.user.threads[this.threadNumber]?.ThreadId ?? 0)
      : this.clientId('UniqueThread');
  }

  get processId(): bigint | undefined {
    return this.user ? BigInt(this.user.processId) : this.clientId('UniqueProcess');
  }

  /** Makes a thread of a process's dump current. @returns whether there is one of that number */
  switchThread(number: number): boolean {
    const thread = this.user?.threads[number];
    if (!this.user || !thread) return false;
    this.threadNumber = number;
    this.thread = thread.Teb;
    this.process = this.user.peb;
    this.#memory = this.user.memory;
    this.scope = { context: this.user.contextOf(thread), frame: 0, isOther: false };
    return true;
  }

  /** Registers that the dump was opened with: those of the exception, or of the first processor. */
  get eventContext(): Context | undefined {
    const first = this.user ? undefined : this.target.processors[this.target.firstProcessor]?.context;
    if (!this.user) return first && this.registers.ofDump(first);
    const thread = this.user.eventThread;
    return thread && this.user.contextOf(thread);
  }

  /** Takes the registers of the current thread or processor again, after `.cxr` and its like. */
  resetScope(): void {
    if (this.user) this.switchThread(this.threadNumber);
    else this.switchProcessor(this.processor);
  }

  /** Frames that commands since the last call needed and the dump does not hold. */
  takeMissing(): number[] {
    const missing = [...this.#missing];
    this.#missing.clear();
    return missing;
  }

  /** Makes a processor current, with the thread that runs on it. @returns whether there is one of that number */
  switchProcessor(number: number): boolean {
    const processor = this.target.processors[number];
    if (number !== this.processor) this.registers.restore();
    if (!processor) return this.target.processors.length === 0;
    this.processor = number;
    this.thread = processor.currentThread;
    this.useProcessOf(this.thread);
    this.scope = { context: processor.context ?? new Context(), frame: 0, isOther: false };
    return true;
  }

  useProcessOf(thread: bigint): void {
    try {
      this.useProcess(this.target.processOf(thread));
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
    }
  }

  /** Makes a process the one whose user addresses are read. @throws MemoryError */
  useProcess(process: bigint): void {
    this.#memory = this.target.current = this.target.processSpace(process);
    this.process = process;
  }

  /** A structure of the system in memory. */
  view(type: string, at: bigint): TypedView {
    return new TypedView(this, type, at);
  }

  get memory(): Memory {
    return this.#memory ?? this.user?.memory ?? this.target.system;
  }

  /** Does something with physical memory in place of the current process's. */
  withPhysicalMemory(work: () => void): void {
    const before = this.#memory;
    this.#memory = this.target.physical.asMemory;
    try {
      work();
    } finally {
      this.#memory = before;
    }
  }

  /** All modules: the kernel's, then those of the process whose loader was asked last. */
  get modules(): readonly Module[] {
    return this.user ? this.user.modules : [...this.target.modules, ...this.userModules];
  }

  /** Asks the loader of the current process for its modules. @returns whether its PEB is in the dump */
  loadUserModules(): boolean {
    if (this.user) return true;
    const peb = this.register('$peb') ?? 0n;
    const facts = peb === 0n ? [] : readUserModules(this.memory, peb);
    this.userModules = (facts ?? []).map((module) => new Module(module, this.memory, this.symbolFiles));
    return facts !== undefined;
  }

  /** The stack from the current scope on, innermost frame first. */
  frames(most = 256): Frame[] {
    return walkStack(this, this.scope.context, most);
  }

  moduleAt(at: bigint): Module | undefined {
    return this.modules.find((module) => module.contains(at));
  }

  /** By the name that symbols are qualified with, or by the image's. */
  module(name: string): Module | undefined {
    const wanted = name.toLowerCase();
    return (
      this.modules.find((module) => module.name.toLowerCase() === wanted) ??
      this.modules.find((module) => module.pdbName.toLowerCase() === `${wanted}.pdb`)
    );
  }

  /** The module whose names need no qualification, and whose types describe the system's structures. */
  get mainModule(): Module | undefined {
    return this.user ? this.module('ntdll') : this.target.modules[0];
  }

  /** The symbol at or before an address, with how far behind it the address is. */
  symbolAt(at: bigint): { module: Module; symbol: LoadedSymbol | undefined; offset: bigint } | undefined {
    const module = this.moduleAt(at);
    if (!module) return undefined;
    const symbol = module.symbols?.nearest(Number(at - module.base));
    return { module, symbol, offset: at - (symbol?.address ?? module.base) };
  }

  /** `nt!KiSwapContext+0x76`; '' where no module is. */
  symbolText(at: bigint): string {
    const found = this.symbolAt(at);
    if (!found) return this.#sharedDataText(at);
    const name = found.symbol ? `${found.module.name}!${found.symbol.name}` : found.module.name;
    return found.offset === 0n ? name : `${name}+0x${hex(found.offset)}`;
  }

  /** Of a process, the engine knows the page that the kernel shares with it by this name. */
  #sharedDataText(at: bigint): string {
    const offset = at - SHARED_USER_DATA;
    if (!this.user || offset < 0n || offset >= 0x1000n) return '';
    return offset === 0n ? 'SharedUserData' : `SharedUserData+0x${hex(offset)}`;
  }

  // Scope

  register(name: string): bigint | undefined {
    return this.registers.value(name);
  }

  typedRegister(name: string): TypedValue | undefined {
    return this.registers.typed(name);
  }

  /** Modules that an unqualified name is looked for in: of a process, those whose symbols somebody has needed, by address. */
  #unqualified(): readonly Module[] {
    const main = this.mainModule;
    if (!this.user) return main ? [main] : [];
    const loaded = this.user.modules.filter(
      (module) => module === main || module.state === 'pdb' || module.state === 'export',
    );
    return loaded.sort((a, b) => (a.base < b.base ? -1 : 1));
  }

  #modulesOf(moduleName: string | undefined): readonly Module[] {
    const module = moduleName === undefined ? undefined : this.module(moduleName);
    return moduleName === undefined ? this.#unqualified() : module ? [module] : [];
  }

  #symbolOf(name: string): { module: Module; symbol: LoadedSymbol } | undefined {
    const [moduleName, symbolName] = split(name);
    for (const module of this.#modulesOf(moduleName)) {
      const symbol = module.symbols?.find(symbolName);
      if (symbol) return { module, symbol };
    }
    return undefined;
  }

  symbol(name: string): bigint | undefined {
    const base = name.includes('!') ? undefined : this.module(name)?.base;
    return base ?? this.#symbolOf(name)?.symbol.address;
  }

  typedSymbol(name: string): TypedValue | undefined {
    const found = this.#symbolOf(name);
    if (!found || found.symbol.typeIndex === 0) return undefined;
    const { module, symbol } = found;
    return { type: module.symbols!.pdb!.types.type(symbol.typeIndex), address: symbol.address };
  }

  /** A type by its name, and the module whose symbols describe it. */
  findType(name: string): { module: Module; type: StructType | EnumType } | undefined {
    const [moduleName, typeName] = split(name);
    for (const module of this.#modulesOf(moduleName)) {
      const types = module.symbols?.pdb?.types;
      const type = types?.find(typeName) ?? types?.find(`_${typeName}`);
      if (type) return { module, type };
    }
    return undefined;
  }

  type(name: string): StructType | EnumType | undefined {
    return this.findType(name)?.type;
  }

  /** A structure of the system. @throws SymbolsError without its symbols */
  struct(name: string): StructType {
    const owner = this.mainModule?.name ?? 'nt';
    const type = this.type(`${owner}!${name}`);
    if (type?.kind !== 'struct') throw new SymbolsError(`The symbols of ${owner} do not describe ${name}.`);
    return type;
  }

  entryPoint(base: bigint): bigint | undefined {
    const image = this.modules.find((module) => module.base === base)?.image;
    return image && base + BigInt(image.headers.AddressOfEntryPoint);
  }

  processPointer(type: string, field: string, at: bigint): bigint | undefined {
    const offset = fieldOffset(this.type(`nt!${type}`), field);
    const bytes = offset === undefined ? undefined : this.target.system.read(at + BigInt(offset), 8);
    return bytes?.length === 8
      ? new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
      : undefined;
  }

  clientId(field: string): bigint | undefined {
    const cid = fieldOffset(this.type('nt!_ETHREAD'), 'Cid');
    return cid === undefined
      ? undefined
      : this.processPointer('_CLIENT_ID', field, this.thread + BigInt(cid));
  }

  get prompt(): string {
    return this.user ? `0:${String(this.threadNumber).padStart(3, '0')}> ` : `${this.processor}: kd> `;
  }
}

/** Of a structure, where its symbols describe one. */
function fieldOffset(type: StructType | EnumType | undefined, name: string): number | undefined {
  return type?.kind === 'struct' ? fieldOf(type, name)?.offset : undefined;
}

function split(name: string): [string | undefined, string] {
  const at = name.indexOf('!');
  return at < 0 ? [undefined, name] : [name.slice(0, at), name.slice(at + 1)];
}
