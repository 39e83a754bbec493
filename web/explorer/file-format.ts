import type { FileEntry } from '../../sim/worker/sim-api.js';
import { formatDateTime } from '../desktop/machine-time.js';
import { locale } from '../strings/index.js';
import { formatCount } from '../task-manager/processes/format.js';
import { baseName, isDump, parentFolder } from './path.js';
import { text } from './text.js';
const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;
const STEP = 1024;
/** Windows writes sizes with three digits. */
const DIGITS = new Intl.NumberFormat(locale, {
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
  roundingMode: 'trunc',
});

/** What a folder is called: its name, and of a drive what Windows says. */
export function titleOf(folder: string): string {
  return parentFolder(folder) ? baseName(folder) : text.folders.drive;
}

export function typeOf({ folder, name }: Pick<FileEntry, 'folder' | 'name'>): string {
  if (folder) return text.types.folder;
  return isDump(name) ? text.types.dmp : text.types.other;
}

/** In whole kilobytes, rounded up: the column of File Explorer's details. */
export function sizeInColumn({ folder, size }: FileEntry): string {
  return folder ? '' : `${formatCount(Math.ceil(size / STEP))} KB`;
}

/** Folders that the machine only has by name have no date. */
export function dateOf({ modified }: FileEntry): string {
  return modified ? formatDateTime(modified) : '';
}

/** `318 MB`, `12.4 MB`, `918 bytes` */
export function formatSize(bytes: number): string {
  let [value, unit] = [bytes, 0];
  // 1000 KB would need four digits.
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / STEP, unit + 1];
  return unit === 0 ? text.bytes(formatCount(bytes)) : `${DIGITS.format(value)} ${UNITS[unit]}`;
}

/** `318 MB (333,447,168 bytes)`, as a file's properties have it. */
export function formatExactSize(bytes: number): string {
  return bytes < 1000 ? formatSize(bytes) : `${formatSize(bytes)} (${text.bytes(formatCount(bytes))})`;
}
