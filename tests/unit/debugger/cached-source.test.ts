import { describe, expect, it } from 'vitest';
import type { Piece } from '../../../sim/debugger/files/byte-source.js';
import { CachedSource } from '../../../sim/debugger/files/cached-source.js';

const KIB = 1024;
const MIB = 1024 * KIB;

const byteAt = (offset: number) => (offset ^ (offset >> 8) ^ (offset >> 16)) & 0xff;
/** After so many bytes they come again. */
const PATTERN = Uint8Array.from({ length: 16 * MIB }, (_, offset) => byteAt(offset));

/** A file whose bytes tell where they lie, and what was asked of it. */
function file(size: number, isSlow: boolean) {
  const asked: [offset: number, length: number][] = [];
  const pieces: number[] = [];
  const bytesAt = (offset: number, length: number) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    for (let at = 0; at < bytes.length;) {
      const start = (offset + at) % PATTERN.length;
      const part = PATTERN.subarray(start, start + bytes.length - at);
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  };
  const source = {
    size,
    read(offset: number, length: number) {
      asked.push([offset, length]);
      return bytesAt(offset, length);
    },
    ...(isSlow && {
      readPieces(wanted: readonly Piece[]) {
        pieces.push(wanted.length);
        return wanted.map(({ offset, length }) => bytesAt(offset, length));
      },
    }),
  };
  return { source, asked, pieces };
}

function expectBytes(cached: CachedSource, offset: number, length: number): void {
  const bytes = cached.read(offset, length);
  expect([bytes.length, bytes[0], bytes.at(-1)]).toEqual([
    length,
    byteAt(offset),
    byteAt(offset + length - 1),
  ]);
}

describe('a file that is kept in blocks', () => {
  it('is asked for each block once, and for no more than that', () => {
    const { source, asked } = file(2 * MIB + 100, false);
    const cached = new CachedSource(source);
    for (const offset of [5, 4096, 70_000, 5, 130_000]) expectBytes(cached, offset, 8);
    expect(asked).toEqual([0, 1].map((block) => [block * 64 * KIB, 64 * KIB]));
    expectBytes(cached, 64 * KIB - 3, 7); // over the border of two
    expectBytes(cached, 2 * MIB + 90, 10);
    expect(cached.read(2 * MIB + 90, 100).length).toBe(10); // where the file ends
    expect(cached.read(3 * MIB, 8).length).toBe(0);
    cached.expect([MIB]);
    expect(asked.length).toBe(3);
  });

  it('is read ahead where it is slow and a second block of a MiB is wanted', () => {
    const { source, asked } = file(8 * MIB, true);
    const cached = new CachedSource(source);
    expectBytes(cached, 3 * MIB + 5, 8);
    expect(asked.pop()).toEqual([3 * MIB, 64 * KIB]);
    expectBytes(cached, 3 * MIB + 500 * KIB, 8);
    expect(asked.pop()).toEqual([3 * MIB, MIB]);
    for (let at = 3 * MIB; at < 4 * MIB; at += 30 * KIB) expectBytes(cached, at, 8);
    expect(asked).toEqual([]);
  });

  it('learns that whole MiB are wanted, and forgets it again', () => {
    const { source, asked } = file(4096 * MIB, true);
    const cached = new CachedSource(source);
    // One MiB of sixteen, so that nothing more than that is wanted.
    const read = (at: number, parts: readonly number[]) =>
      parts.forEach((part) => cached.read(at * 16 * MIB + part * 100 * KIB, 8));
    for (let at = 0; at < 64; at++) read(at, [0, 1, 2]);
    const whole = asked.filter(([, length]) => length === MIB).length;
    expect(whole).toBe(64);
    expect(asked.length).toBeLessThan(2 * 64);
    asked.length = 0;
    for (let at = 64; at < 256; at++) read(at, [0]);
    expect(asked.filter(([, length]) => length === MIB).length).toBeLessThan(100);
    expect(asked.filter(([, length]) => length > MIB)).toEqual([]);
  });

  it('is read eight MiB at a time where a third MiB of them is wanted', () => {
    const { source, asked } = file(64 * MIB, true);
    const cached = new CachedSource(source);
    for (const mib of [17, 18, 19]) for (const part of [0, 500]) cached.read(mib * MIB + part * KIB, 8);
    expect(asked.pop()).toEqual([16 * MIB, 8 * MIB]);
    asked.length = 0;
    for (let at = 16 * MIB; at < 24 * MIB; at += 300 * KIB) expectBytes(cached, at, 8);
    expect(asked).toEqual([]);
  });

  it('goes on to be read eight MiB at a time as long as most of them are wanted', () => {
    const { source, asked } = file(320 * MIB, true);
    const cached = new CachedSource(source);
    for (let at = 0; at < 320 * MIB; at += 200 * KIB) cached.read(at, 8);
    expect(asked.filter(([, length]) => length < 8 * MIB).length).toBeLessThan(20);
    expect(asked.filter(([, length]) => length === 8 * MIB).length).toBe(40);
  });

  it('keeps the pages that were used of what is let go', () => {
    const { source, asked } = file(320 * MIB, true);
    const cached = new CachedSource(source);
    for (let at = 0; at < 320 * MIB; at += 200 * KIB) cached.read(at, 8);
    asked.length = 0;
    for (let at = 0; at < 320 * MIB; at += 200 * KIB) expectBytes(cached, at + 8, 8);
    expect(asked).toEqual([]);
  });

  it('is asked for pages that lie near one another as one piece', () => {
    const { source, asked, pieces } = file(64 * MIB, true);
    const cached = new CachedSource(source);
    cached.expect([MIB, MIB + 3 * 4096, MIB + 8192, 9 * MIB, 9 * MIB + 300 * KIB]);
    expect(pieces).toEqual([3]);
    for (const at of [MIB, MIB + 3 * 4096, 9 * MIB + 300 * KIB]) expectBytes(cached, at + 8, 16);
    expect(asked).toEqual([]);
  });

  it('asks a slow file for all at once that is expected', () => {
    const { source, asked, pieces } = file(512 * MIB, true);
    const cached = new CachedSource(source);
    const offsets = Array.from({ length: 300 }, (_, i) => i * MIB + 4096 * (i % 128));
    cached.expect([...offsets, ...offsets, -1, 512 * MIB, 600 * MIB]);
    expect(pieces).toEqual([128, 128, 44]);
    for (const offset of offsets) expectBytes(cached, offset + 8, 4088);
    expect(asked).toEqual([]);
    expectBytes(cached, offsets[7]! + 4090, 12); // over the end of what was expected
    expect(asked.length).toBe(1);
  });
});
