import type { FoundFile, SymbolFiles } from '../../../sim/debugger/index.js';
import { BlobSource } from './blob-source.js';
import type { SymbolFile } from './debugger-api.js';
import { zipEntries } from './zip-entries.js';

/** What a debugger reads besides dumps. */
const SYMBOLS = /\.(?:pdb|exe|dll|sys)$/i;
const ZIP = /\.zip$/i;
/** A PDB that is larger than this is none. */
const LARGEST_FILE = 0x7fffffff;

/** The symbol files that the page has given: of the machine itself, and those that were dropped on the debugger. */
export class SymbolBag implements SymbolFiles {
  readonly #places: string[] = [];
  /** By the last three parts of their path, as symbol stores have them, and by name alone; small letters. */
  readonly #files = new Map<string, FoundFile>();

  get description(): string {
    return this.#places.join(';');
  }

  /** @param place what `.sympath` shows @returns how many files were of use @throws Error when a zip cannot be read */
  async add(place: string, files: readonly SymbolFile[]): Promise<number> {
    let count = 0;
    for (const { path, blob } of files) {
      if (ZIP.test(path)) count += await this.#addZip(place, blob);
      else if (SYMBOLS.test(path)) count += this.#put(place, path, blob);
    }
    if (count > 0 && !this.#places.includes(place)) this.#places.push(place);
    return count;
  }

  find(name: string, key: string): FoundFile | undefined {
    return this.#files.get(`${name}/${key}/${name}`.toLowerCase()) ?? this.#files.get(name.toLowerCase());
  }

  async #addZip(place: string, zip: Blob): Promise<number> {
    let count = 0;
    for (const entry of await zipEntries(zip))
      if (SYMBOLS.test(entry.path) && entry.size <= LARGEST_FILE)
        count += this.#put(place, entry.path, await entry.open());
    return count;
  }

  /** What comes later stands in place of what came before. */
  #put(place: string, path: string, blob: Blob): number {
    const parts = path.split(/[\\/]/);
    const file = { path: [place, ...parts].join('\\'), file: new BlobSource(blob) };
    this.#files.set(parts.slice(-3).join('/').toLowerCase(), file);
    this.#files.set(parts.at(-1)!.toLowerCase(), file);
    return 1;
  }
}
