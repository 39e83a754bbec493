import { PIECE_BYTES } from '../livedump/capture.js';
import type { Core } from '../machine/core.js';
import { readMachineCounters, readProcessCounters } from './counters.js';
import { DumpPrefix, type StreamName } from './dump-prefix.js';
import { Readings } from './readings.js';
import { refuse } from './refusal.js';
import { writeHandles } from './streams/handles.js';
import { writeMemoryInfo, writeMemoryList } from './streams/memory.js';
import { writeModules } from './streams/modules.js';
import { readUnloaded, writeUnloadedModules } from './streams/unloaded-modules.js';
import { writeMiscInfo, writeSystemInfo, writeSystemMemory, writeVmCounters } from './streams/system.js';
import {
  reserveThreads,
  writeContexts,
  writeThreadInfos,
  writeThreadNames,
  writeThreads,
} from './streams/threads.js';

const PAGE = 4096;

/** What the machine is, for those streams that say so. */
export interface Surroundings {
  /** Number of the Windows build. */
  readonly build: number;
  /** As the kernel has it: nt!NtBuildLabEx. */
  readonly buildString: string;
  readonly processors: number;
  /** Seconds since 1970, UTC. */
  readonly seconds: number;
  readonly comment: string;
  /** Whether an administrator asks. */
  readonly administrator: boolean;
  /** Where ntdll keeps which DLLs its process has unloaded. */
  readonly unloadTrace: bigint;
}

/**
 * A dump of one process that is being read out of the core, chunk by chunk, as Task Manager writes it with
 * MiniDumpWriteDump: everything but memory is made at once, memory is never held whole.
 */
export class ProcessCapture {
  /** Size of the file. */
  readonly bytes: number;
  /** Pages of memory in it. */
  readonly pages: number;
  readonly #core: Core;
  readonly #process: bigint;
  readonly #prefix: Uint8Array<ArrayBuffer>;
  #bytesRead = 0;
  #hasEnded = false;

  /**
   * Captures the process whose EPROCESS is at `process`.
   * @throws ProcessDumpError when Windows would refuse to
   */
  constructor(core: Core, process: bigint, name: string, surroundings: Surroundings) {
    this.#core = core;
    this.#process = process;
    const made = this.#attached(() => {
      refuse(readProcessCounters(core, process), name, surroundings.administrator);
      return makePrefix(core, process, surroundings);
    });
    this.#prefix = made.prefix;
    this.pages = made.memoryBytes / PAGE;
    this.bytes = made.prefix.length + made.memoryBytes;
    core.exports.processOpenMemory();
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Whether all was read, or the dump given up. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Gives the dump up: nothing is left to be read, and the machine may go on. */
  end(): void {
    this.#hasEnded = true;
  }

  get pagesRead(): number {
    return this.#core.exports.processPagesRead();
  }

  /**
   * The next piece of the file, at most `bytes` bytes in whole pages (but for the first, which has all that comes before
   * memory), `undefined` at the end.
   */
  next(bytes = PIECE_BYTES): Uint8Array<ArrayBuffer> | undefined {
    return this.nextView(bytes)?.slice();
  }

  /** All pieces of the file in turn. */
  *[Symbol.iterator](): Generator<Uint8Array<ArrayBuffer>> {
    for (let piece = this.next(); piece; piece = this.next()) yield piece;
  }

  /** The same as {@link next} without a copy, for who writes it at once: it stays good until the machine is used again. */
  nextView(bytes = PIECE_BYTES): Uint8Array<ArrayBuffer> | undefined {
    if (this.#hasEnded) return undefined;
    const { exports } = this.#core;
    if (this.#bytesRead === 0) {
      this.#bytesRead = this.#prefix.length;
      return this.#prefix;
    }
    const length = this.#attached(() => exports.processReadMemory(this.#process, bytes));
    if (length === 0) {
      this.#hasEnded = true;
      return undefined;
    }
    this.#bytesRead += length;
    return this.#core.view(exports.dumpWindow(), length);
  }

  /** Reads with the process's page tables, and gives the machine its own back. */
  #attached<Result>(read: () => Result): Result {
    const { exports } = this.#core;
    const before = exports.processAttach(this.#process);
    try {
      return read();
    } finally {
      exports.memoryAttach(before);
    }
  }
}

/** Everything before the memory, in the order in which dbghelp.dll writes it. */
function makePrefix(
  core: Core,
  process: bigint,
  surroundings: Surroundings,
): { prefix: Uint8Array<ArrayBuffer>; memoryBytes: number } {
  const readings = new Readings(core, process);
  const counters = readProcessCounters(core, process);
  const machine = readMachineCounters(core);
  const threads = readings.threads();
  const regions = readings.regions();
  const unloaded = readUnloaded(readings, surroundings.unloadTrace);
  const { processors, buildString, comment } = surroundings;
  const isEmpty: Partial<Record<StreamName, boolean>> = {
    ThreadNamesStream: threads.every(({ name }) => name === ''),
    UnloadedModuleListStream: unloaded.length === 0,
  };
  const prefix = new DumpPrefix((name) => isEmpty[name] !== true);
  const nameServicePack = writeSystemInfo(prefix, machine, surroundings);
  writeMiscInfo(prefix, machine, counters, buildString);
  const list = reserveThreads(prefix, threads);
  writeThreadInfos(prefix, threads);
  nameServicePack(prefix.string(''));
  const contexts = writeContexts(prefix, threads);
  if (!isEmpty.ThreadNamesStream) writeThreadNames(prefix, threads);
  writeModules(prefix, readings, readings.modules());
  if (!isEmpty.UnloadedModuleListStream) writeUnloadedModules(prefix, unloaded);
  writeHandles(prefix, readings.handles());
  writeSystemMemory(prefix, machine, processors);
  writeVmCounters(prefix, counters);
  prefix.stream('CommentStreamA', ascii(`${comment}\0`));
  writeMemoryInfo(prefix, regions);
  const locate = writeMemoryList(prefix, regions);
  writeThreads(prefix, list, threads, contexts, counters.priorityClass, locate);
  const memoryBytes = regions.reduce((sum, { isReadable, size }) => sum + (isReadable ? Number(size) : 0), 0);
  return { prefix: prefix.finish(surroundings.seconds) as Uint8Array<ArrayBuffer>, memoryBytes };
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
