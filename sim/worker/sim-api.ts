import type { BugCheck } from '../machine/bug-check.js';
import type { EventFile } from '../livedump/event-log.js';
import type { Lab } from '../labs/index.js';
import type { Phase } from '../livedump/live-dump.js';
import type { DumpKind } from '../livedump/options.js';
import type { AbsentPage, AddressWalk, WalkStep } from '../machine/address-walk.js';
import type { FrameMap, FrameView } from '../machine/frame-map.js';
import type { WaitChain } from '../machine/wait-chain.js';
import type { ActionResult, ProcessAction } from '../world/process-control.js';
import type { ServiceControl, ServiceResult } from '../world/service-control.js';
import type { ServiceInfo } from '../world/services.js';
import type { StartupApp } from '../world/startup-apps.js';
import type { FrameDetails } from './memory-inspector.js';
import type { SampleMessage } from './sample-message.js';

export type { ActionResult, EventFile, ProcessAction, ServiceInfo, StartupApp, WaitChain };
export type { Lab as LabText, ServiceControl, ServiceResult };
export type { AbsentPage, AddressWalk, FrameDetails, FrameMap, FrameView, WalkStep };
export { SampleReader } from './sample-message.js';

/** `unknown`: no program has that name; `no-memory`: too little memory is left to start it. */
export type RunResult = 'done' | 'unknown' | 'no-memory';

/** What the page may ask of the machine. Implemented by the worker; the page holds only a Comlink proxy of it. */
export interface SimApi {
  /** Boots a machine; resolves when it runs. Rejects with a sentence for the user when an option is bad. */
  boot(options: BootOptions): Promise<MachineInfo>;
  /**
   * One reading of the emulated kernel's structures for Task Manager. Advances the machine's clock by `elapsedMs`. A
   * `SampleReader` makes a `Sample` of it.
   */
  sample(elapsedMs: number): Promise<SampleMessage>;
  /** Does something to a process on behalf of who is logged on. */
  act(pid: number, action: ProcessAction, administrator: boolean): Promise<ActionResult>;
  /** Runs a program by its name or path, as who is logged on or, `elevated`, with full rights. */
  run(typed: string, elevated: boolean): Promise<RunResult>;
  /** Numbers of the processors that a process may run on. */
  affinity(pid: number): Promise<number[]>;
  /** Chains of threads that wait for each other, from a process's threads on. */
  waitChains(pid: number): Promise<WaitChain[]>;
  /** Asks the machine for a live kernel dump and streams it to the emulated machine's disk (OPFS). */
  capture(request: CaptureRequest, onProgress: TellProgress): Promise<CaptureOutcome>;
  /** Asks for a dump of one process's memory, which goes to the user's Temp folder. */
  captureProcess(request: ProcessCaptureRequest, onProgress: TellProgress): Promise<CaptureOutcome>;
  /** Asks the running capture to stop at its next step or piece; its promise then resolves with `cancelled`. */
  cancelCapture(): Promise<void>;
  /** What has stopped the machine; undefined while it runs. */
  bugCheck(): Promise<BugCheckInfo | undefined>;
  /** Files on the emulated machine's disk that hold real bytes. */
  listFiles(folder: string): Promise<FileEntry[]>;
  /** The bytes, backed by disk: nothing is read until the caller reads it. */
  readFile(path: string): Promise<Blob>;
  /** The file itself, for another worker to read. */
  fileHandle(path: string): Promise<FileSystemFileHandle>;
  deleteFile(path: string): Promise<void>;
  /** Gives a file another name in its folder; resolves with its path then. */
  renameFile(path: string, name: string): Promise<string>;
  /** Copies a file of the user's to a folder, under a name that is free there; resolves with its path. */
  addFile(folder: string, name: string, bytes: Blob): Promise<string>;
  /** What the machine has logged of its live dumps, oldest first. */
  liveDumpEvents(): Promise<EventFile>;
  /** Every service that the machine has; which of them runs is told by the processes that host them. */
  services(): Promise<ServiceInfo[]>;
  /** Starts, stops or restarts a service. */
  controlService(name: string, control: ServiceControl, administrator: boolean): Promise<ServiceResult>;
  /** What starts with the user's session. */
  startupApps(): Promise<StartupApp[]>;
  /** Lets a program start with the next session or not; resolves with all as they then are. */
  setStartupApp(program: string, enabled: boolean): Promise<StartupApp[]>;
  /** The labs that come with the machine. */
  labs(): Promise<readonly Lab[]>;
  /** Whether an answer to a lab's task is right on this machine, which must run the lab's scenario. */
  gradeAnswer(lab: string, task: string, answer: string): Promise<boolean>;
  /** What the frames of physical memory are, by cells. */
  memoryMap(view: FrameView): Promise<FrameMap>;
  /** One frame: its entry in the PFN database, whose it is, its bytes. Rejects when there is no such number. */
  memoryFrame(pfn: number): Promise<FrameDetails>;
  /** How a processor that runs a process translates an address. Rejects when there is no such process. */
  memoryWalk(pid: number, address: bigint): Promise<AddressWalk>;
  /** Symbol store of the machine's images as a zip: `ntkrnlmp.pdb/<GUID+age>/ntkrnlmp.pdb`, `ntoskrnl.exe/<stamp+size>/ntoskrnl.exe`, … */
  symbolsZip(): Promise<Blob>;
  /** The PDBs of it alone, which is what a debugger with a dump needs. */
  pdbsZip(): Promise<Blob>;
}

