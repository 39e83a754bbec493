import { unloadedDrivers } from '../images/index.js';
import { addCaches } from '../machine/caches.js';
import type { Kernel } from '../machine/machine.js';
import { cacheFiles } from './cached-files.js';
import { ClientIds } from './client-ids.js';
import type { Population, ProcessSpec } from './population.js';
import { PRIORITY_CLASSES } from './priority-classes.js';
import { findProgram, forOwner, type Program } from './programs.js';
import type { IoStage } from './io/io-stage.js';
import { createIoSystem } from './io/io-system.js';
import { assignResources } from './io/device-resources.js';
import { connectInterrupts } from './io/interrupts.js';
import { fillKernelTables } from './kernel-tables.js';
import { createKnownDlls } from './known-dlls.js';
import { enterNotifyRoutines } from './notify-routines.js';
import { movePages } from './io/page-moves.js';
import { pendRequests } from './io/pending-requests.js';
import { createPageFiles } from './page-files.js';
import { writeStart } from './process-start.js';
import type { Stage, StagedProcess, StagedThread } from './stage.js';
import { AFTER_PROCESSES, BEFORE_PROCESSES, createLookasides, populatePool } from './pool-population.js';
import { createObjectWorld } from './objects/object-world.js';
import { Registry } from './objects/registry.js';
import { registryContents } from './registry/contents.js';
import { loadHives, type StagedHives } from './registry/hives.js';
import type { RegistryTree } from './registry/registry-tree.js';
import { servicesOf } from './registry/services.js';
import { ThreadMaker } from './threads.js';
import { UserImages } from './user-images.js';
import { UserMemory } from './user-memory.js';
import { WaitObjects, type WaitMaker } from './wait-objects.js';

const IMAGE_NAME_LENGTH = 14;
/** Bits that the core knows: TRAIT_* in kernel/processes/process.ts. */
const TRAITS: Readonly<Record<string, number>> = {
  critical: 1,
  minimal: 2,
  system: 4,
  suspended: 8,
  exited: 16,
  secure: 32,
};
/** What the core takes for the session of a process that has none. */
const NO_SESSION = 0xffffffff;
const PAGE = 4096;
/** Of a process's first heap, in which the loader keeps its data. */
const HEAP_PAGES = 20;
const TICKS_PER_SECOND = 1e7; // FILETIME

/** A process that asks for nothing. */
const NOTHING = {
  user: 'SYSTEM',
  traits: [],
  services: [],
  threads: {},
  endedThreads: 0,
  handles: 0,
  privateMB: 0,
  cpu: 0,
  disk: 0,
  startsAt: 0,
} as const;

/** The process that has the hives' files mapped. */
const REGISTRY_PROCESS = 'Registry';

const SYSTEM_PARTITION = '\\KernelObjects\\MemoryPartition0';

/** Builds a population's processes and threads on a machine whose kernel is up. */
export class Director {
  readonly #kernel: Kernel;
  readonly #seed: bigint;
  readonly #ids: ClientIds;
  readonly #io: IoStage;
  readonly #user: UserImages;
  readonly #memory: UserMemory;
  readonly #threads: ThreadMaker;
  #registry: RegistryTree | undefined;
  #hives: StagedHives | undefined;
  /** Ids by the population's names. */
  readonly #pids = new Map<string, number>();

  constructor(kernel: Kernel, seed: bigint) {
    this.#kernel = kernel;
    this.#seed = seed;
    this.#ids = new ClientIds(seed);
    this.#io = createIoSystem(kernel); // files lie on a volume
    this.#user = new UserImages(kernel, seed);
    this.#memory = new UserMemory(kernel);
    this.#threads = new ThreadMaker(kernel, this.#ids, this.#user, this.#io.requests);
  }

  /** Where every process of user mode keeps which DLLs it has unloaded. */
  get unloadTrace(): bigint {
    return this.#user.unloadTrace;
  }

