import type { LabMachine } from '../lab-machine.js';
import type { LiveDump } from '../livedump/live-dump.js';
import { LiveDumpError, statusText } from '../livedump/status.js';
import { UNFINISHED, type Disk, type DiskFile } from './disk.js';
import { breath, freeName, refusalOfDisk, writeDump } from './dump-file.js';
import type { CaptureOutcome, CaptureProgress, CaptureRequest } from './sim-api.js';

const NAME = 'livedump';

/** One live kernel dump on its way to the disk. */
export class DumpJob {
  readonly #machine: LabMachine;
  readonly #disk: Disk;
  readonly #folder: string;
  #dump: LiveDump | undefined;
  #isCancelled = false;

  constructor(machine: LabMachine, disk: Disk, folder: string) {
    this.#machine = machine;
    this.#disk = disk;
    this.#folder = folder;
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#dump?.cancel();
  }

  async run(
    { administrator, nonEssentialHypervisorPages, ...options }: CaptureRequest,
    onProgress: (progress: CaptureProgress) => void,
  ): Promise<CaptureOutcome> {
    const machine = this.#machine;
    let file: DiskFile | undefined;
    try {
      if (administrator !== undefined) machine.conditions = { ...machine.conditions, administrator };
      const dump = machine.requestDump({ ...options, nonessentialPages: nonEssentialHypervisorPages });
      this.#dump = dump;
      const name = await freeName(this.#disk, this.#folder, NAME);
      const path = `${this.#folder}\\${name}`;
      if (this.#isCancelled) dump.cancel();
      file = await this.#disk.create(`${path}${UNFINISHED}`);
      for (const phase of dump.steps()) {
        onProgress({ phase, pagesDone: 0, pagesTotal: 0, bytesDone: 0, bytesTotal: 0 });
        await breath();
      }
      const capture = dump.capture!;
      const { time } = machine;
      await writeDump(capture, machine, file, onProgress);
      await file.finish(name);
      return { result: 'created', path, bytes: capture.bytes, pages: capture.pages, time };
    } catch (error) {
      const failed = asLiveDumpError(error);
      if (this.#dump) machine.endCapture(failed?.situation);
      await file?.discard();
      return outcomeOf(failed, error);
    }
  }
}

/** What a failure is to the machine: the browser's storage is its disk. */
function asLiveDumpError(error: unknown): LiveDumpError | undefined {
  if (error instanceof LiveDumpError) return error;
  const situation = refusalOfDisk(error);
  return situation && new LiveDumpError(situation);
}

function outcomeOf(failed: LiveDumpError | undefined, error: unknown): CaptureOutcome {
  if (failed?.situation === 'cancelled') return { result: 'cancelled' };
  return {
    result: 'failed',
    status: failed ? `${failed.status} (${statusText(failed.code)})` : 'STATUS_UNSUCCESSFUL',
    message: (error instanceof DOMException && failed ? failed : (error as Error)).message,
  };
}
