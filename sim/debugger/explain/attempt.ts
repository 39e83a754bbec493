import { MemoryError } from '../memory/memory.js';
import { SymbolsError } from '../symbols/symbols-error.js';

/** What needs pages that the dump lacks, or symbols that are not there, is not found. */
export function attempt<T>(find: () => T[]): T[] {
  try {
    return find();
  } catch (error) {
    if (error instanceof MemoryError || error instanceof SymbolsError) return [];
    throw error;
  }
}
