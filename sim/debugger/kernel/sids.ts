import { viewOf } from '../files/record.js';
import { readAll, type Memory } from '../memory/memory.js';
import names from './sids.json' with { type: 'json' };

const MOST_SUBAUTHORITIES = 15; // SID_MAX_SUB_AUTHORITIES
const SUBAUTHORITIES_AT = 8;

const known: Readonly<Record<string, string>> = names.names;

/** `S-1-5-18`; the authority is the only number with its highest byte first. @throws MemoryError */
export function sidText(memory: Memory, at: bigint): string {
  if (at === 0n) return '(none)';
  const head = readAll(memory, at, SUBAUTHORITIES_AT);
  const count = Math.min(head[1]!, MOST_SUBAUTHORITIES);
  const parts = viewOf(readAll(memory, at + BigInt(SUBAUTHORITIES_AT), count * 4));
  const authority = head.subarray(2, 8).reduce((sum, byte) => sum * 256 + byte, 0);
  const numbers = Array.from({ length: count }, (_, i) => parts.getUint32(i * 4, true));
  return ['S', head[0], authority, ...numbers].join('-');
}

/** A SID with the name that is the same on every Windows: ` (Well Known Group: NT AUTHORITY\SYSTEM)` behind it. */
export function namedSid(sid: string): string {
  return sid === '(none)' ? sid : `${sid} (${known[sid] ?? 'no name mapped'})`;
}
