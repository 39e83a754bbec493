import type { LabMachine } from '../lab-machine.js';
import { readNetwork, type NetworkReading } from '../machine/adapter-readings.js';
import { readProcessTexts, type ProcessReading } from '../machine/process-readings.js';
import { accountOf, SYSTEM_ACCOUNT } from '../world/objects/accounts.js';
import { PPM_THROTTLE } from '../world/process-control.js';
import { packageOf } from '../world/objects/packages.js';
import { findProgram, programByPath } from '../world/programs.js';
import type { StagedProcess } from '../world/stage.js';
import { NO_NUMBERS } from './sample-message.js';
import type { ProcessIdentity, ProcessNumbers, ProcessRow } from './sim-api.js';

const PAGE = 4096;
const HZ_PER_MHZ = 1e6;
const PERCENT = 100;
const BITS = 8; // of a byte
const TICKS_PER_SECOND = 1e7; // of 100 ns
const SECONDS_PER_TICK = 0.015625;
const IDLE_PID = 0;
const SERVICES_SESSION = 0n;
/** After five seconds, as the documentation of IsHungAppWindow says; in ticks of the clock. */
const HUNG_TICKS = 320;
/** TokenFlags of ntifs.h: TOKEN_VIRTUALIZE_ALLOWED, TOKEN_VIRTUALIZE_ENABLED. */
const VIRTUALIZE_ALLOWED = 0x200n;
const VIRTUALIZE_ENABLED = 0x400n;

/** What has come between two readings of a process, per second where it is a rate. */
type Change = Pick<
  ProcessNumbers,
  'cpuPercent' | 'disk' | 'network' | 'gpuPercent' | 'workingSetDelta' | 'pageFaultsDelta'
>;

/** One list for all, so that who a process is can be told apart by `===`. */
const NO_SERVICES: ProcessIdentity['services'] = [];

/** Makes rows of readings. Two processes with one address, one id and one time of creation are the same. */
export class ProcessRows {
  readonly #machine: LabMachine;
  /** What the service manager and the shell know of processes, by id. */
  #staged: ReadonlyMap<number, StagedProcess> = new Map();
  readonly #identities = new Map<bigint, { createTime: bigint; identity: ProcessIdentity }>();
  #before = new Map<bigint, ProcessReading>();
  /** What the sockets of processes have received by now, and then. */
  #received: NetworkReading['byProcess'] = new Map();
  #receivedBefore: NetworkReading['byProcess'] = new Map();
  #changes = new Map<bigint, Change>();

  constructor(machine: LabMachine) {
    this.#machine = machine;
  }

