import type { LabMachine } from '../lab-machine.js';
import { LiveDumpError, statusText } from '../livedump/status.js';
import { imageNameOf } from '../machine/process-readings.js';
import { findProcess } from '../processdump/find-process.js';
import { ProcessDumpError } from '../processdump/refusal.js';
import { UNFINISHED, type Disk, type DiskFile } from './disk.js';
import { freeName, refusalOfDisk, writeDump } from './dump-file.js';
import type { CaptureOutcome, CaptureProgress, ProcessCaptureRequest } from './sim-api.js';

/** The user cancelled. */
class Cancelled extends Error {}

/** One dump of a process's memory on its way to the disk. */
export class ProcessDumpJob {
  readonly #machine: LabMachine;
  readonly #disk: Disk;
  readonly #folder: string;
  #isCancelled = false;

  constructor(machine: LabMachine, disk: Disk, folder: string) {
    this.#machine = machine;
    this.#disk = disk;
    this.#folder = folder;
  }

  cancel(): void {
    this.#isCancelled = true;
  }

  async run(
    { pid, administrator }: ProcessCaptureRequest,
    onProgress: (progress: CaptureProgress) => void,
  ): Promise<CaptureOutcome> {
    const machine = this.#machine;
    let file: DiskFile | undefined;
    let hasBegun = false;
    try {
      const capture = machine.captureProcess(pid, { administrator });
      hasBegun = true;
      const { time } = machine;
      const { imagePath } = findProcess(machine.kernel.core, pid);
      const name = await freeName(
        this.#disk,
        this.#folder,
        imageNameOf(imagePath, pid).replace(/\.exe$/i, ''),
      );
      const path = `${this.#folder}\\${name}`;
      file = await this.#disk.create(`${path}${UNFINISHED}`);
      await writeDump(capture, machine, file, onProgress, () => {
        if (this.#isCancelled) throw new Cancelled();
      });
      await file.finish(name);
      return { result: 'created', path, bytes: capture.bytes, pages: capture.pages, time };
    } catch (error) {
      // Another dump that is being made goes on.
      if (hasBegun) machine.endCapture();
      await file?.discard();
      return outcomeOf(error);
    }
  }
}

function outcomeOf(error: unknown): CaptureOutcome {
  if (error instanceof Cancelled) return { result: 'cancelled' };
  const situation = refusalOfDisk(error);
  const refused = situation ? new LiveDumpError(situation) : error;
  const isKnown = refused instanceof LiveDumpError || refused instanceof ProcessDumpError;
  return {
    result: 'failed',
    status: isKnown ? `${refused.status} (${statusText(refused.code)})` : 'STATUS_UNSUCCESSFUL',
    message: (refused as Error).message,
  };
}