  stage(population: Population): Stage {
    const { exports } = this.#kernel.core;
    const io = this.#io;
    fillKernelTables(this.#kernel);
    enterNotifyRoutines(this.#kernel);
    createKnownDlls(this.#kernel, this.#user);
    createLookasides(this.#kernel);
    populatePool(this.#kernel, BEFORE_PROCESSES, this.#seed);
    this.#noteUnloadedDrivers();
    const idle = this.#idle();
    this.#registry = registryContents(this.#kernel, io, population);
    const processes = population.flatMap((spec) => {
      this.#setClock(BigInt(Math.round(spec.startsAt * TICKS_PER_SECOND)));
      const process = this.#process(spec) ?? [];
      exports.memoryPack(); // what it has written, before the next one needs room
      return process;
    });
    this.#setClock(this.#kernel.start.uptime);
    const system = processes[0]!.address;
    exports.memoryWritePointer(this.#kernel.loaded.address('nt!PsInitialSystemProcess'), system);
    exports.processAttach(system);
    exports.partitionInitialise(this.#kernel.namespace.find(SYSTEM_PARTITION)!.address, system);
    const interrupts = connectInterrupts(this.#kernel, io);
    assignResources(this.#kernel, io, interrupts);
    pendRequests(this.#kernel, io, processes);
    movePages(this.#kernel, io, processes[0]!, (thread, address) =>
      this.#threads.layOutFault(thread, address),
    );
    cacheFiles(this.#kernel, this.#seed);
    const pageFiles = createPageFiles(this.#kernel);
    exports.memoryPack();
    const hives = this.#hives!;
    const mapped = new Map([...this.#user.files, ...this.#memory.files]);
    const files = new Map([...mapped, ...hives.files]);
    const registry = new Registry(this.#kernel, hives, servicesOf(population));
    exports.processAttach(system);
    const objects = createObjectWorld(this.#kernel, processes, registry, mapped, this.#seed);
    this.#threads.createUnstarted(processes[0]!);
    for (const { address } of processes) exports.memoryAgeWorkingSet(address);
    exports.memoryPack();
    populatePool(this.#kernel, AFTER_PROCESSES, this.#seed);
    return {
      idle,
      processes,
      stoppedServices: new Map(),
      io: { ...io, interrupts },
      files,
      pageFiles,
      objects,
    };
  }

  /** Starts a thread of the kernel in a process that lives already. The schedule does not know it yet. */
  startKernelThread(process: StagedProcess, archetype: string, waits: WaitMaker): StagedThread {
    const { exports } = this.#kernel.core;
    const before = exports.processAttach(process.address);
    const thread = this.#threads.create(process, archetype, 0n, waits, true);
    process.threads.push(thread);
    exports.memoryAttach(before);
    return thread;
  }

  /** Starts a thread in user mode likewise; `hasWindows`: it has called win32k before. @throws RangeError with a sentence for the user when the process has none */
  startUserThread(
    process: StagedProcess,
    archetype: string,
    waits: WaitMaker,
    hasWindows = false,
  ): StagedThread {
    if (process.modules.length === 0)
      throw new RangeError(`${process.name} has no user mode. Name a process that has.`);
    const { exports } = this.#kernel.core;
    const before = exports.processAttach(process.address);
    const peb = exports.processReopenUserSpace(process.address);
    const thread = this.#threads.create(process, archetype, peb, waits, true, hasWindows);
    exports.processEndUserSpace(process.address);
    process.threads.push(thread);
    exports.memoryAttach(before);
    return thread;
  }

  /** Sets the machine's clock to a time since boot, not beyond now: processes start one after the other. */
  #setClock(uptime: bigint): void {
    const { start, core } = this.#kernel;
    core.exports.clockSet(start.bootTime, uptime < start.uptime ? uptime : start.uptime);
  }

  #noteUnloadedDrivers(): void {
    const { core, start } = this.#kernel;
    for (const { file, size, at } of unloadedDrivers) {
      const [bytes] = core.putTexts({ text: file, wide: true });
      const time = start.bootTime + BigInt(Math.round(at * TICKS_PER_SECOND));
      core.exports.imageNoteUnloaded(core.exports.exchangeBuffer(), bytes!, size, time);
    }
  }

  /** The Idle process and a thread of it for each processor. */
  #idle(): StagedProcess {
    const { core, loaded, profile, hardware } = this.#kernel;
    const program = findProgram('Idle');
    const spec: ProcessSpec = { ...NOTHING, program: 'Idle' };
    const address = this.#create(0, 0, TRAITS['system']!, program, 'Idle', '');
    const process: StagedProcess = {
      pid: 0,
      parentPid: 0,
      sessionId: 0,
      user: 'SYSTEM',
      basePriority: 0,
      createTime: 0n,
      name: 'Idle',
      program,
      spec,
      address,
      threads: [],
      endedThreads: [],
      modules: [],
      modules32: [],
      unloaded: [],
    };
    for (let number = 0; number < hardware.processors; number++) {
      const start = loaded.address('nt!KiIdleLoop');
      const where = number === 0 ? loaded.address('nt!KiInitialThread') : 0n;
      const thread = core.exports.threadCreate(address, 0, start, 0n, 0, false, where);
      core.putTexts({ text: profile.system.processorVendor, wide: false });
      core.exports.processorCreate(
        number,
        thread,
        profile.system.processorMHz,
        core.exports.exchangeBuffer(),
      );
      addCaches(core, number);
      process.threads.push({
        tid: 0,
        address: thread,
        state: 'Running',
        waitReason: undefined,
        waitObjects: [],
        stack: [],
      });
    }
    return process;
  }

  #create(pid: number, parent: number, traits: number, program: Program, name: string, path: string): bigint {
    const { core } = this.#kernel;
    const { value } = PRIORITY_CLASSES[program.priorityClass];
    const [shortBytes, pathBytes] = core.putTexts({ text: name, wide: false }, { text: path, wide: true });
    return core.exports.processCreate(
      pid,
      parent,
      traits,
      basePriorityOf(program),
      value,
      program.protection,
      core.exports.exchangeBuffer(),
      shortBytes!,
      pathBytes!,
    );
  }

  /** Starts a process once the machine's time has begun; it has opened nothing and no processor knows its threads yet. */
  startProcess(stage: Stage, spec: ProcessSpec, parentPid: number): StagedProcess {
    const { exports } = this.#kernel.core;
    const before = exports.processAttach(stage.processes[0]!.address);
    this.#user.prepare(findProgram(spec.program).path);
    const process = this.#process(spec, parentPid)!;
    exports.processAttach(stage.processes[0]!.address);
    stage.processes.push(process);
    for (const [area, path] of [...this.#user.files, ...this.#memory.files]) stage.files.set(area, path);
    exports.memoryAttach(before);
    return process;
  }

  /**
   * Creates a process, with its user mode and threads if it lives; nothing for one that is gone but for its id. `parent`
   * is the id of who starts it at run time.
   */
  #process(spec: ProcessSpec, parent?: number): StagedProcess | undefined {
    const { core, profile, hardware } = this.#kernel;
    const { exports } = core;
    const program = findProgram(spec.program);
    const pid = this.#ids.next();
    const parentPid = parent ?? (spec.parent === undefined ? 0 : this.#find(spec.parent));
    this.#pids.set(spec.as ?? spec.program, pid);
    if (spec.traits.includes('gone')) return undefined;
    const hasEnded = spec.traits.includes('exited');
    const isSystem = spec.program === 'System';
    const traits = spec.traits.reduce(
      (sum, trait) => sum | (TRAITS[trait] ?? 0),
      isSystem ? TRAITS['system']! : 0,
    );
    const { path } = program;
    const name = (path === '' ? spec.program : path.split('\\').at(-1)!).slice(0, IMAGE_NAME_LENGTH);
    const address = this.#create(pid, parentPid, traits, program, name, this.#devicePath(path));
    const isUser = path.includes('\\') && !hasEnded;
    const apcRoutine = isUser ? this.#user.apcRoutine(path) : undefined;
    const process: StagedProcess = {
      pid,
      parentPid,
      sessionId: hasEnded ? 0 : (spec.session ?? 0), // what has ended has left its session
      name,
      user: forOwner(spec.user),
      basePriority: basePriorityOf(program),
      createTime: exports.clockNow(),
      ...(hasEnded ? { exitTime: this.#end(spec) } : {}),
      program: { ...program, description: spec.description ?? program.description },
      spec,
      address,
      ...(apcRoutine === undefined ? {} : { apcRoutine }),
      threads: [],
      endedThreads: [],
      modules: [],
      modules32: [],
      unloaded: [],
    };
    if (process.exitTime !== undefined) exports.processExit(address, process.exitTime, 0);
    exports.processBeginUserSpace(address, isUser && program.wow64 === true);
    if (spec.program === REGISTRY_PROCESS)
      this.#hives = loadHives(this.#kernel, this.#registry!, this.#io.devices, address);
    const peb = isUser
      ? exports.processCreateUserSpace(
          address,
          spec.session ?? NO_SESSION,
          hardware.processors,
          profile.build,
          HEAP_PAGES,
        )
      : 0n;
    if (isUser) {
      this.#user.load(process, peb);
      if (program.wow64) {
        process.peb32 = exports.processCreateWow64(address, peb);
        this.#user.loadWow64(process);
      }
      writeStart(this.#kernel, process, peb);
      exports.processCloseHeap();
      if (program.wow64) exports.processCreateWow64Parameters(address);
      this.#memory.mapViews(process, peb, this.#user.mode.kindOf(program.path, spec));
    }
    const waits = new WaitObjects(this.#kernel);
    for (const [archetype, count = 0] of Object.entries(spec.threads))
      for (let i = 0; i < count; i++)
        process.threads.push(this.#threads.create(process, archetype, peb, waits, parent !== undefined));
    for (let i = 0; i < spec.endedThreads; i++)
      process.endedThreads.push(this.#threads.createEnded(process, i));
    this.#memory.fill(process, peb, Math.round((spec.privateMB * 1024 * 1024) / PAGE));
    exports.processEndUserSpace(address);
    return process;
  }

  /** Id of a process that was created before. */
  #find(name: string): number {
    const pid = this.#pids.get(name);
    if (pid === undefined) throw new Error(`the population names the parent ${name} before it creates it`);
    return pid;
  }

  /** When a process ended, FILETIME. */
  #end({ lives = 0 }: ProcessSpec): bigint {
    const { start, core } = this.#kernel;
    const end = core.exports.clockNow() + BigInt(Math.round(lives * TICKS_PER_SECOND));
    const now = start.bootTime + start.uptime;
    return end < now ? end : now;
  }

  /** `C:\Windows` as the object manager knows it. */
  #devicePath(path: string): string {
    return path.replace(/^C:/, this.#kernel.profile.system.systemVolume);
  }
}

/** KPROCESS.BasePriority of a program's processes. */
function basePriorityOf({ basePriority, priorityClass }: Program): number {
  return basePriority ?? PRIORITY_CLASSES[priorityClass].base;
}
