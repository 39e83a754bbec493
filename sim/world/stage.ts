import type { StagedPageFile } from './page-files.js';
import type { ObjectWorld } from './objects/object-world.js';
import type { ProcessSpec } from './population.js';
import type { Program } from './programs.js';
import type { IoStage, StagedInterrupt } from './io/io-stage.js';
import type { WaitObject } from './wait-objects.js';

/** Where a thread left user mode, and for which system service. */
export interface UserMode {
  readonly rip: bigint;
  readonly rsp: bigint;
  readonly service: number;
  /** Where the KTRAP_FRAME that the service was entered with ends. */
  readonly trapFrameEnd: bigint;
  readonly teb: bigint;
  /** The function that the thread was created with. */
  readonly start: bigint;
  /** User stack from the service's stub out, as a debugger prints it. */
  readonly stack: readonly string[];
  /** Of 32-bit code: where it went on after the service, and its own stack. */
  readonly wow64?: { readonly eip: bigint; readonly esp: bigint; readonly stack: readonly string[] };
}

/** A thread that the scenario put on the machine. */
export interface StagedThread {
  readonly tid: number;
  readonly address: bigint;
  readonly archetype?: string;
  /** What it has called itself. */
  readonly name?: string;
  /** Set anew for those that run when a dump is captured. */
  state: 'Initialized' | 'Waiting' | 'Running' | 'Ready' | 'Standby' | 'DeferredReady' | 'Transition';
  /** Its kernel stack was taken out of memory: its pages are in transition. */
  isSwappedOut?: boolean;
  /** Of a running thread: what it runs on. */
  processor?: number;
  waitReason: string | undefined;
  waitObjects: readonly WaitObject[];
  /** Kernel stack from the innermost call site out, as a debugger prints it. */
  stack: readonly string[];
  /** Where user mode was left, for threads that have one. */
  readonly userMode?: UserMode;
  /** To be called when its kernel stack was laid out anew: writes what its own functions keep there. */
  fillFrames?: () => void;
}

/** A thread that has ended while a handle still leads to it. */
export interface EndedThread {
  readonly tid: number;
  readonly address: bigint;
  /** FILETIME of its end. */
  readonly exitTime: bigint;
  readonly exitStatus: number;
}

/** A DLL that a process had loaded and has no more. */
export interface UnloadedModule {
  /** File name. */
  readonly name: string;
  readonly base: bigint;
  readonly size: number;
}

/** A module that a process has loaded. */
export interface StagedModule {
  /** File name. */
  readonly name: string;
  readonly path: string;
  readonly base: bigint;
  readonly size: number;
}

export interface StagedProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** 0 once it has ended. */
  sessionId: number;
  /** Account that it runs as: `SYSTEM`, `LOCAL SERVICE`, a user's name. */
  readonly user: string;
  /** KPROCESS.BasePriority. */
  basePriority: number;
  /** FILETIME. */
  readonly createTime: bigint;
  /** FILETIME of its end, for those that something still refers to. */
  exitTime?: bigint;
  /** NTSTATUS that it ended with, 0 when left out. */
  exitStatus?: number;
  /** Short name, as EPROCESS.ImageFileName has it. */
  readonly name: string;
  readonly program: Program;
  spec: ProcessSpec;
  readonly address: bigint;
  readonly threads: StagedThread[];
  readonly endedThreads: EndedThread[];
  /** Its program's function that APCs call, where it has user mode. */
  readonly apcRoutine?: bigint;
  /** What its loader lists, the program first. */
  readonly modules: StagedModule[];
  /** What its 32-bit loader lists, where it is one of 32-bit code. */
  readonly modules32: StagedModule[];
  /** Its second environment block, which 32-bit code sees. */
  peb32?: bigint;
  /** In the order in which they were unloaded. */
  readonly unloaded: UnloadedModule[];
  /** It was taken off PsActiveProcessHead. */
  unlinked?: boolean;
}

/** A scenario's processes and threads on a machine. */
export interface Stage {
  readonly idle: StagedProcess;
  readonly processes: StagedProcess[];
  /** Services that were stopped, by name: what their host was, and its id. */
  readonly stoppedServices: Map<string, { readonly spec: ProcessSpec; readonly pid: number }>;
  /** Drivers and devices. */
  readonly io: IoStage & { readonly interrupts: readonly StagedInterrupt[] };
  /** Paths of the files that processes map, on their volume, by control area. */
  readonly files: Map<bigint, string>;
  readonly pageFiles: readonly StagedPageFile[];
  /** Registry, ports and handles. */
  readonly objects: ObjectWorld;
}
