import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StoreFile } from '../images/store.js';
import { fileProblem } from './errors.js';

/** Writes a symbol store into a folder, beside whatever it holds already: keys tell versions apart. */
export function writeSymbols(folder: string, files: Iterable<StoreFile>): void {
  for (const { path, bytes } of files) {
    const target = join(folder, ...path.split('/'));
    try {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, bytes());
    } catch (error) {
      throw fileProblem('write', target, error);
    }
  }
}
