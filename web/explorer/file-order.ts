import type { FileEntry } from '../../sim/worker/sim-api.js';
import { locale } from '../strings/index.js';
import { typeOf } from './file-format.js';

export type FileColumn = 'name' | 'modified' | 'type' | 'size';
export const FILE_COLUMNS: readonly FileColumn[] = ['name', 'modified', 'type', 'size'];

export interface FileOrder {
  column: FileColumn;
  descending: boolean;
}

export const BY_NAME: FileOrder = { column: 'name', descending: false };

const collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });

const COMPARE: Readonly<Record<FileColumn, (a: FileEntry, b: FileEntry) => number>> = {
  name: (a, b) => collator.compare(a.name, b.name),
  modified: (a, b) => a.modified - b.modified,
  type: (a, b) => collator.compare(typeOf(a), typeOf(b)),
  size: (a, b) => a.size - b.size,
};

/** A click on `column`: names and types begin with A, dates and sizes with the newest and the largest, as Windows does. */
export function orderAfterClick(order: FileOrder, column: FileColumn): FileOrder {
  const begins = column === 'modified' || column === 'size';
  return { column, descending: order.column === column ? !order.descending : begins };
}

/** Folders come before files, and after them when the order is turned round; what is equal is in the order of names. */
export function sorted(files: readonly FileEntry[], { column, descending }: FileOrder): FileEntry[] {
  const sign = descending ? -1 : 1;
  return [...files].sort((a, b) => {
    const folders = Number(b.folder) - Number(a.folder);
    const byDate = column === 'modified' || column === 'size' ? folders : sign * folders;
    return byDate || sign * COMPARE[column](a, b) || COMPARE.name(a, b);
  });
}
