import { describe, expect, it } from 'vitest';
import { BLOCK_SIZE, writeMsf } from '../../../sim/images/pdb/msf.js';
import { readMsf } from './msf-reader.js';

function stream(bytes: number, seed: number): Uint8Array {
  const stream = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) stream[i] = i * 31 + (i >> 12) * 7 + seed;
  return stream;
}

describe('multi-stream file', () => {
  it('gives back streams of all sizes around a block', () => {
    const streams = [0, 1, BLOCK_SIZE - 1, BLOCK_SIZE, BLOCK_SIZE + 1, 3 * BLOCK_SIZE].map(stream);
    const file = writeMsf(streams);
    const msf = readMsf(file);
    expect(msf.streams).toEqual(streams);
    expect(file.length).toBe(msf.blockCount * BLOCK_SIZE);
  });

  // Besides: superblock, two free page maps, the small stream, four blocks of directory and its map.
  it.each([
    ['the first interval is just full', 4087, 4096],
    ['one block stands in the second interval, before its maps', 4088, 4099],
    ['one block stands behind the maps of the second interval', 4089, 4100],
    ['three intervals', 8300, 8318],
  ])('goes around the free page maps: %s', (_, blocks, expectedCount) => {
    const streams = [stream(blocks * BLOCK_SIZE, 5), stream(10, 9)];
    const file = writeMsf(streams);
    const msf = readMsf(file);
    expect([msf.blockCount, file.length]).toEqual([expectedCount, expectedCount * BLOCK_SIZE]);
    msf.streams.forEach((bytes, i) => expect(Buffer.compare(bytes, streams[i] as Uint8Array)).toBe(0));
    const wrong = Array.from({ length: msf.blockCount }, (_, block) => block).filter(
      (block) => msf.isFree(block) === msf.used.has(block),
    );
    expect(wrong).toEqual([]);
    expect(msf.isFree(msf.blockCount)).toBe(true);
  });
});
