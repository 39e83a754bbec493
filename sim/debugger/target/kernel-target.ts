import { BitmapPages } from '../dump/bitmap-pages.js';
import { DumpType, readKernelHeader, type KernelDumpHeader } from '../dump/kernel-header.js';
import type { PageMap } from '../dump/page-map.js';
import { completeDumpPages, rangeDumpPages, RunPages } from '../dump/run-pages.js';
import { TriageDump } from '../dump/triage-dump.js';
import type { ByteSource } from '../files/byte-source.js';
import type { CachedSource } from '../files/cached-source.js';
import { FileError } from '../files/file-error.js';
import { asciiText } from '../files/text.js';
import { AddressSpace, type OnMissing } from '../memory/address-space.js';
import { ImageBackedMemory } from '../memory/image-backed-memory.js';
import { readInteger, readPointer, type Memory } from '../memory/memory.js';
import { PhysicalMemory } from '../memory/physical-memory.js';
import { PiecesSpace } from '../memory/pieces-space.js';
import { RangeMemory } from '../memory/range-memory.js';
import type { SymbolFiles } from '../symbols/symbol-files.js';
import { Context } from '../unwind/context.js';
import { readDebuggerData, type DebuggerData } from './debugger-data.js';
import { moduleName, readLoadedModules } from './loader-entries.js';
import { Module, type ModuleFacts } from './module.js';
import { readProcessor, type Processor } from './processor.js';
import { triageProcessor } from './triage-processor.js';
import { readUnloadedModules, type UnloadedModule } from './unloaded-modules.js';

const MOST_PROCESSORS = 2048;
const LONGEST_BUILD_LAB = 128;
const STATE_RUNNING = 2n; // KTHREAD_STATE
/** KSWITCH_FRAME at KTHREAD.KernelStack: the registers that a switch saves on the stack. */
const SWITCH_FRAME = { rbp: 0x30n, rip: 0x38n, bytes: 0x40n };

/** A kernel dump, read as a debugger reads it: by its header, the debugger data block and what these lead to. */
export class KernelTarget {
  readonly header: KernelDumpHeader;
  readonly file: ByteSource;
  readonly physical: PhysicalMemory;
  /** The address space that the header names: the kernel's half of it is everybody's. */
  readonly system: AddressSpace;
  readonly data: DebuggerData;
  readonly modules: readonly Module[] = [];
  readonly unloadedModules: readonly UnloadedModule[];
  readonly processors: (Processor | undefined)[];
  /** Number of the processor that is current at first. */
  readonly firstProcessor: number = 0;
  /** What a small dump holds; `undefined` for one that holds frames. */
  readonly triage: TriageDump | undefined;
  /** Of a small dump: virtual memory, whose process nobody tells. */
  readonly #pieces: Memory | undefined;
  readonly #onMissing: OnMissing;
  /** What the images of modules are read through: those of session space can be read in processes of a session only. */
  current: AddressSpace;
  readonly #spaces = new Map<number, AddressSpace>();

  /** @throws FileError when the file cannot be read as a kernel dump; says why */
  constructor(file: CachedSource, symbolFiles: SymbolFiles, onMissing: OnMissing = () => undefined) {
    this.file = file;
    this.header = readKernelHeader(file);
    this.triage = this.header.DumpType === DumpType.TRIAGE ? new TriageDump(file) : undefined;
    this.physical = new PhysicalMemory(file, this.triage ? new RunPages([]) : pageMap(file, this.header));
    this.#pieces =
      this.triage &&
      new ImageBackedMemory(new RangeMemory(file, this.triage.ranges(this.header)), () => this.modules);
    this.#onMissing = onMissing;
    this.system = this.space(this.header.DirectoryTableBase);
    this.current = this.system;
    const context: Memory = { read: (at, length) => this.current.read(at, length) };
    const data = readDebuggerData(this.system, this.header.KdDebuggerDataBlock);
    if (!data)
      throw new FileError(
        'The debugger data block (KdDebuggerDataBlock) is not in this dump or is encoded, so nothing can be found in it.',
      );
    this.data = data;
    const modules = this.triage
      ? triageModules(this.triage)
      : readLoadedModules(this.system, data.PsLoadedModuleList);
    this.modules = modules.map((facts) => new Module(facts, context, symbolFiles));
    this.unloadedModules =
      this.triage?.unloaded() ??
      readUnloadedModules(this.system, data.MmUnloadedDrivers, data.MmLastUnloadedDriver);
    const count = Math.min(this.header.NumberProcessors, MOST_PROCESSORS);
    this.processors = Array.from({ length: count }, (_, number) => readProcessor(this.system, data, number));
    const stopped = this.triage && triageProcessor(this.triage, this.header, data);
    if (stopped && stopped.number < count) {
      this.firstProcessor = stopped.number;
      this.processors[stopped.number] ??= stopped;
    }
  }

