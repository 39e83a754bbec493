import type { CaptureOutcome, CaptureProgress, CaptureRequest } from '../../../sim/worker/sim-api.js';
import type { DumpOptions } from '../../storage/settings.js';
import { Store } from '../../storage/store.js';
import { strings } from '../../strings/index.js';

export type LiveDumpKind = CaptureRequest['kind'];
/** A live dump of the kernel, or a dump of one process. */
export type DumpKind = LiveDumpKind | 'process';
type OnProgress = (progress: CaptureProgress) => void;
type Created = Extract<CaptureOutcome, { result: 'created' }>;
type Failed = Extract<CaptureOutcome, { result: 'failed' }>;

/** Where the making of a dump is: the dialog that the user sees. */
export type DumpState =
  | { step: 'idle' }
  | { step: 'running'; kind: DumpKind; progress: CaptureProgress | null; isCancelling: boolean }
  | { step: 'created'; kind: DumpKind; outcome: Created }
  | { step: 'failed'; kind: DumpKind; outcome: Failed };

/** What the flow needs of the machine. */
export interface DumpMachine {
  capture(request: CaptureRequest, onProgress: OnProgress): Promise<CaptureOutcome>;
  captureProcess(pid: number, onProgress: OnProgress): Promise<CaptureOutcome>;
  cancel(): Promise<void>;
  /** Called once for each file that was made. */
  onCreated(kind: DumpKind, outcome: Created): Promise<void>;
}

/** The page options belong to full dumps only; a child option counts only while its parent is on. */
export function captureRequest(kind: LiveDumpKind, options: DumpOptions): CaptureRequest {
  const isFull = kind === 'full';
  const hypervisorPages = isFull && options.hypervisorPages;
  return {
    kind,
    abortIfMemoryPressure: options.abortIfMemoryPressure,
    hypervisorPages,
    nonEssentialHypervisorPages: hypervisorPages && options.nonEssentialHypervisorPages,
    userPages: isFull && options.userPages,
  };
}

/** Making one dump, from the menu to its outcome. */
export class DumpFlow extends Store<DumpState> {
  constructor(private readonly machine: DumpMachine) {
    super({ step: 'idle' });
  }

  /** Makes a live kernel dump. Does nothing while a dump is being made: Windows makes one at a time. */
  start(kind: LiveDumpKind, options: DumpOptions): Promise<void> {
    return this.#run(kind, (onProgress) => this.machine.capture(captureRequest(kind, options), onProgress));
  }

  /** Makes a dump of one process. Does nothing while a dump is being made. */
  startProcess(pid: number): Promise<void> {
    return this.#run('process', (onProgress) => this.machine.captureProcess(pid, onProgress));
  }

  async #run(kind: DumpKind, capture: (onProgress: OnProgress) => Promise<CaptureOutcome>): Promise<void> {
    if (this.value.step === 'running') return;
    this.set({ step: 'running', kind, progress: null, isCancelling: false });
    const outcome = await capture((progress) => this.#onProgress(progress)).catch((error: Error): Failed => {
      const message = error.message || strings.messages.dumpStopped;
      return { result: 'failed', status: strings.messages.dumpStoppedStatus, message };
    });
    if (outcome.result === 'created') {
      await this.machine.onCreated(kind, outcome);
      this.set({ step: 'created', kind, outcome });
    } else if (outcome.result === 'failed') this.set({ step: 'failed', kind, outcome });
    else this.close();
  }

  cancel(): void {
    if (this.value.step !== 'running' || this.value.isCancelling) return;
    this.set({ ...this.value, isCancelling: true });
    void this.machine.cancel();
  }

  /** Closes the dialog that shows the outcome. */
  close(): void {
    this.set({ step: 'idle' });
  }

  #onProgress(progress: CaptureProgress): void {
    if (this.value.step === 'running') this.set({ ...this.value, progress });
  }
}
