import { IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG } from './constants.js';
import type { Draft } from './draft.js';
import { characteristicsOf } from './section-kinds.js';

const LOAD_CONFIG_SIZE = 0x94;
const SECURITY_COOKIE_OFFSET = 0x58;
/** The cookie before a loader or the kernel replaces it, as the C run-time defines it for x64. */
const DEFAULT_SECURITY_COOKIE = 0x00002b992ddfa232n;

export const SECURITY_COOKIE = '__security_cookie';

/** Writes the load configuration directory, whose one content is the security cookie's address. */
export function writeLoadConfig(draft: Draft): void {
  const data = draft.section('.data', characteristicsOf('.data'));
  data.bytes.align(8);
  data.define(SECURITY_COOKIE);
  data.bytes.u64(DEFAULT_SECURITY_COOKIE);
  const section = draft.section('.rdata', characteristicsOf('.rdata'));
  section.bytes.align(8);
  section.define('$loadConfig');
  section.bytes.u32(LOAD_CONFIG_SIZE).fill(SECURITY_COOKIE_OFFSET - 4);
  section.address(SECURITY_COOKIE);
  section.bytes.fill(LOAD_CONFIG_SIZE - SECURITY_COOKIE_OFFSET - 8);
  draft.directories.push({
    index: IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG,
    target: '$loadConfig',
    size: LOAD_CONFIG_SIZE,
  });
}
