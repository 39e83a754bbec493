import { transfer } from 'comlink';
import { PreparedImages } from '../images/prepared/prepared-images.js';
import { LabMachine } from '../lab-machine.js';
import type { Lab } from '../labs/index.js';
import { readProcessTexts } from '../machine/process-readings.js';
import type { SizeName } from '../machine/size.js';
import type { EventFile } from '../livedump/event-log.js';
import { NoMemoryError } from '../world/process-begin.js';
import type { ServiceControl, ServiceResult } from '../world/service-control.js';
import { servicesOf, type ServiceInfo } from '../world/services.js';
import { StartupApps, type StartupApp } from '../world/startup-apps.js';
import { Disk } from './disk.js';
import type * as dumpEngine from './dump-engine.js';
import type { DumpJob } from './dump-job.js';
import { firstFiles } from './first-files.js';
import { readHardware } from './hardware.js';
import { LatestProgress } from './latest-progress.js';
import { SampleWriter, type SampleMessage } from './sample-message.js';
import { Sampler } from './sampler.js';
import { expandFolder, LIVE_KERNEL_DUMPS, TEMP } from './folders.js';
import type { MemoryInspector } from './memory-inspector.js';
import type { ProcessDumpJob } from './process-dump-job.js';
import type {
  ActionResult,
  AddressWalk,
  BootOptions,
  BugCheckInfo,
  CaptureOutcome,
  CaptureProgress,
  CaptureRequest,
  FileEntry,
  FrameDetails,
  FrameMap,
  FrameView,
  MachineInfo,
  ProcessAction,
  ProcessCaptureRequest,
  SimApi,
  RunResult,
  TellProgress,
  WaitChain,
} from './sim-api.js';

/** How long after the boot what makes dumps is loaded, when nobody has asked for it before. */
const DUMP_ENGINE_MS = 2000;

/** The machine behind the page. */
export class LabWorker implements SimApi {
  #machine: LabMachine | undefined;
  #sampler: Sampler | undefined;
  readonly #samples = new SampleWriter();
  #job: DumpJob | ProcessDumpJob | undefined;
  #disk: Disk | undefined;
  #engine: Promise<typeof dumpEngine> | undefined;
  #inspector: MemoryInspector | undefined;
  readonly #startupApps = new StartupApps();

