import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StoreFile } from '../images/store.js';
import { fileProblem } from './errors.js';

/** Writes a symbol store into a folder, beside whatever it holds already: keys tell versions apart. */
export function writeSymbols(folder: string, files: Iterable<StoreFile>): void {
  for (const { path, bytes } of files) {
    const target = join(folder, ...path.split('/'));
    try {
      makeFolder(dirname(target));
      writeFileSync(target, bytes());
    } catch (error) {
      throw fileProblem('write', target, error);
    }
  }
}

/** Makes a folder and those above it. Node's own `recursive` never returns below /proc, where nothing can be made. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}
