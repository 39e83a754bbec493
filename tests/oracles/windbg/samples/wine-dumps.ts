import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Session, Shell } from '../../../../sim/debugger/index.js';
import { FileSource } from '../../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../../sim/cli/debug/symbol-folder.js';
import { tool } from '../../../support/tools.js';

export const compiler = tool('x86_64-w64-mingw32-g++');
export const wine = tool('wine64');

const SYSTEM = 'drive_c/windows/system32';

/**
 * Has Wine's MiniDumpWriteDump write dumps of a program: other-writer.cpp with what else is named. `folder` then has the
 * dumps, the program, and in `symbols` it and those images of the system that are asked for.
 * @throws Error when an image is not Wine's
 */
export function writeDumps(folder: string, images: readonly string[], sources: readonly string[] = []): void {
  const program = join(folder, 'writer.exe');
  const files = ['other-writer.cpp', ...sources].map((name) => fileURLToPath(new URL(name, import.meta.url)));
  execFileSync(compiler.path, ['-O1', '-static', '-o', program, ...files, '-ldbghelp'], { stdio: 'pipe' });
  const prefix = join(folder, 'prefix');
  execFileSync(wine.path, [program], {
    cwd: folder,
    env: { ...process.env, WINEPREFIX: prefix, WINEDEBUG: '-all' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const symbols = join(folder, 'symbols');
  mkdirSync(symbols);
  copyFileSync(program, join(symbols, 'writer.exe'));
  for (const image of images) {
    const path = join(prefix, SYSTEM, image);
    if (!existsSync(path)) throw new Error(`Wine has no ${image}`);
    copyFileSync(path, join(symbols, image));
  }
}

/** Removes the folder. Wine's server writes to it for a while after the last program has ended. */
export function removeDumps(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 });
}

/** The debugger on a dump, with symbols of a folder. */
export function shellOn(path: string, symbols: string): Shell {
  return new Shell(new Session(new FileSource(path), { path, symbols: new SymbolFolder(symbols) }));
}
