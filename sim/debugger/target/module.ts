import { MemoryError, type Memory } from '../memory/memory.js';
import type { RangeMemory } from '../memory/range-memory.js';
import { exportsOf } from '../pe/exports.js';
import { Image } from '../pe/image.js';
import { mapImage } from '../pe/mapped-image.js';
import type { PdbReference } from '../pe/pdb-reference.js';
import { ModuleSymbols } from '../symbols/module-symbols.js';
import { openPdb, openSymbols } from '../symbols/opened-symbols.js';
import { imageKey, type SymbolFiles } from '../symbols/symbol-files.js';
import { FunctionTable } from '../unwind/function-table.js';
import type { UnwindSource } from '../unwind/unwinder.js';

export interface ModuleFacts {
  /** As symbols are qualified with it. */
  name: string;
  base: bigint;
  /** Bytes. */
  size: number;
  /** Path as the system knows it. */
  imagePath: string;
  timeDateStamp: number;
  checkSum: number;
  /** Which PDB it has, where the dump says so outside of the image. */
  pdb?: PdbReference | undefined;
  /** Whether what the module may write is not to be taken from its image's file. */
  isConstantOnly?: boolean;
}

/** How a module's symbols stand. */
export type SymbolState = 'deferred' | 'pdb' | 'export' | 'none';

/** Whether a file that was found by its name is the image that was loaded. */
function isOfBuild({ headers }: Image, { timeDateStamp, size }: ModuleFacts): boolean {
  return headers.TimeDateStamp === timeDateStamp && headers.SizeOfImage === size;
}

/** A module of the target. Its image and symbols are looked at when somebody asks. */
export class Module {
  readonly facts: ModuleFacts;
  readonly #memory: Memory;
  readonly #files: SymbolFiles;
  #symbols: ModuleSymbols | undefined;
  #state: SymbolState = 'deferred';
  #image: Image | undefined;
  #lookedForImage = false;
  #unwindSource: UnwindSource | undefined;
  /** Why the symbols could not be loaded; '' when they could. */
  problem = '';

  constructor(facts: ModuleFacts, memory: Memory, files: SymbolFiles) {
    this.facts = facts;
    this.#memory = memory;
    this.#files = files;
  }

  get name(): string {
    return this.facts.name;
  }

  get base(): bigint {
    return this.facts.base;
  }

  get end(): bigint {
    return this.facts.base + BigInt(this.facts.size);
  }

  get state(): SymbolState {
    return this.#state;
  }

  contains(address: bigint): boolean {
    return address >= this.base && address < this.end;
  }

  /** The image's headers; `undefined` when their page is not in the dump. */
  get image(): Image | undefined {
    if (this.#lookedForImage) return this.#image;
    this.#lookedForImage = true;
    try {
      this.#image = new Image(this.#memory, this.base);
    } catch {
      // It has none.
    }
    return this.#image;
  }

  #imageFile: RangeMemory | undefined;
  #lookedForFile = false;

  /** The image's file as it lies in memory, found where symbols are; `undefined` when it is not there. */
  get imageFile(): RangeMemory | undefined {
    if (this.#lookedForFile) return this.#imageFile;
    this.#lookedForFile = true;
    const { imagePath, timeDateStamp, size, isConstantOnly } = this.facts;
    const found = this.#files.find(imagePath.split('\\').pop()!, imageKey(timeDateStamp, size));
    try {
      const mapped = found && mapImage(found.file, this.base, isConstantOnly);
      if (mapped && isOfBuild(new Image(mapped, this.base), this.facts)) this.#imageFile = mapped;
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof MemoryError)) throw error;
    }
    return this.#imageFile;
  }

  get pdb(): PdbReference | undefined {
    return this.facts.pdb ?? this.image?.pdb;
  }

  /** The name of the image as its PDB names it, which debuggers show for lack of another. */
  get pdbName(): string {
    return this.pdb?.path.split(/[\\/]/).pop() ?? '';
  }

  /** Loads the symbols on first use; `undefined` when there are none. */
  get symbols(): ModuleSymbols | undefined {
    if (this.#state === 'deferred') this.#load();
    return this.#symbols;
  }

  #load(): void {
    this.#loadPdb();
    if (this.#state === 'none') this.#loadExports();
  }

  /** Without a PDB, what the image's file exports; debuggers read no exports from memory. */
  #loadExports(): void {
    if (!this.imageFile) return;
    try {
      const exported = exportsOf(new Image(this.imageFile, this.base));
      if (exported.length === 0) return;
      this.#symbols = new ModuleSymbols(exported, this.facts.imagePath.split('\\').pop()!, this.base);
      this.#state = 'export';
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof MemoryError)) throw error;
    }
  }

  #loadPdb(): void {
    this.#state = 'none';
    const reference = this.pdb;
    if (!reference) {
      this.problem = 'The image does not say which PDB it has.';
      return;
    }
    const found = this.#files.find(this.pdbName, reference.key);
    if (!found) {
      this.problem = `${this.pdbName} (${reference.key}) was not found.`;
      return;
    }
    try {
      const pdb = openPdb(found.file);
      if (pdb.key !== reference.key) {
        found.file.close?.();
        this.problem = `${found.path} is of another build: ${pdb.key} instead of ${reference.key}.`;
        return;
      }
      this.#symbols = openSymbols(pdb, found, this.base);
      this.#state = 'pdb';
    } catch (error) {
      found.file.close?.();
      this.problem = `${found.path}: ${(error as Error).message}`;
    }
  }

  /** Looks for what was not found once more when somebody asks. */
  retry(): void {
    if (!this.#image) this.#lookedForImage = false;
    if (this.#state === 'none' || this.#state === 'export') this.#state = 'deferred';
    if (!this.#imageFile) this.#lookedForFile = false;
  }

  get unwindSource(): UnwindSource | undefined {
    if (!this.#unwindSource && this.image)
      this.#unwindSource = { image: this.image, functions: new FunctionTable(this.image) };
    return this.#unwindSource;
  }
}
