import { SortedNames } from '../files/sorted-names.js';
import { FileError } from '../files/file-error.js';
import type { SourceLine } from '../pdb/line-numbers.js';
import type { PdbFile, PdbSymbol, SeparatedCode } from '../pdb/pdb-file.js';
import type { Export } from '../pe/exports.js';

/** A symbol at an address. */
export interface LoadedSymbol extends PdbSymbol {
  address: bigint;
}

/** The symbols of a loaded module, by address and by name. */
export class ModuleSymbols {
  /** `undefined` where only the image's exports are known: their types and parameters are not. */
  readonly pdb: PdbFile | undefined;
  /** Where the file was found. */
  readonly path: string;
  /** In the order in which the PDB lists them. */
  readonly all: readonly LoadedSymbol[];
  readonly #byAddress: readonly LoadedSymbol[];
  readonly #byName = new Map<string, LoadedSymbol>();
  /** Parts of functions that lie elsewhere; debuggers call them by their functions. */
  readonly #separated: readonly SeparatedCode[];
  #sorted: SortedNames<LoadedSymbol> | undefined;

  /** @param source a PDB, or what the image exports */
  constructor(source: PdbFile | readonly Export[], path: string, base: bigint) {
    const pdb = 'symbols' in source ? source : undefined;
    this.pdb = pdb;
    this.path = path;
    this.all = ('symbols' in source ? source.symbols() : source.map(symbolOf)).map((symbol) => ({
      ...symbol,
      address: base + BigInt(symbol.rva),
    }));
    this.#byAddress = [...this.all].sort((a, b) => a.rva - b.rva);
    this.#separated = pdb?.separatedCode() ?? [];
    for (const symbol of this.all) {
      const key = symbol.name.toLowerCase();
      if (!this.#byName.has(key)) this.#byName.set(key, symbol);
    }
  }

  /** Whether the compiler's own records are there, locals with them. */
  get isPrivate(): boolean {
    return this.all.some(({ isPrivate }) => isPrivate);
  }

  /** Case does not matter. */
  find(name: string): LoadedSymbol | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** Symbols whose names begin so, in alphabetical order. */
  startingWith(beginning: string, most: number): LoadedSymbol[] {
    this.#sorted ??= new SortedNames(this.all, ({ name }) => name);
    return this.#sorted.startingWith(beginning, most);
  }

  /** The symbol at or before an address, of code that lies elsewhere its function's; the first of those at the same address. */
  nearest(rva: number): LoadedSymbol | undefined {
    let at = this.#position(this.#home(rva));
    if (at < 0) return undefined;
    while (at > 0 && this.#byAddress[at - 1]!.rva === this.#byAddress[at]!.rva) at--;
    return this.#byAddress[at];
  }

  /** The first symbol behind an address. */
  next(rva: number): LoadedSymbol | undefined {
    return this.#byAddress[this.#position(this.#home(rva)) + 1];
  }

  /** Where in the sources the code at an address comes from; `undefined` where that is not known, or damaged. */
  lineAt(rva: number): SourceLine | undefined {
    try {
      const compiland = this.nearest(rva)?.scope?.compiland;
      return compiland === undefined ? undefined : this.pdb?.lineAt(rva, compiland);
    } catch (error) {
      if (error instanceof FileError) return undefined;
      throw error;
    }
  }

  /** All symbols at an address. */
  at(rva: number): LoadedSymbol[] {
    const symbols: LoadedSymbol[] = [];
    for (let i = this.#position(rva); i >= 0 && this.#byAddress[i]!.rva === rva; i--)
      symbols.unshift(this.#byAddress[i]!);
    return symbols;
  }

  /** The address, or the start of the function whose code lies there, apart from it. */
  #home(rva: number): number {
    const part = this.#separated[lastFrom(this.#separated, rva)];
    return part && rva < part.rva + part.size ? part.functionRva : rva;
  }

  /** Index of the last symbol at or before an address, -1 for none. */
  #position(rva: number): number {
    return lastFrom(this.#byAddress, rva);
  }
}

/** An export may be data; nothing says so. */
function symbolOf({ name, rva }: Export): PdbSymbol {
  return { name, rva, isFunction: true, isPrivate: false, size: 0, typeIndex: 0 };
}

/** Index of the last of what is sorted by address that begins at or before an address, -1 for none. */
function lastFrom(sorted: readonly { readonly rva: number }[], rva: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.rva <= rva) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
