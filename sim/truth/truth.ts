import type { LabMachine } from '../lab-machine.js';
import type { Kernel } from '../machine/machine.js';
import type { StepEvent } from '../scenarios/play.js';
import type { EndedThread, StagedProcess, StagedThread, UserMode } from '../world/stage.js';
import type { StagedToken } from '../world/objects/tokens.js';
import { version } from '../version.js';
import { hex, type Address } from './address.js';
import { truthOfDump, type TruthDump } from './dump.js';
import { truthOfHandles, type TruthHandles } from './handles.js';
import {
  truthOfLoaded,
  truthOfRanges,
  truthOfUnloaded,
  type TruthLoadedModule,
  type TruthRange,
  type TruthUnloadedModule,
} from './memory.js';
import { truthOfHypervisor, type TruthHypervisor } from './hypervisor.js';
import { truthOfIdentity, type TruthIdentity } from './identity.js';
import { truthOfIo, type TruthIo } from './io.js';
import { truthOfPool, type TruthPoolTag } from './pool.js';
import type { TruthMemory } from './physical-memory.js';
import { truthOfJob, truthOfToken, type TruthJob, type TruthToken } from './tokens.js';
import { truthOfNamespace, type TruthNamedObject } from './objects.js';
import { truthOfRegistry, type TruthRegistry } from './registry.js';

export { hex, type Address } from './address.js';

/** What is true of a machine, written from what its scenario asked for and never read from a dump. See truth.schema.json. */
export interface Truth {
  generator: string;
  scenario: string;
  /** Name of the machine's size. */
  machine: string;
  /** Physical memory, bytes. */
  memory: number;
  seed: number;
  profile: string;
  build: number;
  /** Machine time when it was written, ISO 8601 UTC. */
  time: string;
  processors: TruthProcessor[];
  modules: TruthModule[];
  /** By their ids. */
  sessions: TruthSession[];
  processes: TruthProcess[];
  /** What the scenario's steps did, in their order. */
  events: StepEvent[];
  io: TruthIo;
  /** Pool by tag. */
  pool: TruthPoolTag[];
  physicalMemory: TruthMemory;
  /** What lies in the object namespace. */
  namedObjects: TruthNamedObject[];
  jobs: TruthJob[];
  registry: TruthRegistry;
  hypervisor: TruthHypervisor;
  /** The dump that was captured last; absent before the first one. */
  dump?: TruthDump;
}

export interface TruthProcessor {
  number: number;
  /** KPRCB. */
  address: Address;
  /** ETHREAD that runs on it. */
  currentThread: Address;
  idleThread: TruthIdleThread;
  /** DPCs that wait on its queue, the next one first: KDPCs, and the functions that they call. */
  dpcs: { address: Address; routine: string }[];
}

export interface TruthIdleThread {
  address: Address;
  state: StagedThread['state'];
  stack: readonly string[];
}

export interface TruthModule {
  /** As the debugger names it. */
  name: string;
  file: string;
  base: Address;
  size: number;
  timeDateStamp: number;
  checkSum: number;
  pdb: { name: string; guid: string; age: number };
  /** Whether it lies in session space: mapped, and readable, in processes of a session alone. */
  inSessionSpace?: true;
}

export interface TruthSession {
  id: number;
  /** Ids of those that live. */
  processes: number[];
}

export interface TruthProcess extends TruthIdentity {
  pid: number;
  parentPid: number;
  /** As in EPROCESS.ImageFileName: up to 14 characters. */
  name: string;
  /** EPROCESS. */
  address: Address;
  sessionId: number;
  /** It was taken off PsActiveProcessHead. */
  unlinked?: true;
  /** What its loader lists, in load order; none where there is no user mode. */
  modules: TruthLoadedModule[];
  /** Of 32-bit code: its second environment block, and what its 32-bit loader lists. */
  wow64?: { peb: Address; modules: TruthLoadedModule[] };
  /** DLLs that it has unloaded, in that order; absent when there are none. */
  unloadedModules?: TruthUnloadedModule[];
  /** What its tree of VADs describes, in order of address. */
  memory: TruthRange[];
  token: TruthToken;
  handles: TruthHandles;
  threads: TruthThread[];
  /** Threads that have ended while a handle still leads to them; absent when there are none. */
  endedThreads?: { tid: number; address: Address; exitTime: string; exitStatus: number }[];
}

export interface TruthThread {
  tid: number;
  /** What it has called itself. */
  name?: string;
  /** ETHREAD. */
  address: Address;
  state: StagedThread['state'];
  /** Its kernel stack was swapped out: the pages are in transition, and their frames in the dump. */
  isSwappedOut?: true;
  waitReason?: string;
  waitObjects: { address: Address; type: string }[];
  /** Call sites from the innermost out, as the debugger prints them: `nt!KiSwapContext+0x76`. */
  stack: readonly string[];
  /** Call sites of the user stack from the system service's stub out; absent for threads without user mode. */
  userStack?: readonly string[];
  /** Where user mode was left, and what belongs to the thread there; absent as well. */
  user?: { teb: Address; start: Address; rip: Address; rsp: Address };
  /** Of 32-bit code: where that went on after the service, and its own stack, from the service's stub out. */
  wow64?: { eip: Address; esp: Address; stack: readonly string[] };
}

