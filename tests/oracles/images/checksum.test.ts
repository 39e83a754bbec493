import { expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import { PeFile } from './pe-file.js';

/** The checksum by its other definition: all 16-bit words of the file modulo 0xffff, plus the length. */
function checksum(file: PeFile): number {
  const bytes = file.bytes.slice();
  bytes.fill(0, file.checkSumOffset, file.checkSumOffset + 4);
  let sum = 0n;
  for (let offset = 0; offset < bytes.length; offset += 2)
    sum += BigInt(bytes[offset]! + 256 * (bytes[offset + 1] ?? 0));
  return Number(((sum - 1n) % 0xffffn) + 1n) + bytes.length;
}

it.each(buildImages().images.map((image) => [image.spec.module, image] as const))(
  'checksum of %s',
  (_, image) => {
    const file = new PeFile(image.file);
    expect(image.checkSum).not.toBe(0);
    expect(file.checkSum).toBe(image.checkSum);
    expect(file.checkSum).toBe(checksum(file));
  },
);
