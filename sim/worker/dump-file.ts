import type { DumpStream, LabMachine } from '../lab-machine.js';
import type { Disk, DiskFile } from './disk.js';
import type { CaptureProgress } from './sim-api.js';

const EXTENSION = '.DMP';
/** Names of the browser's exceptions that refuse a file. */
const REFUSALS = ['NoModificationAllowedError', 'NotAllowedError', 'SecurityError', 'InvalidStateError'];

/** `livedump.DMP`, or the first of `livedump (2).DMP`, … that is free in the folder. */
export async function freeName(
  disk: Disk,
  folder: string,
  base: string,
  extension = EXTENSION,
): Promise<string> {
  const taken = new Set((await disk.list(folder)).map(({ name }) => name.toLowerCase()));
  for (let number = 1; ; number++) {
    const name = `${base}${number === 1 ? '' : ` (${number})`}${extension}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}

/** Bytes of a piece: fewer calls of the browser for each byte. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** Streams a dump to a file and tells the machine, which writes as much. `mayGoOn` is asked after each piece, and may throw. */
export async function writeDump(
  dump: DumpStream,
  machine: LabMachine,
  file: DiskFile,
  onProgress: (progress: CaptureProgress) => void,
  mayGoOn: () => void = () => {},
): Promise<void> {
  for (let piece = dump.nextView(PIECE_BYTES); piece; piece = dump.nextView(PIECE_BYTES)) {
    const { byteLength } = piece;
    file.write(piece);
    machine.hasWritten(byteLength);
    onProgress({
      phase: 'write',
      pagesDone: dump.pagesRead,
      pagesTotal: dump.pages,
      bytesDone: dump.bytesRead,
      bytesTotal: dump.bytes,
    });
    // Lets a cancel and Task Manager's next reading in. No piece is kept till then: the core's memory may move.
    await breath();
    mayGoOn();
  }
}

const channel = new MessageChannel();

/** Lets other messages of the worker in. A timer would wait: browsers make repeated ones take milliseconds. */
export function breath(): Promise<void> {
  return new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(undefined);
  });
}

/** What the browser's refusal of a file is to the machine, whose disk its storage is; undefined for anything else. */
export function refusalOfDisk(error: unknown): 'diskFull' | 'accessDenied' | undefined {
  if (!(error instanceof DOMException)) return undefined;
  if (error.name === 'QuotaExceededError') return 'diskFull';
  return REFUSALS.includes(error.name) ? 'accessDenied' : undefined;
}
