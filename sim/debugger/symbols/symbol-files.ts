import type { ByteSource } from '../files/byte-source.js';

/** A file that was found. */
export interface FoundFile {
  /** As it is shown to the user. */
  path: string;
  file: ByteSource;
}

/** Where symbols and images come from: a folder, a zip, files dropped on the page. */
export interface SymbolFiles {
  /** What `.sympath` shows. */
  readonly description: string;
  /**
   * A file by its name and the key that symbol stores put it under (GUID and age of a PDB; stamp and size of an image),
   * or by its name alone.
   */
  find(name: string, key: string): FoundFile | undefined;
  /** Looks in other folders from now on, where folders can be named at all. @returns those that are none */
  setPath?(folders: readonly string[]): string[];
}

export const noSymbolFiles: SymbolFiles = { description: '', find: () => undefined };

/** Key of an image in a symbol store: stamp in eight capital digits, size in small ones. */
export function imageKey(timeDateStamp: number, sizeOfImage: number): string {
  return timeDateStamp.toString(16).toUpperCase().padStart(8, '0') + sizeOfImage.toString(16);
}
