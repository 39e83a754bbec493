import type { Kernel } from '../machine/machine.js';
import { byteCount } from '../scenarios/units.js';
import type { Stage } from '../world/stage.js';
import type { Capture } from './capture.js';
import type { Conditions } from './conditions.js';
import { bytesIn, type ClassContents } from './contents.js';
import {
  affordablePages,
  copyBudget,
  giveBack,
  leastBudget,
  leaveAvailable,
  shortageText,
  takeMemory,
} from './copy-budget.js';
import { parseControl, type ParsedControl } from './control.js';
import { corralProcessors } from './corral.js';
import type { EventId, EventLog } from './event-log.js';
import { openCapture, selectContents } from './open-capture.js';
import type { ResolvedCaptureOptions } from './options.js';
import { requestOf, type LiveDumpCall, type LiveDumpRequest } from './request.js';
import { LiveDumpError, statusText, SUCCESS, type Situation } from './status.js';

/** Where a live dump is. */
export type Phase = 'validate' | 'size' | 'estimate' | 'removePages' | 'allocate' | 'capture' | 'write';

/** The machine that is dumped, as far as the capture needs it. */
export interface DumpedMachine {
  readonly kernel: Kernel;
  readonly stage: Stage;
  readonly conditions: Conditions;
  readonly log: EventLog;
  /** Goes into the dump's header. */
  readonly comment: string;
}

/** What the container holds, which the control block does not say. */
export type Container = Pick<ResolvedCaptureOptions, 'format' | 'pageBudget'>;

const PAGE = 4096;
/** Seconds that writing may last before the request times out: ours, no public source tells Windows' limit. */
const WRITE_LIMIT = 600;

/** Ids of a workflow's events. */
interface Workflow {
  mirror: readonly [EventId, EventId, EventId];
  quiesce: readonly [EventId, EventId];
  corral: readonly [EventId, EventId];
  contexts: EventId;
  marked: readonly [EventId, EventId];
  bitmap: EventId;
}
const SIZING: Workflow = {
  mirror: ['101', '102', '103'],
  quiesce: ['104', '105'],
  corral: ['121', '122'],
  contexts: '117',
  marked: ['118', '119'],
  bitmap: '120',
};
const CAPTURING: Workflow = {
  mirror: ['151', '152', '153'],
  quiesce: ['154', '155'],
  corral: ['165', '166'],
  contexts: '158',
  marked: ['159', '160'],
  bitmap: '161',
};

/**
 * One call of NtSystemDebugControl(SysDbgGetLiveKernelDump), from its validation to the last byte of the file. It goes on
 * a step at a time, so that its caller can cancel it between any two; each step is in the machine's event log.
 */
export class LiveDump {
  readonly request: LiveDumpRequest;
  /** Called with the capture once it is made. */
  onCapture: (capture: Capture) => void = () => undefined;
  readonly #machine: DumpedMachine;
  readonly #control: ParsedControl;
  #options: ResolvedCaptureOptions;
  #capture: Capture | undefined;
  #hasBegun = false;
  #isCancelled = false;
  #isAtRest = false;
  #hasEnded = false;