export interface BootOptions {
  scenario: string;
  seed: number;
  /** Windows build: the name of a profile. */
  profile?: string;
  /** The name of a size. */
  machine?: string;
}

export interface MachineInfo {
  scenario: string;
  seed: number;
  build: number;
  processors: number;
  /** Physical memory, bytes. */
  memory: number;
  computerName: string;
  userName: string;
  /** Folder that live kernel dumps are written to, environment variables expanded. */
  liveKernelDumpFolder: string;
  hardware: HardwareInfo;
}

/** Why the machine has stopped: a process that it cannot do without was ended. */
export interface BugCheckInfo extends BugCheck {
  /** The program of the process that its first parameter points to. */
  imageName: string;
}

/** What the machine is made of. Sizes in bytes. A device is `undefined` where the machine has none. */
export interface HardwareInfo {
  cpu: {
    name: string;
    baseMegahertz: number;
    sockets: number;
    cores: number;
    logicalProcessors: number;
    nodes: number;
    virtualization: boolean;
    /** Of the first, second and third level: all caches of the level together. */
    caches: number[];
  };
  memory: { installed: number; hardwareReserved: number };
  disk: { name: string; capacity: number; formatted: number; hasPageFile: boolean } | undefined;
  ethernet: string | undefined;
  /** With its place on the first PCI bus. */
  gpu: { name: string; device: number; function: number } | undefined;
  /** How long the firmware took before Windows began, ms; `undefined` where it does not tell. */
  firmwareMs: number | undefined;
}

/** One refresh of Task Manager. Every number was read from emulated memory. */
export interface Sample {
  /** Machine time, FILETIME in milliseconds since 1970 (UTC). */
  time: number;
  /** Percent of all processors that was not idle since the sample before. */
  cpuPercent: number;
  memoryTotal: number;
  memoryInUse: number;
  diskPercent: number;
  networkPercent: number;
  processes: ProcessRow[];
  /** The System Idle Process, which is on no list of processes; Details shows it. */
  idle: ProcessRow;
  performance: PerformanceSample;
}

/** What the Performance page shows of one moment. Sizes in bytes, rates in bytes a second. */
export interface PerformanceSample {
  /** Machine time, FILETIME in milliseconds since 1970 (UTC). */
  time: number;
  /** Milliseconds since boot. */
  uptime: number;
  /** Percent of all processors' time since the sample before that was not idle, and its part in kernel mode. */
  cpuPercent: number;
  kernelPercent: number;
  /** The same by logical processor. */
  processors: { node: number; percent: number; kernelPercent: number }[];
  /** The idle process and its threads count. */
  processes: number;
  threads: number;
  handles: number;
  memory: MemorySample;
  disk: {
    /** Percent of the time in which the disk was busy. */
    activePercent: number;
    /** Milliseconds that one operation took. */
    responseTime: number;
    bytesRead: number;
    bytesWritten: number;
  };
  /** What the network adapter sends and receives and what its link can take, bits a second; all 0 without one. */
  network: { sent: number; received: number; linkSpeed: number };
  /** Percent of the time in which the graphics adapter has worked. */
  gpuPercent: number;
}

