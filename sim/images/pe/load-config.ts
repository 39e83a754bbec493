import { RUNTIME } from '../runtime.js';
import { IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG } from './constants.js';
import type { Draft } from './draft.js';
import { characteristicsOf } from './section-kinds.js';

/** Sizes of the structure in the Windows 11 SDK by the width of pointers, and bytes up to the fields that are written. */
const LAYOUTS = {
  4: { size: 0xc0, securityCookie: 0x3c, guardCheckPointer: 0x48 },
  8: { size: 0x140, securityCookie: 0x58, guardCheckPointer: 0x70 },
} as const;
const IMAGE_GUARD_CF_INSTRUMENTED = 0x100;
const IMAGE_GUARD_CF_FUNCTION_TABLE_PRESENT = 0x400;
/** One byte of flags behind each address of the table. */
const TABLE_ENTRY_FLAGS = 1;
const IMAGE_GUARD_CF_FUNCTION_TABLE_SIZE_SHIFT = 28;

/**
 * Writes the load configuration, and the table of the functions that indirect calls may reach. `targets` come in the
 * order of their addresses. Kernel images keep the table in a section of its own.
 * Source of the layouts: winnt.h, IMAGE_LOAD_CONFIG_DIRECTORY32 and IMAGE_LOAD_CONFIG_DIRECTORY64.
 */
export function writeLoadConfig(
  draft: Draft,
  targets: readonly string[],
  tableSection: '.rdata' | 'GFIDS',
): void {
  const table = draft.section(tableSection, characteristicsOf(tableSection));
  table.bytes.align(4);
  table.define('$guard.table');
  for (const target of targets) {
    table.rva(target);
    table.bytes.u8(0);
  }

  const { size, securityCookie, guardCheckPointer } = LAYOUTS[draft.pointerBytes];
  const section = draft.section('.rdata', characteristicsOf('.rdata'));
  const { bytes } = section;
  bytes.align(8);
  const start = bytes.length;
  section.define('$load-config');
  bytes.u32(size).fill(securityCookie - 4);
  section.va(RUNTIME.cookie);
  bytes.fill(guardCheckPointer - (bytes.length - start));
  section.va(RUNTIME.checkPointer);
  if (draft.pointerBytes === 8) section.va(RUNTIME.dispatchPointer);
  else section.pointer(0n); // 32-bit code checks, then calls
  section.va('$guard.table').pointer(BigInt(targets.length));
  bytes.u32(
    IMAGE_GUARD_CF_INSTRUMENTED |
      IMAGE_GUARD_CF_FUNCTION_TABLE_PRESENT |
      (TABLE_ENTRY_FLAGS << IMAGE_GUARD_CF_FUNCTION_TABLE_SIZE_SHIFT),
  );
  bytes.fill(size - (bytes.length - start));
  draft.directories.push({ index: IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG, target: '$load-config', size });
}
