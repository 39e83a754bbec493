import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundFile, SymbolFiles } from '../../debugger/index.js';
import { FileSource } from './file-source.js';

/** A folder of symbols: laid out as a symbol store, or with the files in it. */
export class SymbolFolder implements SymbolFiles {
  readonly description: string;

  constructor(folder: string) {
    this.description = folder;
  }

  find(name: string, key: string): FoundFile | undefined {
    // Names in a store may differ in case from those in images.
    for (const path of [[name, key, name], [name]].map((parts) => this.#path(parts)))
      if (path !== undefined) return { path, file: new FileSource(path) };
    return undefined;
  }

  #path(parts: readonly string[]): string | undefined {
    let path = this.description;
    for (const part of parts) {
      const exact = join(path, part);
      if (existsSync(exact)) path = exact;
      else {
        const other =
          existsSync(path) && readdirSync(path).find((entry) => entry.toLowerCase() === part.toLowerCase());
        if (!other) return undefined;
        path = join(path, other);
      }
    }
    return path;
  }
}
