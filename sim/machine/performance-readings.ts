import type { Core } from './core.js';

/** A cache as KPRCB.Cache describes it. */
export interface CacheReading {
  level: number;
  bytes: number;
}

/** What a processor counts in its KPRCB. Ticks are of the clock, 15.625 ms each. */
export interface ProcessorReading {
  /** With those of the idle thread, of interrupts and of DPCs. */
  kernelTicks: bigint;
  userTicks: bigint;
  idleTicks: bigint;
  dpcTicks: bigint;
  interruptTicks: bigint;
  cycles: bigint;
  idleCycles: bigint;
  readOperations: bigint;
  writeOperations: bigint;
  bytesRead: bigint;
  bytesWritten: bigint;
  package: number;
  node: number;
  /** KPRCB.CoreProcessorSet: the processors of its group that share its core. */
  coreSet: bigint;
  megahertz: number;
  family: number;
  model: number;
  stepping: number;
  caches: CacheReading[];
}

/** Where Windows' pages are, in bytes. */
export interface MemoryReading {
  /** All that Windows has. */
  total: number;
  zeroed: number;
  free: number;
  standby: number;
  modified: number;
  committed: number;
  commitLimit: number;
  pagedPool: number;
  nonPagedPool: number;
}

/** What GetPerformanceInfo counts: the idle process is among them. */
export interface Totals {
  processes: number;
  threads: number;
  handles: number;
}

const WORD = 8;
const PAGE = 4096;
/** _MMLISTS of the kernel. */
const LISTS = { zeroed: 0, free: 1, standby: 2, modified: 3, modifiedNoWrite: 4 };
/** Words of systemReadCounters: assembly/dump/process/counters.ts. */
const COUNTERS = { committed: 13, commitLimit: 14, nonPagedPool: 18, pagedPool: 19 };

export function readProcessors(core: Core, count: number): ProcessorReading[] {
  return Array.from({ length: count }, (_, number) => readProcessor(core, number));
}

function readProcessor(core: Core, number: number): ProcessorReading {
  core.exports.processorRead(number);
  const { exchange } = core;
  let offset = 0;
  const word = () => exchange.getBigUint64(WORD * offset++, true);
  return {
    kernelTicks: word(),
    userTicks: word(),
    idleTicks: word(),
    dpcTicks: word(),
    interruptTicks: word(),
    cycles: word(),
    idleCycles: word(),
    readOperations: word(),
    writeOperations: word(),
    bytesRead: word(),
    bytesWritten: word(),
    package: Number(word()),
    node: Number(word()),
    coreSet: word(),
    megahertz: Number(word()),
    family: Number(word()),
    model: Number(word()),
    stepping: Number(word()),
    caches: Array.from({ length: Number(word()) }, () => {
      const level = Number(word());
      word(); // its type: Task Manager adds data and instructions up
      return { level, bytes: Number(word()) };
    }),
  };
}

export function readMemory(core: Core): MemoryReading {
  const { exports } = core;
  const on = (list: number) => Number(exports.machineBytesOnList(list));
  exports.systemReadCounters();
  const { exchange } = core;
  const bytes = (index: number) => Number(exchange.getBigUint64(index * WORD, true)) * PAGE;
  return {
    total: exports.machineFrames() * PAGE,
    zeroed: on(LISTS.zeroed),
    free: on(LISTS.free),
    standby: on(LISTS.standby),
    modified: on(LISTS.modified) + on(LISTS.modifiedNoWrite),
    committed: bytes(COUNTERS.committed),
    commitLimit: bytes(COUNTERS.commitLimit),
    pagedPool: bytes(COUNTERS.pagedPool),
    nonPagedPool: bytes(COUNTERS.nonPagedPool),
  };
}

export function readTotals(core: Core): Totals {
  core.exports.systemReadTotals();
  const { exchange } = core;
  const number = (index: number) => Number(exchange.getBigUint64(index * WORD, true));
  return { processes: number(0), threads: number(1), handles: number(2) };
}