  /** Rows of readings made `seconds` after those before; while time stands still rates stay as they were. */
  take(readings: readonly ProcessReading[], seconds: number): ProcessRow[] {
    this.#received = readNetwork(this.#machine.kernel.core).byProcess;
    this.#staged = new Map(this.#machine.stage.processes.map((process) => [process.pid, process]));
    if (seconds > 0) {
      this.#changes = new Map(readings.map((reading) => [reading.address, this.#change(reading, seconds)]));
      this.#before = new Map(readings.map((reading) => [reading.address, reading]));
      this.#receivedBefore = this.#received;
    }
    return readings.map((reading) => this.#row(reading));
  }

  /** Task Manager shows what interrupts and DPCs take as if it were a process. */
  static ofInterrupts(pid: number, cpuPercent: number): ProcessRow {
    const { description, publisher, group } = findProgram('System interrupts');
    return {
      ...NO_NUMBERS,
      pid,
      parentPid: 0,
      imageName: description,
      description,
      publisher,
      group,
      sessionId: 0,
      canEnd: false,
      critical: false,
      imagePath: '',
      packageName: '',
      commandLine: '',
      userName: SYSTEM_ACCOUNT.name,
      userDomain: SYSTEM_ACCOUNT.domain,
      architecture: '',
      elevated: true,
      virtualization: 'not allowed',
      services: NO_SERVICES,
      jobId: 0,
      status: 'running',
      throttled: false,
      cpuPercent,
    };
  }

  #change(now: ProcessReading, seconds: number): Change {
    const { hardware, profile } = this.#machine.kernel;
    const before = this.#before.get(now.address);
    const then = before?.createTime === now.createTime ? before : undefined;
    const capacity = profile.system.processorMHz * HZ_PER_MHZ * hardware.processors;
    const perSecond = (name: 'cycles' | 'bytesRead' | 'bytesWritten' | 'graphicsTime') =>
      Number(now[name] - (then?.[name] ?? 0n)) / seconds;
    const received = Number(this.#received.get(now.address) ?? 0n);
    // A socket that was closed takes what it has received with it.
    const receivedThen = then ? Number(this.#receivedBefore.get(now.address) ?? 0n) : 0;
    return {
      cpuPercent: (perSecond('cycles') / capacity) * PERCENT,
      disk: perSecond('bytesRead') + perSecond('bytesWritten'),
      network: (Math.max(0, received - receivedThen) * BITS) / seconds,
      gpuPercent: (perSecond('graphicsTime') / TICKS_PER_SECOND) * PERCENT,
      workingSetDelta: then ? Number(now.workingSetPages - then.workingSetPages) * PAGE : 0,
      pageFaultsDelta: then ? Number(now.pageFaults - then.pageFaults) : 0,
    };
  }

  #row(reading: ProcessReading): ProcessRow {
    const number = (name: keyof ProcessReading) => Number(reading[name]);
    const privateWorkingSet = number('privatePages') * PAGE;
    const workingSet = number('workingSetPages') * PAGE;
    const isSuspended = reading.frozen !== 0n;
    const identity = this.#identityOf(reading);
    // What a host runs changes with time.
    const staged = this.#staged.get(identity.pid);
    return {
      ...identity,
      services: staged?.spec.services ?? identity.services,
      description: staged?.spec.description ?? identity.description,
      ...NO_NUMBERS,
      ...this.#changes.get(reading.address),
      status: this.#statusOf(reading),
      throttled: Number(reading.ppmPolicy) === PPM_THROTTLE,
      memory: isSuspended ? 0 : privateWorkingSet,
      bytesReceived: Number(this.#received.get(reading.address) ?? 0n),
      threads: number('threads'),
      cpuTime: (number('kernelTicks') + number('userTicks')) * SECONDS_PER_TICK,
      workingSet,
      peakWorkingSet: number('peakWorkingSetPages') * PAGE,
      privateWorkingSet,
      sharedWorkingSet: workingSet - privateWorkingSet,
      commit: number('commitPages') * PAGE,
      pageFaults: number('pageFaults'),
      priorityClass: number('priorityClass'),
      handles: number('handles'),
      readOperations: number('readOperations'),
      writeOperations: number('writeOperations'),
      otherOperations: number('otherOperations'),
      readTransfer: number('readTransfer'),
      writeTransfer: number('writeTransfer'),
      otherTransfer: number('otherTransfer'),
    };
  }

  /** Windows asks of who runs on a desktop only: services have none. */
  #statusOf({ address, frozen, sessionId }: ProcessReading): ProcessRow['status'] {
    if (frozen !== 0n) return 'suspended';
    const { exports } = this.#machine.kernel.core;
    const isHung = sessionId !== SERVICES_SESSION && exports.processHungThread(address, HUNG_TICKS) !== 0n;
    return isHung ? 'not-responding' : 'running';
  }

  #identityOf(reading: ProcessReading): ProcessIdentity {
    const known = this.#identities.get(reading.address);
    // While time stands still, one that is started where another has just ended is of the same time.
    const isSame = known?.createTime === reading.createTime && known.identity.pid === Number(reading.pid);
    if (isSame) return known.identity;
    const identity = this.#identify(reading);
    this.#identities.set(reading.address, { createTime: reading.createTime, identity });
    return identity;
  }

  #identify(reading: ProcessReading): ProcessIdentity {
    const { core, profile } = this.#machine.kernel;
    const { imagePath, commandLine, userSid } = readProcessTexts(core, reading.address);
    const pid = Number(reading.pid);
    const program = programByPath(imagePath, pid);
    // The Idle process has no token of its own; Windows shows the system's account.
    const account = pid === IDLE_PID ? SYSTEM_ACCOUNT : accountOf(userSid, profile);
    const hasUserMode = program.path !== '';
    const staged = this.#staged.get(pid);
    return {
      pid,
      parentPid: Number(reading.parentPid),
      imageName: pid === IDLE_PID ? program.description : program.imageName,
      // For hosts of services the service manager knows more than the file's version resource.
      description: staged?.program.description ?? program.description,
      publisher: program.publisher,
      group: program.group,
      sessionId: Number(reading.sessionId),
      canEnd: hasUserMode,
      critical: reading.critical !== 0n,
      imagePath: program.path,
      packageName: packageOf(program.path),
      commandLine,
      userName: account.name,
      userDomain: account.domain,
      architecture: !hasUserMode ? '' : reading.wow64 !== 0n ? 'x86' : 'x64',
      elevated: reading.administrator !== 0n,
      virtualization: virtualizationOf(reading.tokenFlags),
      services: staged?.spec.services ?? NO_SERVICES,
      jobId: Number(reading.jobId),
    };
  }
}

function virtualizationOf(flags: bigint): ProcessIdentity['virtualization'] {
  if ((flags & VIRTUALIZE_ENABLED) !== 0n) return 'enabled';
  return (flags & VIRTUALIZE_ALLOWED) !== 0n ? 'disabled' : 'not allowed';
}
