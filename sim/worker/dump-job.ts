import { createSHA256 } from 'hash-wasm';
import type { LabMachine } from '../lab-machine.js';
import type { Capture } from '../livedump/capture.js';
import { UNFINISHED, type Disk, type DiskFile } from './disk.js';
import type { CaptureOutcome, CaptureProgress, CaptureRequest } from './sim-api.js';

const NAME = 'livedump';
const EXTENSION = '.DMP';

/** One live kernel dump on its way to the disk. */
export class DumpJob {
  readonly #machine: LabMachine;
  readonly #disk: Disk;
  readonly #folder: string;
  #cancelled = false;

  constructor(machine: LabMachine, disk: Disk, folder: string) {
    this.#machine = machine;
    this.#disk = disk;
    this.#folder = folder;
  }

  cancel(): void {
    this.#cancelled = true;
  }

  async run(
    request: CaptureRequest,
    onProgress: (progress: CaptureProgress) => void,
  ): Promise<CaptureOutcome> {
    const refusal = unsupported(request);
    if (refusal) return refusal;
    const name = await this.#freeName();
    const path = `${this.#folder}\\${name}`;
    let file: DiskFile | undefined;
    try {
      file = await this.#disk.create(`${path}${UNFINISHED}`);
      const capture = this.#machine.capture({ kind: 'full' });
      const sha256 = await this.#write(capture, file, onProgress);
      if (sha256 === undefined) {
        await file.discard();
        return { result: 'cancelled' };
      }
      await file.finish(name);
      return {
        result: 'created',
        path,
        bytes: capture.bytes,
        pages: capture.pages,
        sha256,
        time: this.#machine.time,
      };
    } catch (error) {
      await file?.discard();
      return failure(error);
    } finally {
      this.#machine.endCapture();
    }
  }

  /** Streams the dump; returns its hash, or nothing when it was cancelled. */
  async #write(
    capture: Capture,
    file: DiskFile,
    onProgress: (progress: CaptureProgress) => void,
  ): Promise<string | undefined> {
    const hash = await createSHA256();
    const progress = (phase: CaptureProgress['phase']) =>
      onProgress({
        phase,
        pagesDone: capture.pagesRead,
        pagesTotal: capture.pages,
        bytesDone: capture.bytesRead,
        bytesTotal: capture.bytes,
      });
    progress('capturing');
    for (let chunk = capture.next(); chunk; chunk = capture.next()) {
      hash.update(chunk);
      file.write(chunk);
      progress('writing');
      // Lets a cancel and Task Manager's next reading in.
      await breath();
      if (this.#cancelled) return undefined;
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

function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** What the capture cannot do yet, as the engine's answer. */
function unsupported(request: CaptureRequest): CaptureOutcome | undefined {
  const what =
    request.kind === 'stacks'
      ? 'Kernel stacks memory dumps'
      : request.userPages
        ? 'User pages'
        : request.hypervisorPages
          ? 'Hypervisor pages'
          : undefined;
  if (what === undefined) return undefined;
  return {
    result: 'failed',
    status: 'STATUS_NOT_SUPPORTED',
    message: `${what} are not supported by this version of the machine. Create a full live kernel memory dump with the default settings instead.`,
  };
}

function failure(error: unknown): CaptureOutcome {
  if (error instanceof DOMException && error.name === 'QuotaExceededError')
    return {
      result: 'failed',
      status: 'STATUS_DISK_FULL',
      message: 'There is not enough space on the disk. Delete older memory dumps, then try again.',
    };
  return { result: 'failed', status: 'STATUS_UNSUCCESSFUL', message: (error as Error).message };
}
