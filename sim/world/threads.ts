import { Dice } from '../images/code/dice.js';
import type { Kernel } from '../machine/machine.js';
import { StackPlan } from '../machine/stack-plan.js';
import { threadName } from './thread-names.js';
import type { ClientIds } from './client-ids.js';
import { findArchetype, type ThreadArchetype } from './archetypes.js';
import { requestSpec, type IoRequests } from './io/requests.js';
import type { EndedThread, StagedProcess, StagedThread, UserMode } from './stage.js';
import type { UserImages } from './user-images.js';
import { moduleOf } from './user-mode.js';
import type { WaitMaker, WaitObject } from './wait-objects.js';

const FIRST_PROCESSOR = 0;
const CLOCK_TICK = 156_250n; // 100 ns
const TICKS_A_MINUTE = 3840;
const NORMAL = 8; // base priority of the class
const HIGHEST_DYNAMIC = 15;
/** What threads that have ended did, which the lab chooses: parts of their process's life, time in 100 ns, switches. */
const LIVES = 100;
const LEAST_RUN = 2000;
const MOST_RUN = 50_000;
const MOST_SWITCHES = 40;
const EXIT_STATUS = 0;
/** What runs a thread of the kernel's start routine, and what the lab's such routines are given. */
const STARTUP = 'nt!PspSystemThreadStartup';
const NO_CONTEXT = 0n;
const NO_TRAP_FRAME = 0n;
/** What calls win32k from user mode. */
const WIN32K_STUBS = 'win32u!';
/** KPROCESSOR_MODE. */
const WAIT_MODES = { Kernel: 0, User: 1 };
/** Makes threads as their archetypes have them. */
export class ThreadMaker {
  /** Kernel stacks by archetype. */
  readonly #plans = new Map<string, StackPlan>();
  readonly #kernel: Kernel;
  readonly #ids: ClientIds;
  readonly #user: UserImages;
  readonly #requests: IoRequests;

  constructor(kernel: Kernel, ids: ClientIds, user: UserImages, requests: IoRequests) {
    this.#kernel = kernel;
    this.#ids = ids;
    this.#user = user;
    this.#requests = requests;
  }

