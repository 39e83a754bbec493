import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundFile, SymbolFiles } from '../../debugger/index.js';
import { FileSource } from './file-source.js';

/** Folders of symbols: laid out as symbol stores, or with the files in them. */
export class SymbolFolder implements SymbolFiles {
  #folders: readonly string[];
  /** Files that were found and may still be read. */
  readonly #open = new Set<FileSource>();

  constructor(...folders: string[]) {
    this.#folders = folders;
  }

  get description(): string {
    return this.#folders.join(';');
  }

  setPath(folders: readonly string[]): string[] {
    this.#folders = folders;
    return folders.filter((folder) => !statSync(folder, { throwIfNoEntry: false })?.isDirectory());
  }

  find(name: string, key: string): FoundFile | undefined {
    // Names in a store may differ in case from those in images.
    for (const folder of this.#folders)
      for (const parts of [[name, key, name], [name]]) {
        const path = pathIn(folder, parts);
        if (path === undefined) continue;
        const file = new FileSource(path);
        this.#open.add(file);
        return { path, file };
      }
    return undefined;
  }

  /** Lets go of all files that were found. */
  close(): void {
    for (const file of this.#open) file.close();
    this.#open.clear();
  }
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function pathIn(folder: string, parts: readonly string[]): string | undefined {
  let path = folder;
  for (const part of parts) {
    const exact = join(path, part);
    if (existsSync(exact)) path = exact;
    else {
      // In a folder that is no store, a file may stand where a store has a folder of that name.
      const other =
        isFolder(path) && readdirSync(path).find((entry) => entry.toLowerCase() === part.toLowerCase());
      if (!other) return undefined;
      path = join(path, other);
    }
  }
  return isFolder(path) ? undefined : path;
}
