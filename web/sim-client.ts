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
} from '../sim/worker/sim-api.js';
import { strings } from './strings/index.js';

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
    return this.#samples.read(await this.api.sample(elapsedMs));
  }

  capture(request: CaptureRequest, onProgress: (progress: CaptureProgress) => void): Promise<CaptureOutcome> {
    return this.api.capture(request, proxy(onProgress));
  }

  captureProcess(
    request: ProcessCaptureRequest,
    onProgress: (progress: CaptureProgress) => void,
  ): Promise<CaptureOutcome> {
    return this.api.captureProcess(request, proxy(onProgress));
  }
}
