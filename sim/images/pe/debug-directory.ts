import { alignUp, IMAGE_DIRECTORY_ENTRY_DEBUG } from './constants.js';
import type { Draft } from './draft.js';
import { characteristicsOf } from './section-kinds.js';

const IMAGE_DEBUG_TYPE_CODEVIEW = 2;
const IMAGE_DEBUG_TYPE_POGO = 13;
const IMAGE_DEBUG_TYPE_REPRO = 16;
const IMAGE_DEBUG_TYPE_EX_DLLCHARACTERISTICS = 20;
const IMAGE_DLLCHARACTERISTICS_EX_CET_COMPAT = 1;
/** What the linker optimised with: link-time code generation, without a profile. */
const POGO_SIGNATURE = 'GCTL';
const HASH_SIZE = 32;

/** Symbols of the places that depend on the file's content, and stay 0 until it is known. */
export const DEBUG_IDENTITY = {
  guid: '$debug.guid',
  hash: '$debug.hash',
  stamps: ['$debug.stamp.0', '$debug.stamp.1', '$debug.stamp.2', '$debug.stamp.3'],
} as const;

/** Names of what a compiler puts into a section, as the linker lists them. */
const CONTRIBUTIONS: Readonly<Record<string, string>> = {
  '.text': '.text$mn',
  INIT: 'INIT$mn',
  PAGE: 'PAGE$mn',
};

/**
 * Writes the debug directory: where the PDB is, of what the sections were made, and the hash that stands for a time
 * stamp. To be called when every section is there but for resources and relocations.
 */
export function writeDebugDirectory(draft: Draft, pdb: string): void {
  const section = draft.section('.rdata', characteristicsOf('.rdata'));
  const { bytes } = section;
  bytes.align(4);
  section.define('$debug');
  const parts = draft.sections
    .filter((each) => each.size > 0 && each.name !== section.name)
    .map(({ name }) => ({ name, label: CONTRIBUTIONS[name] ?? name }));
  const pogoSize = 4 + parts.reduce((sum, { label }) => sum + 8 + alignUp(label.length + 1, 4), 0);
  const entries = [
    { type: IMAGE_DEBUG_TYPE_CODEVIEW, size: 4 + 16 + 4 + pdb.length + 1, target: '$debug.codeview' },
    { type: IMAGE_DEBUG_TYPE_POGO, size: pogoSize, target: '$debug.pogo' },
    { type: IMAGE_DEBUG_TYPE_REPRO, size: 4 + HASH_SIZE, target: '$debug.repro' },
    { type: IMAGE_DEBUG_TYPE_EX_DLLCHARACTERISTICS, size: 4, target: '$debug.characteristics' },
  ];
  entries.forEach(({ type, size, target }, index) => {
    bytes.u32(0);
    section.define(DEBUG_IDENTITY.stamps[index]!);
    bytes.u32(0).u32(0).u32(type).u32(size);
    section.rva(target).fileOffset(target);
  });
  draft.directories.push({ index: IMAGE_DIRECTORY_ENTRY_DEBUG, target: '$debug', size: 28 * entries.length });
  section.define('$debug.codeview');
  bytes.ascii('RSDS');
  section.define(DEBUG_IDENTITY.guid);
  bytes.fill(16).u32(1).ascii(`${pdb}\0`).align(4);
  section.define('$debug.pogo');
  bytes.ascii(POGO_SIGNATURE);
  for (const { name, label } of parts) {
    draft.define(
      `$debug.part.${name}`,
      draft.sections.find((each) => each.name === name)!,
      0,
    );
    section.rva(`$debug.part.${name}`).sizeOf(name);
    bytes.ascii(`${label}\0`).align(4);
  }
  section.define('$debug.repro');
  bytes.u32(HASH_SIZE);
  section.define(DEBUG_IDENTITY.hash);
  bytes.fill(HASH_SIZE);
  section.define('$debug.characteristics');
  bytes.u32(IMAGE_DLLCHARACTERISTICS_EX_CET_COMPAT);
}
