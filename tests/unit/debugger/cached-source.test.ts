import { describe, expect, it } from 'vitest';
import { CachedSource } from '../../../sim/debugger/files/cached-source.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** A file whose bytes tell where they lie, and what was asked of it. */
function file(size: number, isSlow: boolean) {
  const asked: [offset: number, length: number][] = [];
  const pieces: number[] = [];
  const bytesAt = (offset: number, length: number) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    for (let i = 0; i < bytes.length; i++) bytes[i] = byteAt(offset + i);
    return bytes;
  };
  const source = {
    size,
    read(offset: number, length: number) {
      asked.push([offset, length]);
      return bytesAt(offset, length);
    },
    ...(isSlow && {
      readPieces(offsets: readonly number[], length: number) {
        pieces.push(offsets.length);
        return offsets.map((offset) => bytesAt(offset, length));
      },
    }),
  };
  return { source, asked, pieces };
}

const byteAt = (offset: number) => (offset ^ (offset >> 8) ^ (offset >> 16)) & 0xff;

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
    for (let at = 0; at < 64; at++) for (const part of [0, 1, 2]) cached.read(at * MIB + part * 100 * KIB, 8);
    const whole = asked.filter(([, length]) => length === MIB).length;
    expect(whole).toBe(64);
    expect(asked.length).toBeLessThan(2 * 64);
    asked.length = 0;
    for (let at = 64; at < 1064; at++) cached.read(at * MIB, 8);
    expect(asked.filter(([, length]) => length === MIB).length).toBeLessThan(100);
  });

  it('asks a slow file for all at once that is expected', () => {
    const { source, asked, pieces } = file(512 * MIB, true);
    const cached = new CachedSource(source);
    const offsets = Array.from({ length: 300 }, (_, i) => i * MIB + 4096 * (i % 256));
    cached.expect([...offsets, ...offsets, -1, 512 * MIB, 600 * MIB]);
    expect(pieces).toEqual([128, 128, 44]);
    for (const offset of offsets) expectBytes(cached, offset + 8, 4088);
    expect(asked).toEqual([]);
    expectBytes(cached, offsets[7]! + 4090, 12); // over the end of what was expected
    expect(asked.length).toBe(1);
  });
});
