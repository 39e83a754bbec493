import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import type { DumpStream } from '../../../sim/lab-machine.js';

const MIB = 1024 * 1024;
const SIZES = [4096, 256 * 1024, 300_000, MIB, 4 * MIB];
const machine = await createMachine({ machine: 'tiny', seed: 4 });

/** The file's digest and its pieces' lengths. */
function read(dump: DumpStream, bytes?: number): { digest: string; lengths: number[] } {
  const hash = createHash('sha256');
  const lengths: number[] = [];
  for (let piece = dump.next(bytes); piece; piece = dump.next(bytes)) {
    hash.update(piece);
    lengths.push(piece.length);
  }
  expect(dump.bytesRead).toBe(dump.bytes);
  return { digest: hash.digest('hex'), lengths };
}

it.each(SIZES)('a dump in pieces of %i bytes is the same file', (bytes) => {
  const { digest, lengths } = read(machine.capture({ kind: 'full' }), bytes);
  expect(digest).toBe(read(machine.capture({ kind: 'full' })).digest);
  expect(Math.max(...lengths)).toBe(bytes & ~4095);
});

it.each(SIZES)('a dump of a process in pieces of %i bytes is the same file', (bytes) => {
  const { digest, lengths } = read(machine.captureProcess('explorer.exe'), bytes);
  expect(digest).toBe(read(machine.captureProcess('explorer.exe')).digest);
  expect(Math.max(...lengths.slice(1))).toBe(bytes & ~4095);
});

it.each([
  ['a dump', () => machine.capture({ kind: 'full' })],
  ['a dump of a process', () => machine.captureProcess('explorer.exe')],
])('pieces of %s that were kept are the file when all were read', (_, capture) => {
  const { digest } = read(capture());
  const kept = Buffer.concat([...capture()]);
  expect(createHash('sha256').update(kept).digest('hex')).toBe(digest);
});
