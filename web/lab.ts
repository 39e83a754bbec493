import type {
  ActionResult,
  AddressWalk,
  BootOptions,
  BugCheckInfo,
  EventFile,
  FileEntry,
  FrameDetails,
  FrameMap,
  FrameView,
  LabText,
  MachineInfo,
  ProcessAction,
  RunResult,
  ServiceControl,
  ServiceResult,
  WaitChain,
  ServiceInfo,
  StartupApp,
} from '../sim/worker/sim-api.js';
import { Sampler } from './sampler.js';
import { SimClient } from './sim-client.js';
import { dumpCatalogue } from './storage/dump-catalogue.js';
import type { SettingsStore } from './storage/settings.js';
import { Store } from './storage/store.js';
import { DumpFlow } from './task-manager/dump/dump-flow.js';
import { PerformanceStore } from './task-manager/performance/performance-store.js';

/** The machine's disk, as File Explorer uses it. */
export interface Disk {
  list(folder: string): Promise<FileEntry[]>;
  read(path: string): Promise<Blob>;
  /** The file itself, for who reads it in a worker. */
  handle(path: string): Promise<FileSystemFileHandle>;
  delete(path: string): Promise<void>;
  /** Gives a file another name in its folder; resolves with its path then. */
  rename(path: string, name: string): Promise<string>;
  /** Copies a file of the user's to a folder; resolves with its path. */
  add(folder: string, file: File): Promise<string>;
  symbolsZip(): Promise<Blob>;
  pdbsZip(): Promise<Blob>;
}

/** What Task Manager does to processes and asks of them, on behalf of whom it runs as. */
export interface ProcessControl {
  act(pid: number, action: ProcessAction): Promise<ActionResult>;
  affinity(pid: number): Promise<number[]>;
  waitChains(pid: number): Promise<WaitChain[]>;
  /** Runs what was typed, `elevated` with the user's full rights. */
  run(typed: string, elevated: boolean): Promise<RunResult>;
}

/** What starts with the user's session. */
export interface Startup {
  read(): Promise<StartupApp[]>;
  setEnabled(program: string, enabled: boolean): Promise<StartupApp[]>;
}

/** The machine's physical memory, for who looks at it. */
export interface PhysicalMemory {
  map(view: FrameView): Promise<FrameMap>;
  frame(pfn: number): Promise<FrameDetails>;
  walk(pid: number, address: bigint): Promise<AddressWalk>;
}

/** Labs: their texts, and who tells whether an answer is right. */
export interface LabCourse {
  list(): Promise<readonly LabText[]>;
  grade(lab: string, task: string, answer: string): Promise<boolean>;
}

/** A running machine with everything that its programs share. Leaf elements get parts of it, never all. */
export class Lab {
  readonly machine: MachineInfo;
  readonly sampler: Sampler;
  readonly dumpFlow: DumpFlow;
  readonly performance: PerformanceStore;
  readonly disk: Disk;
  readonly processes: ProcessControl;
  readonly services: () => Promise<ServiceInfo[]>;
  /** Starts, stops or restarts a service, on behalf of whom Task Manager runs as. */
  readonly controlService: (name: string, control: ServiceControl) => Promise<ServiceResult>;
  readonly startup: Startup;
  readonly memory: PhysicalMemory;
  readonly course: LabCourse;
  /** What has stopped the machine; null while it runs. */
  readonly bugCheck = new Store<BugCheckInfo | null>(null);
  /** What the machine has logged of its live dumps. */
  readonly liveDumpEvents: () => Promise<EventFile>;

  private constructor(
    client: SimClient,
    readonly settings: SettingsStore,
  ) {
    const { api, machine } = client;
    this.machine = machine;
    this.liveDumpEvents = () => api.liveDumpEvents();
    this.services = () => api.services();
    this.controlService = async (name, control) => {
      const result = await api.controlService(name, control, settings.value.runAs === 'administrator');
      await this.sampler.refresh();
      return result;
    };
    this.startup = {
      read: () => api.startupApps(),
      setEnabled: (program, enabled) => api.setStartupApp(program, enabled),
    };
    this.course = {
      list: () => api.labs(),
      grade: (lab, task, answer) => api.gradeAnswer(lab, task, answer),
    };
    this.memory = {
      map: (view) => api.memoryMap(view),
      frame: (pfn) => api.memoryFrame(pfn),
      walk: (pid, address) => api.memoryWalk(pid, address),
    };
    this.dumpFlow = new DumpFlow({
      capture: (request, onProgress) => {
        const administrator = settings.value.runAs === 'administrator';
        return client.capture({ ...request, administrator }, onProgress);
      },
      captureProcess: (pid, onProgress) =>
        client.captureProcess({ pid, administrator: settings.value.runAs === 'administrator' }, onProgress),
      cancel: () => api.cancelCapture(),
      onCreated: (kind, { path, bytes, pages, time }) =>
        dumpCatalogue.add({
          path,
          kind,
          bytes,
          pages,
          time,
          scenario: machine.scenario,
          seed: machine.seed,
        }),
    });
    this.sampler = new Sampler((elapsedMs) => client.sample(elapsedMs));
    this.processes = {
      act: async (pid, action) => {
        const result = await api.act(pid, action, settings.value.runAs === 'administrator');
        if (result === 'bug-check') this.bugCheck.set((await api.bugCheck()) ?? null);
        await this.sampler.refresh();
        return result;
      },
      affinity: (pid) => api.affinity(pid),
      waitChains: (pid) => api.waitChains(pid),
      run: async (typed, elevated) => {
        const result = await api.run(typed, elevated);
        await this.sampler.refresh();
        return result;
      },
    };
    this.performance = new PerformanceStore(this.sampler);
    this.disk = {
      list: async (folder) => {
        const [files, records] = await Promise.all([api.listFiles(folder), dumpCatalogue.all()]);
        // The browser dates files by its own clock; on this machine the machine's counts.
        return files.map((file) => ({ ...file, modified: records.get(file.path)?.time ?? file.modified }));
      },
      read: (path) => api.readFile(path),
      handle: (path) => api.fileHandle(path),
      delete: async (path) => {
        await api.deleteFile(path);
        await dumpCatalogue.remove(path);
      },
      rename: async (path, name) => {
        const renamed = await api.renameFile(path, name);
        await dumpCatalogue.move(path, renamed);
        return renamed;
      },
      add: async (folder, file) => {
        const path = await api.addFile(folder, file.name, file);
        const time = this.sampler.value?.time ?? 0;
        await dumpCatalogue.add({ path, kind: 'given', bytes: file.size, time });
        return path;
      },
      symbolsZip: () => api.symbolsZip(),
      pdbsZip: () => api.pdbsZip(),
    };
  }

  /** @throws Error with a sentence for the user. */
  static async start(options: BootOptions, settings: SettingsStore): Promise<Lab> {
    const lab = new Lab(await SimClient.start(options), settings);
    await lab.sampler.start(settings.value.updateSpeed);
    settings.subscribe(() => lab.sampler.setSpeed(settings.value.updateSpeed));
    return lab;
  }
}
