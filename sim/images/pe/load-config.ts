import { RUNTIME } from '../runtime.js';
import { IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG } from './constants.js';
import type { Draft } from './draft.js';
import { characteristicsOf } from './section-kinds.js';

/** sizeof(IMAGE_LOAD_CONFIG_DIRECTORY64) of the Windows 11 SDK. */
const SIZE = 0x140;
/** Bytes up to the fields that are written, as that header has them. */
const SECURITY_COOKIE = 0x58;
const GUARD_CHECK_POINTER = 0x70;
const IMAGE_GUARD_CF_INSTRUMENTED = 0x100;
const IMAGE_GUARD_CF_FUNCTION_TABLE_PRESENT = 0x400;
/** One byte of flags behind each address of the table. */
const TABLE_ENTRY_FLAGS = 1;
const IMAGE_GUARD_CF_FUNCTION_TABLE_SIZE_SHIFT = 28;

/**
 * Writes the load configuration, and the table of the functions that indirect calls may reach. `targets` come in the
 * order of their addresses. Kernel images keep the table in a section of its own.
 * Source of the layout: winnt.h, IMAGE_LOAD_CONFIG_DIRECTORY64.
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

  const section = draft.section('.rdata', characteristicsOf('.rdata'));
  const { bytes } = section;
  bytes.align(8);
  const start = bytes.length;
  section.define('$load-config');
  bytes.u32(SIZE).fill(SECURITY_COOKIE - 4);
  section.va(RUNTIME.cookie);
  bytes.fill(GUARD_CHECK_POINTER - (bytes.length - start));
  section.va(RUNTIME.checkPointer).va(RUNTIME.dispatchPointer).va('$guard.table');
  bytes.u64(BigInt(targets.length));
  bytes.u32(
    IMAGE_GUARD_CF_INSTRUMENTED |
      IMAGE_GUARD_CF_FUNCTION_TABLE_PRESENT |
      (TABLE_ENTRY_FLAGS << IMAGE_GUARD_CF_FUNCTION_TABLE_SIZE_SHIFT),
  );
  bytes.fill(SIZE - (bytes.length - start));
  draft.directories.push({ index: IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG, target: '$load-config', size: SIZE });
}