  /** The address space of a page directory; the same object each time. */
  space(directoryTableBase: bigint): AddressSpace {
    const root = Number(directoryTableBase & 0x000ffffffffff000n);
    let space = this.#spaces.get(root);
    if (!space) {
      space = this.#pieces
        ? new PiecesSpace(this.physical, directoryTableBase, this.#pieces)
        : new AddressSpace(this.physical, directoryTableBase, this.#onMissing);
      this.#spaces.set(root, space);
    }
    return space;
  }

  /** Tells which structures of the system will be read soon. */
  expect(addresses: readonly bigint[]): void {
    this.system.expect(addresses);
  }

  get buildLab(): string {
    return asciiText(this.system.read(this.data.NtBuildLab, LONGEST_BUILD_LAB));
  }

  /** Address space of an EPROCESS. @throws MemoryError */
  processSpace(process: bigint): AddressSpace {
    return this.space(readPointer(this.system, process + BigInt(this.data.OffsetEprocessDirectoryTableBase)));
  }

  /** EPROCESS that a thread is attached to. @throws MemoryError */
  processOf(thread: bigint): bigint {
    return readPointer(this.system, thread + BigInt(this.data.OffsetKThreadApcProcess));
  }

  /** The processor a thread runs on; `undefined` for one that does not run. @throws MemoryError */
  processorOf(thread: bigint): Processor | undefined {
    const state = readInteger(this.system, thread + BigInt(this.data.OffsetKThreadState), 1);
    if (state !== STATE_RUNNING) return undefined;
    const number = Number(readInteger(this.system, thread + BigInt(this.data.OffsetKThreadNextProcessor), 4));
    const processor = this.processors[number];
    return processor?.currentThread === thread ? processor : undefined;
  }

  /** Registers of a thread: its processor's while it runs, else those that the switch away from it saved. @throws MemoryError */
  threadContext(thread: bigint): Context {
    const processor = this.processorOf(thread);
    if (processor?.context) return processor.context;
    const stack = readPointer(this.system, thread + BigInt(this.data.OffsetKThreadKernelStack));
    const context = new Context();
    context.registers.rbp = readPointer(this.system, stack + SWITCH_FRAME.rbp);
    context.rip = readPointer(this.system, stack + SWITCH_FRAME.rip);
    context.registers.rsp = stack + SWITCH_FRAME.bytes;
    return context;
  }
}

function triageModules(dump: TriageDump): ModuleFacts[] {
  return dump.drivers().map(({ path, ...driver }, index) => ({
    ...driver,
    name: index === 0 ? 'nt' : moduleName(path.split('\\').pop()!),
    imagePath: path,
    isConstantOnly: true,
  }));
}

function pageMap(file: ByteSource, header: KernelDumpHeader): PageMap {
  switch (header.DumpType) {
    case DumpType.FULL:
      return completeDumpPages(header);
    case DumpType.SUMMARY:
      return new BitmapPages(file, true);
    case DumpType.BITMAP_FULL:
    case DumpType.BITMAP_KERNEL:
      return new BitmapPages(file);
    case DumpType.KERNEL_RANGE:
    case DumpType.KERNEL_AND_USER_RANGE:
    case DumpType.COMPLETE_RANGE:
      return rangeDumpPages(file);
    default:
      throw new FileError(
        `Kernel dumps of type ${header.DumpType} cannot be read. Types that can: 1, 2, 4, 5, 6, 8, 9 and 10.`,
      );
  }
}