  /**
   * Creates a thread of the attached process, stack, wait blocks and user mode's side included; `peb` is 0 where it has
   * none. It has waited for a while, unless it is a new one. Threads that are in a call to win32k have windows, others
   * where `hasWindows` says so.
   */
  create(
    process: StagedProcess,
    archetypeName: string,
    peb: bigint,
    waits: WaitMaker,
    isNew = false,
    hasWindows = false,
  ): StagedThread {
    const { core, loaded } = this.#kernel;
    const { exports } = core;
    const archetype = findArchetype(archetypeName);
    const isUser = archetype.userCall !== undefined;
    if (isUser !== (peb !== 0n))
      throw new Error(`${process.name} cannot have a thread of kind ${archetypeName}`);
    const start = isUser ? this.#user.address('ntdll!RtlUserThreadStart') : loaded.address(archetype.start!);
    const path = process.program.path;
    const userStack = isUser ? this.#user.nextStack(process, archetypeName) : undefined;
    const userStart = userStack ? this.#user.modulesOf(path).address(userStack.start) : 0n;
    const tid = this.#ids.next();
    const thread = exports.threadCreate(
      process.address,
      tid,
      start,
      userStart,
      isUser ? userPriority(process, archetype) : archetype.priority,
      isUser,
      0n,
    );
    const name = threadName(process.program.path, archetypeName, process.threads.length);
    if (name !== undefined) this.#name(thread, name);
    if (hasWindows || archetype.userCall?.startsWith(WIN32K_STUBS)) exports.threadBecomeGui(thread);
    const userMode = userStack
      ? this.#user.enterService(process, thread, peb, archetype.userCall!, userStack)
      : undefined;
    if (archetype.running) return this.#runningThread(process, thread, tid, archetypeName, userMode!);
    const plan = this.#plan(archetypeName, archetype);
    exports.stackBegin(thread, userMode?.trapFrameEnd ?? 0n, 0n);
    exports.stackLayOutWaiting(thread, plan.put(core));
    const waitObjects =
      this.#requestOf(process, thread, archetype, userMode) ?? waits.forThread(thread, archetype, isUser);
    core.putList(waitObjects.map(({ address }) => address));
    exports.waitBegin(
      thread,
      waitObjects.length,
      this.#kernel.profile.enums._KWAIT_REASON[archetype.waitReason]!,
      WAIT_MODES[archetype.waitMode],
      archetype.alertable ?? false,
      isNew ? this.#now() : this.#waitsSince(tid),
    );
    const routine = archetype.userApc ? this.#user.apcRoutine(path) : undefined;
    if (routine !== undefined)
      exports.threadQueueApc(thread, this.#user.address('ntdll!RtlDispatchAPC'), routine);
    return {
      tid,
      address: thread,
      archetype: archetypeName,
      ...(name === undefined ? {} : { name }),
      state: 'Waiting',
      waitReason: archetype.waitReason,
      waitObjects,
      stack: plan.names,
      ...(userMode ? { userMode } : {}),
    };
  }

  /** Lays out the stack of a thread again that has touched an address: of its page fault nothing else was known before. */
  layOutFault({ archetype, address }: StagedThread, touched: bigint): void {
    const { core, loaded } = this.#kernel;
    core.exports.stackBegin(address, NO_TRAP_FRAME, 0n);
    const { stack } = findArchetype(archetype!);
    core.exports.stackLayOutWaiting(address, StackPlan.waiting(loaded, stack, touched).put(core));
  }

  /**
   * Creates the threads of a process of the kernel that others of its are in the middle of creating: the process has them
   * on its lists, and no processor knows them yet.
   */
  createUnstarted(process: StagedProcess): void {
    for (const { archetype, tid } of [...process.threads]) {
      const { creates } = findArchetype(archetype!);
      if (creates !== undefined) process.threads.push(this.#unstarted(process, creates, tid));
    }
  }

  /** `creator` is the id of the thread that creates it, which has waited since the new one was on its process's lists. */
  #unstarted(process: StagedProcess, archetypeName: string, creator: number): StagedThread {
    const { core, loaded, start } = this.#kernel;
    const { exports } = core;
    const { start: routine, priority, stack } = findArchetype(archetypeName);
    const [entry] = stack;
    const tid = this.#ids.next();
    const address = loaded.address(routine!);
    const thread = exports.threadCreate(process.address, tid, address, 0n, priority, false, 0n);
    const created = start.bootTime + BigInt(this.#waitsSince(creator)) * CLOCK_TICK;
    exports.threadLeaveUninserted(thread, created);
    exports.stackLayOutStart(thread, loaded.address(entry!), loaded.address(STARTUP), address, NO_CONTEXT);
    return {
      tid,
      address: thread,
      archetype: archetypeName,
      state: 'Initialized',
      waitReason: undefined,
      waitObjects: [],
      stack,
    };
  }

  /** Creates a worker thread of a program that ended a while after its process had started; `index` tells it from others. */
  createEnded(process: StagedProcess, index: number): EndedThread {
    const { exports } = this.#kernel.core;
    const tid = this.#ids.next();
    const { path } = process.program;
    const dice = new Dice(`ended thread ${tid} ${index}`);
    const now = this.#kernel.start.bootTime + this.#kernel.start.uptime;
    const lived = ((now - exports.clockNow()) * BigInt(1 + dice.below(LIVES))) / BigInt(2 * LIVES);
    const exitTime = exports.clockNow() + lived;
    const address = exports.threadCreateEnded(
      process.address,
      tid,
      this.#user.address('ntdll!RtlUserThreadStart'),
      this.#user.modulesOf(path).address(`${moduleOf(path)}!WorkerThread`),
      NORMAL,
      exitTime,
      EXIT_STATUS,
      BigInt(LEAST_RUN + dice.below(MOST_RUN)),
      2 + dice.below(MOST_SWITCHES),
    );
    return { tid, address, exitTime, exitStatus: EXIT_STATUS };
  }

  /** Lets a thread of an archetype that is in the middle of an operation have its request pending; what it waits for. */
  #requestOf(
    process: StagedProcess,
    thread: bigint,
    { request }: ThreadArchetype,
    userMode: UserMode | undefined,
  ): WaitObject[] | undefined {
    if (request === undefined || !this.#requests.target(requestSpec(request))) return undefined;
    const requester = { process: process.address, thread, ...(userMode ? { rsp: userMode.rsp } : {}) };
    const file = `\\${process.name.replace(/\.\w*$/, '')}.${process.pid}`;
    const { file: opened } = this.#requests.pend(requestSpec(request), requester, file);
    return [{ address: this.#kernel.core.exports.fileEvent(opened!), type: 'Event', isInside: true }];
  }

  /** Clock tick at which a thread began to wait: within the last minute, each at a time of its own. */
  #waitsSince(tid: number): number {
    const now = Number(this.#kernel.start.uptime / CLOCK_TICK);
    return Math.max(0, now - ((tid * 2654435761) % TICKS_A_MINUTE));
  }

  /** Clock ticks since boot. */
  #now(): number {
    const { core, start } = this.#kernel;
    return Number((core.exports.clockNow() - start.bootTime) / CLOCK_TICK);
  }

  /** The kernel stack of an archetype's threads: the same for all of them. */
  #plan(name: string, { stack, faultAddress }: ThreadArchetype): StackPlan {
    let plan = this.#plans.get(name);
    if (!plan) {
      plan = StackPlan.waiting(this.#kernel.loaded, stack, BigInt(faultAddress ?? 0));
      this.#plans.set(name, plan);
    }
    return plan;
  }

  #name(thread: bigint, name: string): void {
    const { core } = this.#kernel;
    const [bytes] = core.putTexts({ text: name, wide: true });
    core.exports.threadSetName(thread, core.exports.exchangeBuffer(), bytes!);
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
      processor: FIRST_PROCESSOR,
      waitReason: undefined,
      waitObjects: [],
      stack: [],
      userMode,
    };
  }
}

/** Archetypes' priorities are those of a process of the class Normal; others have theirs shifted likewise. */
function userPriority({ basePriority }: StagedProcess, { priority }: ThreadArchetype): number {
  return Math.min(HIGHEST_DYNAMIC, Math.max(1, priority + basePriority - NORMAL));
}
