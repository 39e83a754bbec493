import type { ByteSource } from '../files/byte-source.js';
import { PdbFile } from '../pdb/pdb-file.js';
import { ModuleSymbols } from './module-symbols.js';
import type { FoundFile } from './symbol-files.js';

/** What was read of files that whoever finds them still holds: the next dump of a machine has its symbols at once. */
const pdbs = new WeakMap<ByteSource, PdbFile>();
const symbols = new WeakMap<PdbFile, { base: bigint; symbols: ModuleSymbols }>();

/** The PDB in a file. @throws FileError when it is none or damaged */
export function openPdb(file: ByteSource): PdbFile {
  let pdb = pdbs.get(file);
  if (!pdb) pdbs.set(file, (pdb = new PdbFile(file)));
  return pdb;
}

/** Its symbols, for a module at an address. Those for the address that was asked for last are kept. */
export function openSymbols(pdb: PdbFile, { path }: FoundFile, base: bigint): ModuleSymbols {
  const kept = symbols.get(pdb);
  if (kept?.base === base && kept.symbols.path === path) return kept.symbols;
  const made = new ModuleSymbols(pdb, path, base);
  symbols.set(pdb, { base, symbols: made });
  return made;
}

/** What a PDB is found by in a symbol store. @throws FileError when it is none or damaged */
export const pdbKey = (file: ByteSource): string => openPdb(file).key;
