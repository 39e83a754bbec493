import type { Kernel } from '../machine/machine.js';
import { accountProcessors, accountUptime } from './activity.js';
import { ClientIds } from './client-ids.js';
import type { Population, ProcessSpec } from './population.js';
import { findProgram, type Program } from './programs.js';
import type { BaseImage } from './base-image.js';
import { createIoSystem } from './io/io-system.js';
import type { Stage, StagedProcess } from './stage.js';
import { ThreadMaker } from './threads.js';
import { UserImages } from './user-images.js';
import { WaitObjects } from './wait-objects.js';

const IMAGE_NAME_LENGTH = 14;
/** Bits that the core knows: TRAIT_* in kernel/processes/process.ts. */
const TRAITS: Readonly<Record<string, number>> = { critical: 1, minimal: 2, system: 4, suspended: 8 };
const PRIORITY_CLASSES: Readonly<Record<string, { value: number; base: number }>> = {
  Unknown: { value: 0, base: 0 },
  Idle: { value: 1, base: 4 },
  Normal: { value: 2, base: 8 },
  High: { value: 3, base: 13 },
};
const PAGE = 4096;
/** After the boot, in 100 ns: when the first process is created, and the time between two. */
const FIRST_PROCESS_AT = 3_000_000n;
const BETWEEN_PROCESSES = 17_000_000n;
const CACHE_VIEWS_PER_MB = 4; // views of 256 KiB

/** Builds a population's processes and threads on a machine whose kernel is up. */
export class Director {
  readonly #kernel: Kernel;
  readonly #ids: ClientIds;
  readonly #user: UserImages;
  readonly #threads: ThreadMaker;
  readonly #byName = new Map<string, StagedProcess>();

  constructor(kernel: Kernel, seed: bigint) {
    this.#kernel = kernel;
    this.#ids = new ClientIds(seed);
    this.#user = new UserImages(kernel, seed);
    this.#threads = new ThreadMaker(kernel, this.#ids, this.#user);
  }

  stage(image: BaseImage, population: Population): Stage {
    const { exports } = this.#kernel.core;
    const io = createIoSystem(this.#kernel);
    const idle = this.#idle();
    const processes = population.map((spec, index) => {
      this.#setClock(FIRST_PROCESS_AT + BigInt(index) * BETWEEN_PROCESSES);
      return this.#process(spec);
    });
    this.#setClock(this.#kernel.start.uptime);
    for (const process of processes) accountUptime(this.#kernel, process);
    const system = processes[0]!.address;
    exports.memoryWritePointer(this.#kernel.loaded.address('nt!PsInitialSystemProcess'), system);
    exports.processAttach(system);
    exports.memoryCreateCacheViews(this.#kernel.size.fileCacheMB * CACHE_VIEWS_PER_MB);
    accountProcessors(this.#kernel, image, processes);
    return { idle, processes, io };
  }

  /** Sets the machine's clock to a time since boot, not beyond now: processes start one after the other. */
  #setClock(uptime: bigint): void {
    const { start, core } = this.#kernel;
    core.exports.clockSet(start.bootTime, uptime < start.uptime ? uptime : start.uptime);
  }

  /** The Idle process and a thread of it for each processor. */
  #idle(): StagedProcess {
    const { core, loaded, profile, hardware } = this.#kernel;
    const program = findProgram('Idle');
    const spec: ProcessSpec = { program: 'Idle', threads: {} };
    const address = this.#create(0, 0, TRAITS['system']!, program, 'Idle', '');
    const process: StagedProcess = {
      pid: 0,
      parentPid: 0,
      sessionId: 0,
      name: 'Idle',
      program,
      spec,
      address,
      threads: [],
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
    const { value, base } = PRIORITY_CLASSES[program.priorityClass]!;
    const [shortBytes, pathBytes] = core.putTexts({ text: name, wide: false }, { text: path, wide: true });
    return core.exports.processCreate(
      pid,
      parent,
      traits,
      base,
      value,
      program.protection,
      core.exports.exchangeBuffer(),
      shortBytes!,
      pathBytes!,
    );
  }

  #process(spec: ProcessSpec): StagedProcess {
    const { core, profile, hardware } = this.#kernel;
    const { exports } = core;
    const program = findProgram(spec.program);
    const pid = this.#ids.next();
    const parentPid = spec.parent === undefined ? 0 : this.#find(spec.parent).pid;
    const isSystem = spec.program === 'System';
    const traits = (spec.traits ?? []).reduce(
      (sum, trait) => sum | TRAITS[trait]!,
      isSystem ? TRAITS['system']! : 0,
    );
    const path = this.#path(program.path);
    const name = (path === '' ? spec.program : path.split('\\').at(-1)!).slice(0, IMAGE_NAME_LENGTH);
    const address = this.#create(pid, parentPid, traits, program, name, this.#devicePath(path));
    const process: StagedProcess = {
      pid,
      parentPid,
      sessionId: spec.session ?? 0,
      name,
      program: { ...program, description: spec.description ?? program.description },
      spec,
      address,
      threads: [],
    };
    const isUser = path.includes('\\');
    exports.processBeginUserSpace();
    const peb = isUser
      ? exports.processCreateUserSpace(address, process.sessionId, hardware.processors, profile.build)
      : 0n;
    if (isUser) {
      const commandLine = this.#path(spec.commandLine ?? program.commandLine);
      const [pathBytes, commandBytes] = core.putTexts(
        { text: path, wide: true },
        { text: commandLine, wide: true },
      );
      exports.processSetParameters(peb, exports.exchangeBuffer(), pathBytes!, commandBytes!);
      this.#user.load(process, peb);
    }
    const waits = new WaitObjects(this.#kernel);
    for (const [archetype, count = 0] of Object.entries(spec.threads))
      for (let i = 0; i < count; i++)
        process.threads.push(this.#threads.create(process, archetype, peb, waits));
    exports.processCreateMemory(address, Math.round(((spec.privateMB ?? 0) * 1024 * 1024) / PAGE));
    exports.processEndUserSpace(address);
    this.#byName.set(spec.as ?? spec.program, process);
    if (!this.#byName.has(spec.program)) this.#byName.set(spec.program, process);
    return process;
  }

  #find(name: string): StagedProcess {
    const process = this.#byName.get(name);
    if (!process) throw new Error(`the population names the parent ${name} before it creates it`);
    return process;
  }

  #path(path: string): string {
    return path.replaceAll('%USERNAME%', this.#kernel.profile.system.userName);
  }

  /** `C:\Windows` as the object manager knows it. */
  #devicePath(path: string): string {
    return path.replace(/^C:/, this.#kernel.profile.system.systemVolume);
  }
}