export interface MemorySample {
  total: number;
  /** All that is neither available nor modified. */
  inUse: number;
  modified: number;
  standby: number;
  free: number;
  /** What the process of memory compression holds. */
  compressed: number;
  committed: number;
  commitLimit: number;
  pagedPool: number;
  nonPagedPool: number;
}

/** What stays as it is while a process lives. */
export interface ProcessIdentity {
  /** -1 for what has none. */
  pid: number;
  parentPid: number;
  /** EPROCESS.ImageFileName's full form, from the image path: `Taskmgr.exe`. */
  imageName: string;
  /** FileDescription of the image, which Task Manager shows as Name: `Task Manager`. */
  description: string;
  publisher: string;
  group: 'app' | 'background' | 'windows';
  sessionId: number;
  /** `System`, `System interrupts` and the like have no user mode: nobody can ask them to end. */
  canEnd: boolean;
  /** Windows stops when it ends. */
  critical: boolean;
  imagePath: string;
  /** Family name of the package that its program is of; empty for what is in none. */
  packageName: string;
  commandLine: string;
  /** Account of the user in its token, without a domain. */
  userName: string;
  /** Of that account: `NT AUTHORITY`, the computer's name; empty for an account that nobody knows. */
  userDomain: string;
  /** Of the processor that its program was made for; empty for what has no user mode. */
  architecture: 'x64' | 'x86' | '';
  /** BUILTIN\Administrators is enabled in its token. */
  elevated: boolean;
  virtualization: 'enabled' | 'disabled' | 'not allowed';
  /** Services that it hosts: name, and what the service manager displays. */
  services: readonly (readonly [name: string, displayName: string])[];
  /** 0 when it is in no job. */
  jobId: number;
}

/** What changes; sizes in bytes. Rates and deltas are those of the two readings before which time has passed. */
export interface ProcessNumbers {
  cpuPercent: number;
  /** Private working set, without that of what is suspended. */
  memory: number;
  /** Bytes a second. */
  disk: number;
  /** Bits a second. */
  network: number;
  /** Bytes that have come for its sockets. */
  bytesReceived: number;
  gpuPercent: number;
  threads: number;
  /** Seconds that its threads have run, by ticks of the clock. */
  cpuTime: number;
  workingSet: number;
  peakWorkingSet: number;
  workingSetDelta: number;
  privateWorkingSet: number;
  sharedWorkingSet: number;
  commit: number;
  pageFaults: number;
  pageFaultsDelta: number;
  /** EPROCESS.PriorityClass: 1 low, 2 normal, 3 high, 4 realtime, 5 below normal, 6 above normal, 0 none. */
  priorityClass: number;
  handles: number;
  readOperations: number;
  writeOperations: number;
  otherOperations: number;
  readTransfer: number;
  writeTransfer: number;
  otherTransfer: number;
}

/** One line of Processes and Details. */
export interface ProcessRow extends ProcessIdentity, ProcessNumbers {
  /** `not-responding`: a thread with windows has not looked after its messages for five seconds. */
  status: 'running' | 'suspended' | 'not-responding';
  /** The processor runs it with least power: KPROCESS.PpmPolicy. */
  throttled: boolean;
}

/** What Task Manager asks for. */
export interface CaptureRequest {
  kind: DumpKind;
  abortIfMemoryPressure: boolean;
  hypervisorPages: boolean;
  nonEssentialHypervisorPages: boolean;
  userPages: boolean;
  /** Whether the user is one, which a dump needs; what the scenario says when not given. */
  administrator?: boolean;
}

/** A dump of one process. */
export interface ProcessCaptureRequest {
  pid: number;
  /** Whether the user is one: a standard user may not read what runs above medium integrity. */
  administrator: boolean;
}

/** Tells how far a dump is; resolves when the listener wants to hear more. */
export type TellProgress = (progress: CaptureProgress) => Promise<void>;

export interface CaptureProgress {
  phase: Phase;
  pagesDone: number;
  /** 0 until the machine knows. */
  pagesTotal: number;
  bytesDone: number;
  bytesTotal: number;
}

/** `time` is the machine's when the dump was captured, milliseconds since 1970 (UTC). */
export type CaptureOutcome =
  | { result: 'created'; path: string; bytes: number; pages: number; time: number }
  | { result: 'cancelled' }
  | { result: 'failed'; status: string; message: string };

export interface FileEntry {
  name: string;
  path: string;
  folder: boolean;
  size: number;
  /** Milliseconds since 1970 (UTC). */
  modified: number;
}