  /** @throws LiveDumpError when the caller may not do this or its control block is wrong; nothing is logged then */
  constructor(machine: DumpedMachine, { caller, length }: LiveDumpCall, container: Container) {
    if (!caller.isAdministrator) throw new LiveDumpError('notElevated');
    this.#control = parseControl(caller, length);
    this.#machine = machine;
    this.request = requestOf(this.#control);
    this.#options = { ...this.request, ...container };
  }

  /** The captured pages; `undefined` until {@link steps} has ended. */
  get capture(): Capture | undefined {
    return this.#capture;
  }

  /** Whether the machine's processors are corralled: time cannot pass on it. */
  get isAtRest(): boolean {
    return this.#isAtRest;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Does everything up to the writing, a step at a time.
   * @throws LiveDumpError when it fails; the machine then is as it was and the log says why
   */
  *steps(): Generator<Phase, Capture> {
    const { log } = this.#machine;
    this.#hasBegun = true;
    log.write('1', this.#begun());
    try {
      yield* this.#step('validate');
      const { kernel, conditions } = this.#machine;
      if (conditions.disabledByPolicy) throw new LiveDumpError('disabledByPolicy');
      leaveAvailable(kernel, conditions.availableMemory);
      let contents: ClassContents[] = [];
      const select = ({ bitmap }: Workflow) => {
        contents = selectContents(kernel, this.#options);
        log.write(bitmap, { Pages: kernel.core.exports.dumpPages() });
      };
      yield* this.#workflow('size', SIZING, () => select(SIZING));
      yield* this.#step('estimate');
      log.write('106', estimation(contents));
      log.write('108');
      yield* this.#step('removePages');
      log.write('109');
      yield* this.#step('allocate');
      this.#allocate(contents);
      yield* this.#workflow('capture', CAPTURING, () => {
        select(CAPTURING);
        log.write('156');
        this.#capture = openCapture(kernel, this.#options, contents, this.#machine.comment);
        log.write('157', { Pages: this.#capture.pages });
        this.onCapture(this.#capture);
        // From this instant on the machine changes, and what it changes needs the copy.
        const { needed, available } = copyBudget(kernel, this.#options, contents);
        takeMemory(kernel, Math.min(needed, available));
      });
      const capture = this.#capture!;
      capture.watch({
        before: () => this.#beforeRead(),
        read: () => this.#checkDisk(capture),
        end: () => this.end(),
      });
      log.write('3');
      return capture;
    } catch (error) {
      this.#capture = undefined;
      this.#close(error instanceof LiveDumpError ? error.code : new LiveDumpError('cancelled').code);
      throw error;
    }
  }

  /** Sees that there is memory for the copy. Where it is too little, the dump is given up, or its pages become as many as there is room for. */
  #allocate(contents: readonly ClassContents[]): void {
    const { kernel, log } = this.#machine;
    const estimated = kernel.core.exports.dumpPages();
    let { needed, available } = copyBudget(kernel, this.#options, contents);
    if (needed > available) {
      if (this.request.abortIfMemoryPressure) {
        log.write('5');
        throw new LiveDumpError('memoryPressure', shortageText({ needed, available }));
      }
      const least = leastBudget(kernel, this.#options, contents);
      if (least.needed > least.available) {
        log.write('116');
        throw new LiveDumpError('noMemory', shortageText(least));
      }
      this.#options = { ...this.#options, pageBudget: affordablePages(kernel, this.#options, contents) };
      const partial = selectContents(kernel, this.#options);
      ({ needed, available } = copyBudget(kernel, this.#options, partial));
      contents = partial;
    }
    const pages = Math.max(0, Math.min(needed, available));
    const { HvEstimatedPrimaryDataBytes, HvEstimatedSecondaryDataBytes } = estimation(contents);
    log.write('107', {
      NtPrimaryDataBytes: pages * PAGE,
      HvPrimaryDataBytes: HvEstimatedPrimaryDataBytes,
      HvSecondaryDataBytes: HvEstimatedSecondaryDataBytes,
    });
    log.write('113', { EstimatedPages: estimated, AllocatedPages: pages });
  }

  /** Mirrors, corrals the processors, marks what `inside` needs, and lets the processors go. */
  *#workflow(phase: Phase, workflow: Workflow, inside: () => void): Generator<Phase> {
    const { kernel, stage, log, conditions } = this.#machine;
    const [begun, phase0, phase1] = workflow.mirror;
    log.write(begun);
    yield* this.#step(phase);
    log.write(phase0);
    log.write(phase1);
    yield* this.#step(phase);
    log.write(workflow.quiesce[0]);
    this.#isAtRest = true;
    try {
      const { processors } = kernel.hardware;
      log.write(workflow.corral[0], { Processors: processors });
      const { stuckProcessor } = conditions;
      if (stuckProcessor !== undefined && stuckProcessor < processors)
        throw new LiveDumpError('timeout', `Processor ${stuckProcessor} did not come to rest.`);
      corralProcessors(kernel, stage);
      log.write(workflow.contexts, { Processors: processors });
      yield* this.#step(phase);
      for (const id of workflow.marked) log.write(id);
      inside();
      yield* this.#step(phase);
      log.write(workflow.corral[1]);
    } finally {
      this.#isAtRest = false;
      log.write(workflow.quiesce[1]);
    }
  }

  /** Lets the caller in between two steps. */
  *#step(phase: Phase): Generator<Phase> {
    yield phase;
    if (this.#isCancelled) throw new LiveDumpError('cancelled');
  }

  /** Asks for the end: the next step or the next piece of the file throws STATUS_CANCELLED. */
  cancel(): void {
    this.#isCancelled = true;
  }

  /** Ends the writing: all is written, or what stopped it. Does nothing when it has ended. */
  end(situation?: Situation): void {
    if (this.#hasEnded) return;
    const code = situation === undefined ? SUCCESS : new LiveDumpError(situation).code;
    const capture = this.#capture;
    if (capture) {
      const { freeDisk } = this.#machine.conditions;
      const written = Math.min(capture.bytesRead, freeDisk === undefined ? Infinity : byteCount(freeDisk));
      const headerBytes = Math.min(written, capture.bytes - capture.pages * PAGE);
      this.#machine.log.write('4', {
        NTStatus: statusText(code),
        TotalBytes: written,
        HeaderBytes: headerBytes,
        PrimaryDataBytes: written - headerBytes,
        SecondaryDataBytes: 0,
      });
    }
    this.#close(code);
  }

  #close(code: number): void {
    this.#hasEnded = true;
    const { kernel } = this.#machine;
    kernel.core.exports.dumpClose();
    giveBack(kernel);
    if (this.#hasBegun) this.#machine.log.write('2', { NTStatus: statusText(code) });
  }

  #beforeRead(): void {
    if (this.#hasEnded) throw new Error('The dump has ended: nothing is left to be read.');
    if (this.#isCancelled) throw this.#failed('cancelled');
  }

  /** The emulated disk takes what it has room for, at its speed. */
  #checkDisk({ bytesRead }: Capture): void {
    const { freeDisk, diskSpeed } = this.#machine.conditions;
    if (freeDisk !== undefined && bytesRead > byteCount(freeDisk)) throw this.#failed('diskFull');
    if (diskSpeed !== undefined && bytesRead / byteCount(diskSpeed) > WRITE_LIMIT)
      throw this.#failed('timeout', 'The disk is too slow.');
  }

  #failed(situation: Situation, detail?: string): LiveDumpError {
    this.end(situation);
    return new LiveDumpError(situation, detail);
  }

  #begun(): Record<string, string | boolean> {
    const { values } = this.#control;
    return {
      BugCheckCode: `0x${values.BugCheckCode.toString(16)}`,
      BugCheckParameter1: `0x${values.BugCheckParam1.toString(16)}`,
      BugCheckParameter2: `0x${values.BugCheckParam2.toString(16)}`,
      BugCheckParameter3: `0x${values.BugCheckParam3.toString(16)}`,
      BugCheckParameter4: `0x${values.BugCheckParam4.toString(16)}`,
      Flags: `0x${values.Flags.toString(16)}`,
      AddPagesControl: `0x${values.AddPagesControl.toString(16)}`,
      AbortIfMemoryPressure: this.request.abortIfMemoryPressure,
      SelectiveDump: this.request.kind === 'stacks',
    };
  }
}

/** Bytes that the sizing has found, as event 106 tells them. */
function estimation(contents: readonly ClassContents[]) {
  const hypervisor = bytesIn(contents, 'hypervisor');
  const nonessential = bytesIn(contents, 'nonessential');
  return {
    NtEstimatedRequiredPrimaryDataBytes: bytesIn(contents, 'required'),
    NtEstimatedPrimaryDataBytes: bytesIn(contents) - hypervisor - nonessential,
    HvEstimatedPrimaryDataBytes: hypervisor,
    HvEstimatedSecondaryDataBytes: nonessential,
  };
}
