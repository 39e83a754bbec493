import { readAll } from '../memory/memory.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';

const DEEPEST = 64;
/** KEY_HIVE_ENTRY, of the flags of a key's cell. */
const HIVE_ENTRY = 4;
const LONGEST_NAME = 0x400;

/** Path of a key object: the names of its control block and of those above it. @throws MemoryError */
export function keyPath(session: Session, body: bigint): string {
  const parts: string[] = [];
  let at = new TypedView(session, '_CM_KEY_BODY', body).value('KeyControlBlock');
  for (let depth = 0; at !== 0n && depth < DEEPEST; depth++) {
    const block = new TypedView(session, '_CM_KEY_CONTROL_BLOCK', at);
    const above = block.value('ParentKcb');
    // The root of a hive has the name of the key above it, which links to the hive.
    if (above === 0n || !(block.number('Flags') & HIVE_ENTRY))
      parts.unshift(blockName(session, block.value('NameBlock')));
    at = above;
  }
  return `\\${parts.join('\\')}`;
}

/** Names of characters below 256 are kept in bytes. */
function blockName(session: Session, at: bigint): string {
  const view = new TypedView(session, '_CM_NAME_CONTROL_BLOCK', at);
  const length = Math.min(view.number('NameLength'), LONGEST_NAME);
  const bytes = readAll(session.memory, view.at('Name'), length);
  if (view.value('Compressed') === 1n) return String.fromCharCode(...bytes);
  const words = new DataView(bytes.slice().buffer);
  return Array.from({ length: length >> 1 }, (_, i) =>
    String.fromCharCode(words.getUint16(i * 2, true)),
  ).join('');
}
