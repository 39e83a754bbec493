import type { Core } from '../machine/core.js';

/** How the core hands over what it reads of a process: assembly/dump/process. */
const WORD = 8;
const REGION_BYTES = 48;
const THREAD_NUMBERS = 15;
const HANDLE_NUMBERS = 7;

/** A region of a process's addresses, as VirtualQuery tells it. */
export interface Region {
  readonly base: bigint;
  readonly allocationBase: bigint;
  readonly size: bigint;
  readonly allocationProtect: number;
  readonly state: number;
  readonly protect: number;
  readonly type: number;
  /** Its pages are in the dump. */
  readonly isReadable: boolean;
}

export interface ThreadReading {
  readonly tid: number;
  readonly suspendCount: number;
  /** Beside its process's base priority. */
  readonly priority: number;
  readonly teb: bigint;
  readonly stackBase: bigint;
  readonly stackLimit: bigint;
  readonly exitStatus: number;
  /** FILETIME. */
  readonly createTime: bigint;
  readonly exitTime: bigint;
  /** Clock ticks. */
  readonly kernelTicks: bigint;
  readonly userTicks: bigint;
  readonly startAddress: bigint;
  readonly affinity: bigint;
  readonly context: Uint8Array;
  readonly name: string;
}

export interface ModuleReading {
  readonly base: bigint;
  readonly size: number;
  readonly path: string;
}

export interface HandleReading {
  readonly handle: number;
  readonly attributes: number;
  readonly access: number;
  readonly handleCount: number;
  readonly pointerCount: number;
  readonly type: string;
  readonly name: string;
}

/** Reads of the attached process and its machine, from emulated memory. */
export class Readings {
  readonly #core: Core;
  readonly #process: bigint;

  constructor(core: Core, process: bigint) {
    this.#core = core;
    this.#process = process;
  }

  /** Values that the core put into the exchange buffer, by index. */
  #numbers(): (index: number) => bigint {
    const { exchange } = this.#core;
    return (index) => exchange.getBigUint64(index * WORD, true);
  }

  regions(): Region[] {
    const { exports } = this.#core;
    const count = exports.processOpenRegions(this.#process);
    const regions: Region[] = [];
    while (regions.length < count) {
      const rows = exports.processListRegions(regions.length);
      const { exchange } = this.#core;
      for (let row = 0; row < rows; row++) {
        const word = (at: number) => exchange.getBigUint64(row * REGION_BYTES + at, true);
        const half = (at: number) => exchange.getUint32(row * REGION_BYTES + at, true);
        regions.push({
          base: word(0),
          allocationBase: word(8),
          size: word(16),
          allocationProtect: half(24),
          state: half(28),
          protect: half(32),
          type: half(36),
          isReadable: half(40) !== 0,
        });
      }
    }
    return regions;
  }

  threads(): ThreadReading[] {
    const { exports } = this.#core;
    const threads: ThreadReading[] = [];
    for (let at = exports.processNextThread(this.#process, 0n); at !== 0n;) {
      exports.processReadThread(at);
      threads.push(this.#thread());
      at = exports.processNextThread(this.#process, at);
    }
    return threads;
  }

  #thread(): ThreadReading {
    const number = this.#numbers();
    const contextBytes = Number(number(13));
    const start = THREAD_NUMBERS * WORD;
    return {
      tid: Number(number(0)),
      suspendCount: Number(number(1)),
      priority: Number(BigInt.asIntN(32, number(2))),
      teb: number(3),
      stackBase: number(4),
      stackLimit: number(5),
      exitStatus: Number(number(6)),
      createTime: number(7),
      exitTime: number(8),
      kernelTicks: number(9),
      userTicks: number(10),
      startAddress: number(11),
      affinity: number(12),
      context: this.#core.view(this.#core.exports.exchangeBuffer() + start, contextBytes).slice(),
      name: this.#core.takeText(start + contextBytes, Number(number(14))),
    };
  }

  /** What the loaders list: of 32-bit code the second one too, which lists the program once more. */
  modules(): ModuleReading[] {
    const { exports } = this.#core;
    const modules = this.#listed(exports.processNextModule, exports.processReadModule);
    const bases = new Set(modules.map(({ base }) => base));
    const modules32 = this.#listed(exports.processNextModule32, exports.processReadModule32);
    return [...modules, ...modules32.filter(({ base }) => !bases.has(base))];
  }

  #listed(
    next: (process: bigint, entry: bigint) => bigint,
    read: (entry: bigint) => number,
  ): ModuleReading[] {
    const modules: ModuleReading[] = [];
    for (let at = next(this.#process, 0n); at !== 0n; at = next(this.#process, at)) {
      const pathBytes = read(at);
      const number = this.#numbers();
      modules.push({
        base: number(0),
        size: Number(number(1)),
        path: this.#core.takeText(2 * WORD, pathBytes),
      });
    }
    return modules;
  }

  handles(): HandleReading[] {
    const { exports } = this.#core;
    const handles: HandleReading[] = [];
    for (let at = exports.processNextHandle(this.#process, 0); at !== 0;) {
      exports.processReadHandle(this.#process, at);
      const number = this.#numbers();
      const typeBytes = Number(number(5));
      const names = HANDLE_NUMBERS * WORD;
      handles.push({
        handle: at,
        attributes: Number(number(0)),
        access: Number(number(1)),
        handleCount: Number(number(2)),
        pointerCount: Number(BigInt.asUintN(32, number(3))),
        type: this.#core.takeText(names, typeBytes),
        name: this.#core.takeText(names + typeBytes, Number(number(6))),
      });
      at = exports.processNextHandle(this.#process, at + 4);
    }
    return handles;
  }

  /** Bytes of the process's memory; @throws Error when they are not all mapped */
  memory(address: bigint, length: number): Uint8Array {
    const { exports } = this.#core;
    if (exports.memoryRead(address, length) !== length)
      throw new Error(`0x${address.toString(16)} is not in the process's memory`);
    return this.#core.view(exports.exchangeBuffer(), length).slice();
  }
}
