import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TruthModule } from './generated-dump.js';

/** By which a symbol store keeps an image: its stamp and its size. */
export const imageKey = (stamp: number, size: number) =>
  `${stamp.toString(16).toUpperCase().padStart(8, '0')}${size.toString(16)}`;

/**
 * Tells images of a symbol store that they are linked for where they were loaded. WinDbg's engine needs the images of
 * a small dump, and Wine lets it map those only that need no relocation (wine-views.test.ts).
 */
export function putAtTheirBases(symbols: string, modules: readonly TruthModule[]): void {
  for (const { file, base, size, timeDateStamp } of modules) {
    const path = join(symbols, file, imageKey(timeDateStamp, size), file);
    if (!existsSync(path)) throw new Error(`${path} is not among the images`);
    const image = readFileSync(path);
    image.writeBigUInt64LE(BigInt(base), image.readUInt32LE(0x3c) + 0x30); // ImageBase
    writeFileSync(path, image);
  }
}
