import type { Drop } from './drop.js';
import type { SymbolFile } from './worker/debugger-api.js';

/** Files that the user chose or dropped, sorted by what the debugger does with them. */
export interface GivenFiles {
  dumps: readonly File[];
  symbols: readonly SymbolFile[];
}

const DUMP = /\.h?dmp$/i;
const SYMBOLS = /\.(?:pdb|exe|dll|sys|zip)$/i;

/** Sorts files; of those with other names none is taken unless it is alone: then it is meant as a dump. */
export function sortFiles(files: readonly SymbolFile[]): GivenFiles {
  const dumps = files.filter(({ path }) => DUMP.test(path));
  const symbols = files.filter(({ path }) => SYMBOLS.test(path));
  const isOther = files.length === 1 && dumps.length === 0 && symbols.length === 0;
  return { dumps: (isOther ? files : dumps).map(({ blob }) => blob as File), symbols };
}

/** All files of a drop, those in dropped folders with the path below them. */
export async function droppedFiles({ entries, files }: Drop): Promise<SymbolFile[]> {
  if (entries.length === 0) return files.map((file) => ({ path: file.name, blob: file }));
  return (await Promise.all(entries.map((entry) => filesOf(entry, '')))).flat();
}

/** The files of an `<input type=file>`; one for folders gives paths. */
export function chosenFiles(input: HTMLInputElement): SymbolFile[] {
  const files = [...(input.files ?? [])];
  input.value = ''; // so that the same file can be chosen again
  return files.map((file) => ({ path: file.webkitRelativePath || file.name, blob: file }));
}

async function filesOf(entry: FileSystemEntry, folder: string): Promise<SymbolFile[]> {
  const path = `${folder}${entry.name}`;
  if (entry.isFile) {
    const blob = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path, blob }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: SymbolFile[] = [];
  for (;;) {
    // It gives a part of the folder at a time, and nothing at its end.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return found;
    for (const child of part) found.push(...(await filesOf(child, `${path}/`)));
  }
}
