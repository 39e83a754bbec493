import {
  CachedSource,
  FileError,
  pdbKey,
  type ByteSource,
  type FoundFile,
  type SymbolFiles,
} from '../../../sim/debugger/index.js';
import { BlobSource } from './blob-source.js';
import type { SymbolFile } from './debugger-api.js';
import { zipEntries } from './zip-entries.js';

/** What a debugger reads besides dumps. */
const SYMBOLS = /\.(?:pdb|exe|dll|sys)$/i;
const ZIP = /\.zip$/i;
const PDB = /\.pdb$/i;
/** Below the folder of a symbol store a file lies in two more. */
const PARTS_IN_STORE = 3;
/** A PDB that is larger than this is none. */
const LARGEST_FILE = 0x7fffffff;

const SEPARATORS = /[\\/]/;

export interface AddedFiles {
  /** How many are of use. */
  count: number;
  /** Files that are not what their names say. */
  refused: { file: string; reason: string }[];
  /** PDBs that were not in a symbol store, with their keys. */
  pdbs: { file: string; key: string }[];
}

/** The symbol files that the page has given: of the machine itself, and those that were dropped on the debugger. */
export class SymbolBag implements SymbolFiles {
  readonly #places: string[] = [];
  /** By the last three parts of their path, as symbol stores have them, and by name alone; small letters. */
  readonly #files = new Map<string, FoundFile>();

  get description(): string {
    return this.#places.join(';');
  }

  /** @param place what `.sympath` shows @throws Error when a zip cannot be read */
  async add(place: string, files: readonly SymbolFile[]): Promise<AddedFiles> {
    const added: AddedFiles = { count: 0, refused: [], pdbs: [] };
    for (const { path, blob } of files) {
      if (ZIP.test(path)) added.count += await this.#addZip(place, blob);
      else if (SYMBOLS.test(path)) this.#addFile(place, path, blob, added);
    }
    if (added.count > 0 && !this.#places.includes(place)) this.#places.push(place);
    return added;
  }

  /** A PDB that lies alone is kept by the key that stands in it as well, so that one of another build never hides it. */
  #addFile(place: string, path: string, blob: Blob, added: AddedFiles): void {
    const isLoose = path.split(SEPARATORS).length < PARTS_IN_STORE;
    if (!isLoose || !PDB.test(path)) {
      added.count += this.#put(place, path, sourceOf(blob));
      return;
    }
    const name = path.split(SEPARATORS).at(-1)!;
    try {
      const file = sourceOf(blob);
      const key = pdbKey(file);
      added.count += this.#put(place, path, file, `${name}/${key}/${name}`);
      added.pdbs.push({ file: name, key });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      added.refused.push({ file: name, reason: error.message });
    }
  }

  find(name: string, key: string): FoundFile | undefined {
    return this.#files.get(`${name}/${key}/${name}`.toLowerCase()) ?? this.#files.get(name.toLowerCase());
  }

  async #addZip(place: string, zip: Blob): Promise<number> {
    let count = 0;
    for (const entry of await zipEntries(zip))
      if (SYMBOLS.test(entry.path) && entry.size <= LARGEST_FILE)
        count += this.#put(place, entry.path, sourceOf(await entry.open()));
    return count;
  }

  /** What comes later stands in place of what came before. */
  #put(place: string, path: string, source: ByteSource, inStore?: string): number {
    const parts = path.split(SEPARATORS);
    const file = { path: [place, ...parts].join('\\'), file: source };
    this.#files.set((inStore ?? parts.slice(-PARTS_IN_STORE).join('/')).toLowerCase(), file);
    this.#files.set(parts.at(-1)!.toLowerCase(), file);
    return 1;
  }
}

/** Symbols are read in blocks of some hundred bytes. */
function sourceOf(blob: Blob): ByteSource {
  return new CachedSource(new BlobSource(blob));
}
