import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createMachine } from '../index.js';
import type { DumpStream } from '../lab-machine.js';
import type { EventFile } from '../livedump/event-log.js';
import {
  resolveCaptureOptions,
  type DumpFormat,
  type DumpKind,
  type ResolvedCaptureOptions,
} from '../livedump/options.js';
import type { SizeName } from '../machine/size.js';
import type { Truth } from '../truth/truth.js';
import { UserError } from './errors.js';
import { jsonPieces } from './json-pieces.js';
import { PendingFile } from './pending-file.js';
import { machineOptions, type MachineCommandOptions } from './machine-options.js';
import { parseMemory } from './numbers.js';
import { processOption } from './process-option.js';
import { Progress } from './progress.js';
import { writeSymbols } from './symbols.js';

export interface GenerateOptions extends MachineCommandOptions {
  kind: DumpKind | 'process';
  userPages: boolean;
  hypervisorPages: boolean;
  nonessentialPages: boolean;
  /** Give up with too little free memory. */
  abort: boolean;
  availableMemory?: string;
  format: DumpFormat;
  /** Of `--kind process`: the process's id, or its program's name. */
  pid?: string;
  out: string;
  symbols?: string;
  truth?: string;
  events?: string;
  force: boolean;
  json: boolean;
}

/** What `--json` prints. */
interface GenerateResult {
  path: string;
  kind: GenerateOptions['kind'];
  /** `minidump` for a process. */
  format: DumpFormat | 'minidump';
  scenario: string;
  seed: number;
  machine: SizeName;
  /** Physical memory, bytes. */
  memory: number;
  processors: number;
  bytes: number;
  pages: number;
  phases: { bootMs: number; captureMs: number; writeMs: number; symbolsMs: number };
  /** Speed of the write phase. */
  writeBytesPerSecond: number;
  /** Largest resident set of this process, bytes. */
  peakMemory: number;
}

/** Boots a machine and writes its dump, and what else is asked for. */
export async function generate(options: GenerateOptions): Promise<void> {
  const [out, truth, events] = [options.out, options.truth, options.events].map((path) =>
    path === undefined ? undefined : resolve(path),
  ) as [string, string | undefined, string | undefined];
  refuseSameFile({ '--out': out, '--truth': truth, '--events': events });
  for (const path of [out, truth, events]) if (path !== undefined) refuseToOverwrite(path, options.force);
  const asked = machineOptions(options);
  const dumped = processOption(options);
  const wanted = dumped === undefined ? captureOptions(options) : undefined;
  const availableMemory =
    options.availableMemory === undefined ? undefined : parseMemory(options.availableMemory);

  const stopwatch = new Stopwatch();
  const files: PendingFile[] = [];
  const create = (path: string | undefined) => {
    if (path === undefined) return undefined;
    const file = PendingFile.create(path);
    files.push(file);
    return file;
  };
  try {
    const dumpFile = create(out)!;
    const truthFile = create(truth);
    const eventFile = create(events);
    const machine = await createMachine(asked);
    const bootMs = stopwatch.lap();
    if (availableMemory !== undefined)
      machine.conditions = { ...machine.conditions, availableMemory: `${availableMemory} B` };
    try {
      const capture = wanted ? machine.capture(wanted) : machine.captureProcess(dumped!);
      const captureMs = stopwatch.lap();
      await writeDump(capture, dumpFile, options.json ? undefined : new Progress('Writing dump'));
      const writeMs = stopwatch.lap();
      if (truthFile) writeTruth(machine.truth(), truthFile);
      if (options.symbols !== undefined) writeSymbols(resolve(options.symbols), await machine.symbols());
      for (const file of files) if (file !== eventFile) file.finish();
      const symbolsMs = stopwatch.lap();
      report(options, {
        path: out,
        kind: options.kind,
        format: wanted ? options.format : 'minidump',
        scenario: machine.scenario.name,
        seed: machine.seed,
        machine: machine.kernel.size.name,
        memory: machine.kernel.hardware.memory,
        processors: machine.kernel.hardware.processors,
        bytes: capture.bytes,
        pages: capture.pages,
        phases: { bootMs, captureMs, writeMs, symbolsMs },
        writeBytesPerSecond: Math.round(capture.bytes / (writeMs / 1000)),
        peakMemory: process.resourceUsage().maxRSS * 1024,
      });
    } finally {
      machine.endCapture();
      // The events of a dump that failed say why: they are written all the same.
      if (eventFile) writeEvents(machine.liveDumpEvents, eventFile);
    }
  } catch (error) {
    for (const file of files) file.discard();
    throw error;
  }
}

/** What to capture. @throws RangeError with a sentence for the user when the options contradict each other */
function captureOptions(options: GenerateOptions): ResolvedCaptureOptions {
  const { userPages, hypervisorPages, nonessentialPages, abort, format } = options;
  return resolveCaptureOptions({
    kind: options.kind as DumpKind,
    userPages,
    hypervisorPages,
    nonessentialPages,
    abortIfMemoryPressure: abort,
    format,
  });
}

function refuseSameFile(paths: Readonly<Record<string, string | undefined>>): void {
  const given = Object.entries(paths).filter(([, path]) => path !== undefined);
  for (const [index, [option, path]] of given.entries()) {
    const other = given.slice(0, index).find(([, earlier]) => earlier === path);
    if (other)
      throw new UserError(`${other[0]} and ${option} cannot be the same file. Give ${option} another name.`);
  }
}

function refuseToOverwrite(path: string, force: boolean): void {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) throw new UserError(`${path} is a folder. Give the name of a file.`);
  if (!force) throw new UserError(`${path} exists already. Give another name, or --force to overwrite it.`);
}

/** Bytes of a piece: few enough to be in the processor's cache still when they are written. */
const PIECE_BYTES = 256 * 1024;
/** Pieces after which signals are heard. */
const PIECES_IN_A_TURN = 32;

/**
 * Writes one piece after the other. Handing pieces to other threads costs more than it gains: a piece is written in less time
 * than it takes to wake one.
 */
async function writeDump(
  capture: DumpStream,
  file: PendingFile,
  progress: Progress | undefined,
): Promise<void> {
  let pieces = 0;
  for (let piece = capture.nextView(PIECE_BYTES); piece; piece = capture.nextView(PIECE_BYTES)) {
    file.write(piece);
    if (++pieces % PIECES_IN_A_TURN === 0) await nextTurn();
    if (progress?.isDue()) progress.show(capture.bytesRead, capture.bytes);
  }
  progress?.end(capture.bytes);
}

function writeTruth(truth: Truth, file: PendingFile): void {
  for (const piece of jsonPieces(truth)) file.write(Buffer.from(piece));
  file.write(Buffer.from('\n'));
}

function writeEvents(events: EventFile, file: PendingFile): void {
  file.write(Buffer.from(`${JSON.stringify(events, undefined, 2)}\n`));
  file.finish();
}

function report(options: GenerateOptions, result: GenerateResult): void {
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(`${result.path}: ${result.bytes} bytes, ${result.pages} pages\n`);
}

/** Milliseconds from one lap to the next. */
class Stopwatch {
  #last = process.hrtime.bigint();

  lap(): number {
    const now = process.hrtime.bigint();
    const ms = Number(now - this.#last) / 1e6;
    this.#last = now;
    return Math.round(ms * 100) / 100;
  }
}
