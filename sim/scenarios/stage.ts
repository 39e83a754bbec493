import { serviceNumber } from '../images/index.js';
import { split } from '../machine/kernel-images.js';
import type { Kernel } from '../machine/machine.js';
import { StackPlan } from '../machine/stack-plan.js';
import { UserImages } from './user-images.js';
import {
  findArchetype,
  findProgram,
  type Program,
  type Scenario,
  type ScenarioProcess,
  type ThreadArchetype,
} from './scenario.js';
import { accountUptime } from './activity.js';
import { WaitObjects, type WaitObject } from './wait-objects.js';

/** Where a thread left user mode, and for which system service. */
export interface UserMode {
  readonly rip: bigint;
  readonly rsp: bigint;
  readonly service: number;
}

/** A thread that the scenario put on the machine. */
export interface StagedThread {
  readonly tid: number;
  readonly address: bigint;
  readonly archetype?: string;
  /** Set anew for those that run when a dump is captured. */
  state: 'Waiting' | 'Running' | 'Ready';
  waitReason: string | undefined;
  waitObjects: readonly WaitObject[];
  /** Kernel stack from the innermost call site out, as a debugger prints it. */
  stack: readonly string[];
  /** Where user mode was left, for threads that have one. */
  readonly userMode?: UserMode;
}

export interface StagedProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly sessionId: number;
  /** Short name, as EPROCESS.ImageFileName has it. */
  readonly name: string;
  readonly program: Program;
  readonly spec: ScenarioProcess;
  readonly address: bigint;
  readonly threads: StagedThread[];
}

/** A scenario's processes and threads on a machine. */
export interface Stage {
  readonly idle: StagedProcess;
  readonly processes: readonly StagedProcess[];
}

const IMAGE_NAME_LENGTH = 14;
const TRAITS: Readonly<Record<string, number>> = { critical: 1, minimal: 2, system: 4, suspended: 8 };
const PRIORITY_CLASSES: Readonly<Record<string, { value: number; base: number }>> = {
  Unknown: { value: 0, base: 0 },
  Idle: { value: 1, base: 4 },
  Normal: { value: 2, base: 8 },
  High: { value: 3, base: 13 },
};
const WAIT_MODES = { Kernel: 0, User: 1 };
const WAIT_REASONS: Readonly<Record<string, number>> = {
  Executive: 0,
  DelayExecution: 4,
  Suspended: 5,
  UserRequest: 6,
  WrFreePage: 8,
  WrUserRequest: 13,
  WrQueue: 15,
  WrLpcReceive: 16,
  WrLpcReply: 17,
  WrVirtualMemory: 18,
  WrAlertByThreadId: 37,
};
const PAGE = 4096;
const FIRST_PROCESSOR = 0;

/** Client ids: multiples of 4, with gaps as a machine that has run for a while has them. */
class ClientIds {
  #next = 4;
  #state: bigint;

  constructor(seed: bigint) {
    this.#state = BigInt.asUintN(64, seed ^ 0x6c62272e07bb0142n);
  }

  next(): number {
    const id = this.#next;
    this.#state = BigInt.asUintN(64, this.#state * 6364136223846793005n + 1442695040888963407n);
    this.#next += 4 * (1 + Number(this.#state >> 60n));
    return id;
  }
}

/** Builds a scenario's processes and threads on a machine whose kernel is up. */
export class Director {
  readonly #kernel: Kernel;
  readonly #ids: ClientIds;
  readonly #user: UserImages;
  readonly #byName = new Map<string, StagedProcess>();

  constructor(kernel: Kernel, seed: bigint) {
    this.#kernel = kernel;
    this.#ids = new ClientIds(seed);
    this.#user = new UserImages(kernel, seed);
  }