  async boot({ scenario, seed, profile, machine: size }: BootOptions): Promise<MachineInfo> {
    const { core, images } = firstFiles();
    const prepared = images.then((bytes) => bytes && new PreparedImages(bytes));
    prepared.catch(() => undefined); // A boot that fails before says why itself.
    const options = {
      scenario,
      seed,
      ...(profile === undefined ? {} : { profile }),
      // The machine refuses a name that is none.
      ...(size === undefined ? {} : { machine: size as SizeName }),
    };
    const machine = await LabMachine.boot(core, options, prepared);
    const { computerName, userName } = machine.profile.system;
    this.#machine = machine;
    this.#sampler = new Sampler(machine);
    this.#disk = new Disk();
    // Should the browser not let it, the next visit tries again.
    this.#disk.removeUnfinished().catch(() => undefined);
    // Once the page has shown the machine. Who asks for a dump hears when it could not be loaded.
    setTimeout(() => this.#dumpEngine().catch(() => undefined), DUMP_ENGINE_MS);
    return {
      scenario: machine.scenario.name,
      seed: machine.seed,
      build: machine.profile.build,
      processors: machine.kernel.hardware.processors,
      memory: machine.kernel.hardware.memory,
      computerName,
      userName,
      liveKernelDumpFolder: expandFolder(LIVE_KERNEL_DUMPS, userName),
      hardware: readHardware(machine),
    };
  }

  async sample(elapsedMs: number): Promise<SampleMessage> {
    // Time stands still for the moment in which a dump has the processors corralled, and for good after a bug check.
    const machine = this.#running();
    if (!machine.isAtRest && !machine.bugCheck) machine.advance(elapsedMs);
    const message = this.#samples.write(this.#sampler!.sample());
    return transfer(message, [message.who.buffer, message.states.buffer, message.numbers.buffer]);
  }

  async act(pid: number, action: ProcessAction, administrator: boolean): Promise<ActionResult> {
    return this.#running().act(pid, action, administrator);
  }

  async bugCheck(): Promise<BugCheckInfo | undefined> {
    const machine = this.#running();
    const { bugCheck } = machine;
    if (!bugCheck) return undefined;
    const { imagePath } = readProcessTexts(machine.kernel.core, bugCheck.parameters[0]);
    return { ...bugCheck, imageName: imagePath.slice(imagePath.lastIndexOf('\\') + 1) };
  }

  async run(typed: string, elevated: boolean): Promise<RunResult> {
    try {
      return this.#running().run(typed, elevated) ? 'done' : 'unknown';
    } catch (error) {
      if (error instanceof NoMemoryError) return 'no-memory';
      throw error;
    }
  }

  async affinity(pid: number): Promise<number[]> {
    return this.#running().affinity(pid);
  }

  async waitChains(pid: number): Promise<WaitChain[]> {
    return this.#running().waitChains(pid);
  }

  async capture(request: CaptureRequest, onProgress: TellProgress): Promise<CaptureOutcome> {
    const machine = this.#running();
    const { DumpJob } = await this.#dumpEngine();
    const folder = expandFolder(LIVE_KERNEL_DUMPS, machine.profile.system.userName);
    const job = new DumpJob(machine, this.#disk!, folder);
    return this.#asJob(job, onProgress, (tell) => job.run(request, tell));
  }

  async captureProcess(request: ProcessCaptureRequest, onProgress: TellProgress): Promise<CaptureOutcome> {
    const machine = this.#running();
    const { ProcessDumpJob } = await this.#dumpEngine();
    const folder = expandFolder(TEMP, machine.profile.system.userName);
    const job = new ProcessDumpJob(machine, this.#disk!, folder);
    return this.#asJob(job, onProgress, (tell) => job.run(request, tell));
  }

  /** Runs a job so that it can be cancelled. The machine itself refuses a second dump while one is being made. */
  async #asJob(
    job: DumpJob | ProcessDumpJob,
    onProgress: TellProgress,
    run: (tell: (progress: CaptureProgress) => void) => Promise<CaptureOutcome>,
  ): Promise<CaptureOutcome> {
    const isOnly = !this.#job;
    if (isOnly) this.#job = job;
    const progress = new LatestProgress(onProgress);
    try {
      return await run((latest) => progress.set(latest));
    } finally {
      progress.end();
      if (isOnly) this.#job = undefined;
    }
  }

  async cancelCapture(): Promise<void> {
    await this.#engine; // A dump that waits for it begins first.
    this.#job?.cancel();
  }

  async listFiles(folder: string): Promise<FileEntry[]> {
    return this.#disk!.list(folder);
  }

  async readFile(path: string): Promise<Blob> {
    return this.#disk!.read(path);
  }

  async fileHandle(path: string): Promise<FileSystemFileHandle> {
    return this.#disk!.handle(path);
  }

  async deleteFile(path: string): Promise<void> {
    await this.#disk!.delete(path);
  }

  async renameFile(path: string, name: string): Promise<string> {
    return this.#disk!.rename(path, name);
  }

  async addFile(folder: string, name: string, bytes: Blob): Promise<string> {
    const { addFile } = await import('./add-file.js');
    return addFile(this.#disk!, folder, name, bytes);
  }

  async liveDumpEvents(): Promise<EventFile> {
    const machine = this.#running();
    await this.#dumpEngine();
    return machine.liveDumpEvents;
  }

  async controlService(
    name: string,
    control: ServiceControl,
    administrator: boolean,
  ): Promise<ServiceResult> {
    return this.#running().control(name, control, administrator);
  }

  async services(): Promise<ServiceInfo[]> {
    return servicesOf(this.#running().stage);
  }

  async startupApps(): Promise<StartupApp[]> {
    return this.#startupApps.list;
  }

  async setStartupApp(program: string, enabled: boolean): Promise<StartupApp[]> {
    this.#startupApps.setEnabled(program, enabled);
    return this.#startupApps.list;
  }

  async labs(): Promise<readonly Lab[]> {
    return (await import('../labs/index.js')).LABS;
  }

  async gradeAnswer(name: string, id: string, answer: string): Promise<boolean> {
    const machine = this.#running();
    const { LABS, isRight } = await import('../labs/index.js');
    const lab = LABS.find((candidate) => candidate.name === name);
    const task = lab?.tasks.find((candidate) => candidate.id === id);
    if (!task || lab?.scenario !== machine.scenario.name)
      throw new RangeError(`This machine is not the lab's "${name}", or it has no task "${id}".`);
    return isRight(task, answer, machine.events);
  }

  async memoryMap(view: FrameView): Promise<FrameMap> {
    return (await this.#memory()).map(view);
  }

  async memoryFrame(pfn: number): Promise<FrameDetails> {
    return (await this.#memory()).frame(pfn);
  }

  async memoryWalk(pid: number, address: bigint): Promise<AddressWalk> {
    return (await this.#memory()).walk(pid, address);
  }

  async #memory(): Promise<MemoryInspector> {
    const { MemoryInspector } = await import('./memory-inspector.js');
    return (this.#inspector ??= new MemoryInspector(this.#running()));
  }

  async symbolsZip(): Promise<Blob> {
    const machine = this.#running();
    const { symbolsZip } = await import('./symbols-zip.js');
    return symbolsZip(await machine.symbols(), new Date(machine.bootTime));
  }

  async pdbsZip(): Promise<Blob> {
    const machine = this.#running();
    const { symbolsZip } = await import('./symbols-zip.js');
    const pdbs = [...(await machine.symbols())].filter(({ path }) => path.endsWith('.pdb'));
    return symbolsZip(pdbs, new Date(machine.bootTime));
  }

  /** Loads what makes dumps, and gives it to the machine. Tried again when it failed: the network may be back. */
  #dumpEngine(): Promise<typeof dumpEngine> {
    const machine = this.#running();
    this.#engine ??= import('./dump-engine.js').then(
      (engine) => {
        machine.equip(engine.Dumps);
        return engine;
      },
      (error: unknown) => {
        this.#engine = undefined;
        throw error;
      },
    );
    return this.#engine;
  }

  #running(): LabMachine {
    if (!this.#machine) throw new Error('The machine has not been booted yet.');
    return this.#machine;
  }
}
