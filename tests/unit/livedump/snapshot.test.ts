import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMachine, type Capture, type CaptureOptions, type LabMachine } from '../../../sim/index.js';

const PAGE = 4096;
const HEAPS = 1;
const READ_WRITE = 4;
/** More would leave the machine too little for the copy of its next dump. */
const PIECES_WITH_NEW_MEMORY = 10;

/** Reads a capture to its end; `meanwhile` is called after each piece. */
function hashOf(capture: Capture, meanwhile: (piece: number) => void = () => undefined): string {
  const hash = createHash('sha256');
  let piece = 0;
  for (let chunk = capture.next(); chunk; chunk = capture.next()) {
    hash.update(chunk);
    meanwhile(piece++);
  }
  return hash.digest('hex');
}

/** Does to a machine what changes every kind of frame: threads run, memory is mapped, trimmed, written, pool comes and goes. */
function disturb(machine: LabMachine, piece: number): void {
  const { exports } = machine.kernel.core;
  machine.advance(40);
  if (piece < PIECES_WITH_NEW_MEMORY) useNewMemory(machine, piece);
  // Pages all over the kernel's half become resident, though nothing on them changes.
  for (const { address: object, threads } of machine.stage.processes)
    for (const at of [object, ...threads.map((thread) => thread.address)]) {
      exports.memoryRead(at, 8);
      exports.memoryWrite(at, 8);
    }
  exports.memorySettle();
}

function useNewMemory({ kernel, stage }: LabMachine, piece: number): void {
  const { exports } = kernel.core;
  const process = stage.processes.filter(({ modules }) => modules.length > 0)[piece % 5]!;
  const before = exports.processAttach(process.address);
  exports.processReopenUserSpace(process.address);
  const address = exports.memoryCreatePrivate(HEAPS, 6, 6, 6, READ_WRITE);
  exports.processEndUserSpace(process.address);
  for (let page = 0; page < 3; page++)
    exports.memoryWritePointer(address + BigInt(page * PAGE), 0x1122334455667788n);
  for (let page = 3; page < 5; page++) exports.memoryTrimPage(process.address, address + BigInt(page * PAGE));
  exports.memoryAttach(before);
}

const CASES: [string, CaptureOptions][] = [
  ['the kernel', {}],
  ['the kernel and user mode', { userPages: true }],
  ['all physical memory', { format: 'raw' }],
];

describe('a dump is of one instant, while the machine goes on', () => {
  it.each(CASES)('%s', async (_title, options) => {
    const still = await createMachine({ machine: 'tiny', seed: 5 });
    const running = await createMachine({ machine: 'tiny', seed: 5 });
    const expected = hashOf(still.capture(options));
    const capture = running.capture(options);
    expect(hashOf(capture, (piece) => disturb(running, piece))).toBe(expected);
    expect(running.check()).toMatchObject({ ok: true });

    // It did go on: the next dump is another one, a dump of the other machine is the same again.
    expect(running.time).toBeGreaterThan(still.time);
    expect(hashOf(running.capture(options))).not.toBe(expected);
    expect(hashOf(still.capture(options))).toBe(expected);
  });

  it('keeps only what changes, and gives it back', async () => {
    const machine = await createMachine({ machine: 'tiny', seed: 6 });
    const { exports } = machine.kernel.core;
    const capture = machine.capture();
    // What says that the copy's memory is in use.
    const atFirst = exports.dumpKeptFrames();
    machine.advance(100);
    const kept = exports.dumpKeptFrames();
    expect(kept).toBeGreaterThan(atFirst + 10);
    expect(kept).toBeLessThan(capture.pages / 2);
    machine.endCapture();
    expect(exports.dumpKeptFrames()).toBe(0);
    const bytes = exports.memory.buffer.byteLength;
    for (let round = 0; round < 5; round++) {
      machine.capture();
      machine.advance(100);
      machine.endCapture();
    }
    expect(exports.memory.buffer.byteLength - bytes).toBeLessThan(4 * 2 ** 20);
  });
});