  stage(scenario: Scenario): Stage {
    const { exports } = this.#kernel.core;
    const idle = this.#idle(scenario);
    const processes = scenario.processes.map((spec) => this.#process(spec));
    const system = processes[0]!;
    exports.memoryWritePointer(this.#kernel.loaded.address('nt!PsInitialSystemProcess'), system.address);
    exports.processAttach(system.address);
    exports.kernelSealPool();
    return { idle, processes };
  }

  /** The Idle process and a thread of it for each processor. */
  #idle(scenario: Scenario): StagedProcess {
    const { core, loaded, profile } = this.#kernel;
    const program = findProgram('Idle');
    const spec: ScenarioProcess = { program: 'Idle', threads: {} };
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
    for (let number = 0; number < scenario.processors; number++) {
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

  #process(spec: ScenarioProcess): StagedProcess {
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
    exports.processBeginVads();
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
      this.#user.load(address, peb, program.path, dllsOf(spec));
    }
    const waits = new WaitObjects(this.#kernel);
    for (const [archetype, count = 0] of Object.entries(spec.threads))
      for (let i = 0; i < count; i++) process.threads.push(this.#thread(process, archetype, peb, waits));
    exports.processCreateMemory(address, Math.round(((spec.privateMB ?? 0) * 1024 * 1024) / PAGE));
    exports.processLinkVads(address);
    accountUptime(this.#kernel, process);
    this.#byName.set(spec.as ?? spec.program, process);
    if (!this.#byName.has(spec.program)) this.#byName.set(spec.program, process);
    return process;
  }

  #thread(process: StagedProcess, archetypeName: string, peb: bigint, waits: WaitObjects): StagedThread {
    const { core, loaded } = this.#kernel;
    const { exports } = core;
    const archetype = findArchetype(archetypeName);
    const isUser = archetype.userCall !== undefined;
    if (isUser !== (peb !== 0n))
      throw new Error(`${process.name} cannot have a thread of kind ${archetypeName}`);
    const start = isUser ? this.#user.address('ntdll!RtlUserThreadStart') : loaded.address(archetype.start!);
    const userStart = isUser ? this.#user.entryPoint(process.program.path) : 0n;
    const tid = this.#ids.next();
    const thread = exports.threadCreate(
      process.address,
      tid,
      start,
      userStart,
      archetype.priority,
      isUser,
      0n,
    );
    const userMode = isUser ? this.#userSide(process.address, thread, peb, archetype) : undefined;
    if (archetype.running) return this.#runningThread(process, thread, tid, archetypeName, userMode!);
    const plan = StackPlan.waiting(loaded, archetype.stack);
    const end = userMode
      ? exports.stackCreateTrapFrame(thread, userMode.rip, userMode.rsp, 0n, userMode.service)
      : 0n;
    exports.stackBegin(thread, end, 0n);
    exports.stackLayOutWaiting(thread, plan.put(core));
    const waitObjects = waits.forThread(thread, archetype, isUser);
    core.putList(waitObjects.map(({ address }) => address));
    exports.waitBegin(
      thread,
      waitObjects.length,
      WAIT_REASONS[archetype.waitReason]!,
      WAIT_MODES[archetype.waitMode],
      archetype.waitMode === 'User',
      0,
    );
    return {
      tid,
      address: thread,
      archetype: archetypeName,
      state: 'Waiting',
      waitReason: archetype.waitReason,
      waitObjects,
      stack: plan.names,
      ...(userMode ? { userMode } : {}),
    };
  }

  /** Lets a thread run on the first processor. Its stack is laid out when something stops the processor. */
  #runningThread(
    process: StagedProcess,
    thread: bigint,
    tid: number,
    archetype: string,
    userMode: UserMode,
  ): StagedThread {
    this.#kernel.core.exports.processorRun(FIRST_PROCESSOR, thread, process.address);
    return {
      tid,
      address: thread,
      archetype,
      state: 'Running',
      waitReason: undefined,
      waitObjects: [],
      stack: [],
      userMode,
    };
  }

  #userSide(process: bigint, thread: bigint, peb: bigint, archetype: ThreadArchetype): UserMode {
    const rsp = this.#kernel.core.exports.threadCreateUserSide(process, thread, peb);
    return {
      rip: this.#user.returnFromService(archetype.userCall!),
      rsp,
      service: this.#service(archetype.userCall!),
    };
  }

  /** Number of the system service that a stub of user mode asks for. */
  #service(qualified: string): number {
    const [, name] = split(qualified);
    for (const { image } of this.#kernel.loaded.modules) {
      const number = serviceNumber(image.spec, name);
      if (number !== undefined) return number;
    }
    throw new Error(`no kernel module has the system service ${name}`);
  }

  #find(name: string): StagedProcess {
    const process = this.#byName.get(name);
    if (!process) throw new Error(`the scenario names the parent ${name} before it creates it`);
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

/** DLLs that a process of the scenario has loaded: the one of GUI system calls only where a thread makes them. */
function dllsOf({ threads }: ScenarioProcess): string[] {
  const calls = Object.keys(threads).map((name) => findArchetype(name).userCall);
  return calls.some((call) => call?.startsWith('win32u!')) ? ['ntdll', 'win32u'] : ['ntdll'];
}
