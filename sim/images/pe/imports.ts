import { IMAGE_DIRECTORY_ENTRY_IAT, IMAGE_DIRECTORY_ENTRY_IMPORT } from './constants.js';
import type { Draft } from './draft.js';
import { characteristicsOf } from './section-kinds.js';
import type { Import } from '../spec-parts.js';

/** Writes import descriptors, lookup and address tables, and the names. `fileOf` gives a module's file name. */
export function writeImports(
  draft: Draft,
  imports: readonly Import[],
  fileOf: (module: string) => string,
): void {
  if (imports.length === 0) return;
  const modules = [...new Set(imports.map(({ module }) => module))].map((module) => ({
    module,
    symbols: imports.filter((entry) => entry.module === module),
  }));
  const section = draft.section('.idata', characteristicsOf('.idata'));
  const { bytes } = section;
  const { pointerBytes } = draft;

  section.define('$iat');
  for (const { module, symbols } of modules) {
    section.define(`$iat.${module}`);
    for (const { slot } of symbols) {
      section.define(slot).rva(`$hint.${slot}`);
      bytes.fill(pointerBytes - 4);
    }
    bytes.fill(pointerBytes);
  }
  draft.directories.push({ index: IMAGE_DIRECTORY_ENTRY_IAT, target: '$iat', size: bytes.length });

  const start = bytes.length;
  section.define('$imports');
  for (const { module } of modules) {
    section.rva(`$lookup.${module}`);
    bytes.u32(0).u32(0);
    section.rva(`$dll.${module}`).rva(`$iat.${module}`);
  }
  bytes.fill(20);
  draft.directories.push({
    index: IMAGE_DIRECTORY_ENTRY_IMPORT,
    target: '$imports',
    size: bytes.length - start,
  });

  bytes.align(8);
  for (const { module, symbols } of modules) {
    section.define(`$lookup.${module}`);
    for (const { slot } of symbols) {
      section.rva(`$hint.${slot}`);
      bytes.fill(pointerBytes - 4);
    }
    bytes.fill(pointerBytes);
  }
  for (const { module, symbols } of modules) {
    for (const { symbol, slot } of symbols) {
      bytes.align(2);
      section.define(`$hint.${slot}`);
      bytes.u16(0).ascii(`${symbol}\0`);
    }
    section.define(`$dll.${module}`);
    bytes.ascii(`${fileOf(module)}\0`);
  }
}
