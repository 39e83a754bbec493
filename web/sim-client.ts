import { proxy, wrap, type Remote } from 'comlink';
import {
  SampleReader,
  type BootOptions,
  type CaptureOutcome,
  type CaptureProgress,
  type CaptureRequest,
  type MachineInfo,
  type ProcessCaptureRequest,
  type Sample,
  type SimApi,
  type TellProgress,
} from '../sim/worker/sim-api.js';
import { strings } from './strings/index.js';

/** A bar that moves more often looks no better, and keeps the page busy. ms */
const PROGRESS_INTERVAL = 100;

/** The page's only way to the machine, which runs in a worker: page -> Comlink -> worker -> machine. */
export class SimClient {
  readonly #samples = new SampleReader();

  private constructor(
    readonly machine: MachineInfo,
    readonly api: Remote<SimApi>,
  ) {}

  /** @throws Error with a sentence for the user when the worker cannot be loaded or the machine does not boot. */
  static async start(options: BootOptions): Promise<SimClient> {
    const worker = new Worker(new URL('../sim/worker/worker.ts', import.meta.url), { type: 'module' });
    const api = wrap<SimApi>(worker);
    const broken = new Promise<never>((_resolve, reject) => {
      worker.addEventListener('error', () => reject(new Error(strings.boot.workerFailed)), { once: true });
    });
    return new SimClient(await Promise.race([api.boot(options), broken]), api);
  }

  /** Lets `elapsedMs` pass on the machine and reads it. */
  async sample(elapsedMs: number): Promise<Sample> {
    const sample = this.#samples.read(await this.api.sample(elapsedMs));
    // To show it is a task of its own: keys and clicks come in between.
    await pause(0);
    return sample;
  }

  capture(request: CaptureRequest, onProgress: (progress: CaptureProgress) => void): Promise<CaptureOutcome> {
    return this.api.capture(request, paced(onProgress));
  }

  captureProcess(
    request: ProcessCaptureRequest,
    onProgress: (progress: CaptureProgress) => void,
  ): Promise<CaptureOutcome> {
    return this.api.captureProcess(request, paced(onProgress));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function paced(onProgress: (progress: CaptureProgress) => void): TellProgress {
  return proxy((progress: CaptureProgress) => {
    onProgress(progress);
    return pause(PROGRESS_INTERVAL);
  });
}
