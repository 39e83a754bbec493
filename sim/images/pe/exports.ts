import { IMAGE_DIRECTORY_ENTRY_EXPORT } from './constants.js';
import type { Draft } from './draft.js';
import { characteristicsOf } from './section-kinds.js';

/**
 * Writes the export directory: names in the order of their bytes, ordinals from 1 in the same order. What is another
 * module's (`forwards`) has the other's name in place of code: its address lies in the directory, which tells the two apart.
 */
export function writeExports(
  draft: Draft,
  file: string,
  names: readonly string[],
  forwards: Readonly<Record<string, string>> = {},
): void {
  if (names.length === 0) return;
  const sorted = [...names, ...Object.keys(forwards)].sort((a, b) => (a < b ? -1 : 1));
  const section = draft.section('.edata', characteristicsOf('.edata'));
  const { bytes } = section.define('$exports');
  bytes.u32(0).u32(0).u16(0).u16(0);
  section.rva('$exports.file');
  bytes.u32(1).u32(sorted.length).u32(sorted.length);
  section.rva('$exports.functions').rva('$exports.names').rva('$exports.ordinals');
  section.define('$exports.functions');
  for (const name of sorted) section.rva(name in forwards ? `$exports.forward.${name}` : name);
  section.define('$exports.names');
  for (const name of sorted) section.rva(`$exports.name.${name}`);
  section.define('$exports.ordinals');
  sorted.forEach((_, index) => bytes.u16(index));
  section.define('$exports.file');
  bytes.ascii(`${file}\0`);
  for (const name of sorted) {
    section.define(`$exports.name.${name}`);
    bytes.ascii(`${name}\0`);
  }
  for (const [name, target] of Object.entries(forwards)) {
    section.define(`$exports.forward.${name}`);
    bytes.ascii(`${target}\0`);
  }
  draft.directories.push({ index: IMAGE_DIRECTORY_ENTRY_EXPORT, target: '$exports', size: bytes.length });
}