/** Writes down a machine's truth. */
export function writeTruth(machine: LabMachine): Truth {
  const { kernel, stage, scenario, seed, profile, time, events, latestCapture } = machine;
  const running = stage.processes
    .flatMap(({ threads }) => threads)
    .filter(({ state }) => state === 'Running');
  return {
    generator: `livedump-lab ${version}`,
    scenario: scenario.name,
    machine: kernel.size.name,
    memory: kernel.hardware.memory,
    seed,
    profile: profile.name,
    build: profile.build,
    time: new Date(time).toISOString(),
    processors: stage.idle.threads.map((idle, number) => ({
      number,
      address: hex(kernel.core.exports.processorBlock(number)),
      currentThread: hex((running.find(({ processor }) => processor === number) ?? idle).address),
      idleThread: { address: hex(idle.address), state: idle.state, stack: idle.stack },
      dpcs: machine.schedule
        .dpcsOf(number)
        .map(({ address, routine }) => ({ address: hex(address), routine })),
    })),
    modules: kernel.loaded.modules.map(({ image, base }) => ({
      name: image.spec.module,
      file: image.spec.file,
      base: hex(base),
      size: image.sizeOfImage,
      timeDateStamp: image.timeDateStamp,
      checkSum: image.checkSum,
      pdb: { ...image.pdb },
      ...(image.spec.session ? { inSessionSpace: true as const } : {}),
    })),
    sessions: sessionsOf(stage.processes),
    processes: stage.processes.map((process) =>
      truthOfProcess(
        kernel,
        process,
        truthOfRanges(kernel, stage.files, process),
        stage.objects.tokens.of(process)!,
      ),
    ),
    events,
    io: truthOfIo(stage.io, machine.schedule.timers),
    namedObjects: truthOfNamespace(kernel),
    jobs: stage.objects.jobs.map(truthOfJob),
    registry: truthOfRegistry(stage.objects.registry.hives),
    pool: truthOfPool(kernel.core),
    physicalMemory: machine.physicalMemory,
    hypervisor: truthOfHypervisor(kernel),
    ...(latestCapture && { dump: truthOfDump(latestCapture) }),
  };
}

/** Sessions with the processes that belong to them until they end. */
function sessionsOf(processes: readonly StagedProcess[]): TruthSession[] {
  const found = new Map<number, number[]>();
  for (const { pid, spec, exitTime } of processes) {
    if (spec.session === undefined || spec.traits.includes('exited')) continue;
    const members = found.get(spec.session) ?? [];
    found.set(spec.session, exitTime === undefined ? [...members, pid] : members);
  }
  return [...found].map(([id, members]) => ({ id, processes: members })).sort((a, b) => a.id - b.id);
}

function truthOfProcess(
  kernel: Kernel,
  process: StagedProcess,
  memory: TruthRange[],
  token: StagedToken,
): TruthProcess {
  const { pid, parentPid, name, address, sessionId, unlinked, threads } = process;
  return {
    pid,
    parentPid,
    name,
    address: hex(address),
    sessionId,
    ...truthOfIdentity(process),
    ...(unlinked ? { unlinked } : {}),
    modules: process.modules.map(truthOfLoaded),
    ...(process.peb32 === undefined
      ? {}
      : { wow64: { peb: hex(process.peb32), modules: process.modules32.map(truthOfLoaded) } }),
    ...(process.unloaded.length === 0 ? {} : { unloadedModules: process.unloaded.map(truthOfUnloaded) }),
    memory,
    token: truthOfToken(token),
    handles: truthOfHandles(kernel, address),
    ...(process.endedThreads.length === 0 ? {} : { endedThreads: process.endedThreads.map(ended) }),
    threads: threads.map((thread) => ({
      tid: thread.tid,
      ...(thread.name === undefined ? {} : { name: thread.name }),
      address: hex(thread.address),
      state: thread.state,
      ...(thread.isSwappedOut ? { isSwappedOut: true as const } : {}),
      ...(thread.waitReason === undefined ? {} : { waitReason: thread.waitReason }),
      waitObjects: thread.waitObjects.map((object) => ({ address: hex(object.address), type: object.type })),
      stack: thread.stack,
      ...(thread.userMode ? { userStack: thread.userMode.stack, user: userSide(thread.userMode) } : {}),
      ...(thread.userMode?.wow64 ? { wow64: side32(thread.userMode.wow64) } : {}),
    })),
  };
}

function ended({ tid, address, exitTime, exitStatus }: EndedThread) {
  return { tid, address: hex(address), exitTime: String(exitTime), exitStatus };
}

function side32({ eip, esp, stack }: NonNullable<UserMode['wow64']>): TruthThread['wow64'] {
  return { eip: hex(eip), esp: hex(esp), stack };
}

function userSide({ teb, start, rip, rsp }: UserMode): TruthThread['user'] {
  return { teb: hex(teb), start: hex(start), rip: hex(rip), rsp: hex(rsp) };
}
