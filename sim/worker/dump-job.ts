import type { LabMachine } from '../lab-machine.js';
import type { Capture } from '../livedump/capture.js';
import type { LiveDump } from '../livedump/live-dump.js';
import { LiveDumpError, statusText } from '../livedump/status.js';
import { UNFINISHED, type Disk, type DiskFile } from './disk.js';
import type { CaptureOutcome, CaptureProgress, CaptureRequest } from './sim-api.js';

const NAME = 'livedump';
const EXTENSION = '.DMP';
/** Names of the browser's exceptions that refuse a file. */
const REFUSALS = ['NoModificationAllowedError', 'NotAllowedError', 'SecurityError', 'InvalidStateError'];

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
      const name = await this.#freeName();
      const path = `${this.#folder}\\${name}`;
      if (this.#isCancelled) dump.cancel();
      file = await this.#disk.create(`${path}${UNFINISHED}`);
      for (const phase of dump.steps()) {
        onProgress({ phase, pagesDone: 0, pagesTotal: 0, bytesDone: 0, bytesTotal: 0 });
        await breath();
      }
      const capture = dump.capture!;
      const { time } = machine;
      const sha256 = await this.#write(capture, file, onProgress);
      await file.finish(name);
      return { result: 'created', path, bytes: capture.bytes, pages: capture.pages, sha256, time };
    } catch (error) {
      const failed = asLiveDumpError(error);
      if (this.#dump) machine.endCapture(failed?.situation);
      await file?.discard();
      return outcomeOf(failed, error);
    }
  }

  /** Streams the dump; returns its hash. */
  async #write(
    capture: Capture,
    file: DiskFile,
    onProgress: (progress: CaptureProgress) => void,
  ): Promise<string> {
    const { createSHA256 } = await import('hash-wasm');
    const hash = await createSHA256();
    for (let chunk = capture.next(); chunk; chunk = capture.next()) {
      hash.update(chunk);
      file.write(chunk);
      onProgress({
        phase: 'write',
        pagesDone: capture.pagesRead,
        pagesTotal: capture.pages,
        bytesDone: capture.bytesRead,
        bytesTotal: capture.bytes,
      });
      // Lets a cancel and Task Manager's next reading in.
      await breath();
    }
    return hash.digest('hex');
  }

  /** `livedump.DMP`, or the first of `livedump (2).DMP`, … that is free. */
  async #freeName(): Promise<string> {
    const taken = new Set((await this.#disk.list(this.#folder)).map(({ name }) => name.toLowerCase()));
    for (let number = 1; ; number++) {
      const name = `${NAME}${number === 1 ? '' : ` (${number})`}${EXTENSION}`;
      if (!taken.has(name.toLowerCase())) return name;
    }
  }
}

const channel = new MessageChannel();

/** Lets other messages of the worker in. A timer would wait: browsers make repeated ones take milliseconds. */
function breath(): Promise<void> {
  return new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(undefined);
  });
}

/** What a failure is to the machine: the browser's storage is its disk. */
function asLiveDumpError(error: unknown): LiveDumpError | undefined {
  if (error instanceof LiveDumpError) return error;
  if (!(error instanceof DOMException)) return undefined;
  if (error.name === 'QuotaExceededError') return new LiveDumpError('diskFull');
  return REFUSALS.includes(error.name) ? new LiveDumpError('accessDenied') : undefined;
}

function outcomeOf(failed: LiveDumpError | undefined, error: unknown): CaptureOutcome {
  if (failed?.situation === 'cancelled') return { result: 'cancelled' };
  return {
    result: 'failed',
    status: failed ? `${failed.status} (${statusText(failed.code)})` : 'STATUS_UNSUCCESSFUL',
    message: (error instanceof DOMException && failed ? failed : (error as Error)).message,
  };
}
