import { IMAGE_DIRECTORY_ENTRY_DEBUG } from './constants.js';
import type { Draft } from './draft.js';
import { characteristicsOf } from './section-kinds.js';

const IMAGE_DEBUG_TYPE_CODEVIEW = 2;
const IMAGE_DEBUG_TYPE_REPRO = 16;
const HASH_SIZE = 32;

/** Symbols of the places that depend on the file's content, and stay 0 until it is known. */
export const DEBUG_IDENTITY = {
  guid: '$debug.guid',
  hash: '$debug.hash',
  stamps: ['$debug.stamp.0', '$debug.stamp.1'],
} as const;

/** Writes the debug directory: where the PDB is, and the hash that stands for a time stamp. */
export function writeDebugDirectory(draft: Draft, pdb: string): void {
  const section = draft.section('.rdata', characteristicsOf('.rdata'));
  const { bytes } = section;
  bytes.align(4);
  section.define('$debug');
  const entries = [
    { type: IMAGE_DEBUG_TYPE_CODEVIEW, size: 4 + 16 + 4 + pdb.length + 1, target: '$debug.codeview' },
    { type: IMAGE_DEBUG_TYPE_REPRO, size: 4 + HASH_SIZE, target: '$debug.repro' },
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
  section.define('$debug.repro');
  bytes.u32(HASH_SIZE);
  section.define(DEBUG_IDENTITY.hash);
  bytes.fill(HASH_SIZE);
}
