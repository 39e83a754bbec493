import { MemoryError } from '../memory/memory.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { fastReference } from './lists.js';

/** MI_VAD_TYPE and protections as debuggers call them. Source: public symbols and the WDK's PAGE_* names. */
const IMAGE_MAP = 2;
const PROTECTIONS = [
  'NO_ACCESS',
  'READONLY',
  'EXECUTE',
  'EXECUTE_READ',
  'READWRITE',
  'WRITECOPY',
  'EXECUTE_READWRITE',
  'EXECUTE_WRITECOPY',
];
const DEEPEST = 64;

/** A protection of the memory manager's, without what is special about it. */
export const protectionName = (protection: number) => PROTECTIONS[protection & 7] ?? '';

export interface VadFacts {
  /** Numbers of the first and the last page. */
  first: bigint;
  last: bigint;
  isPrivate: boolean;
  isImage: boolean;
  protection: string;
}

/** Bits of RTL_BALANCED_NODE.ParentValue that are no part of the address. */
const BALANCE = 7n;

/**
 * MMVADs of a tree in the order of their addresses, with the level each hangs at. A branch whose node does not name
 * the one above it is none: what is no tree, or a damaged one, would go on for ever.
 */
export function* vadsBelow(
  session: Session,
  at: bigint,
  level = 1,
  parent?: bigint,
): Iterable<{ node: TypedView; level: number }> {
  if (at === 0n || level > DEEPEST) return;
  const balanced = new TypedView(session, '_RTL_BALANCED_NODE', at);
  if (parent !== undefined && (balanced.value('ParentValue') & ~BALANCE) !== parent) return;
  yield* vadsBelow(session, balanced.value('Left'), level + 1, at);
  yield { node: new TypedView(session, '_MMVAD', at), level };
  yield* vadsBelow(session, balanced.value('Right'), level + 1, at);
}

/** The MMVAD whose range an address lies in. @throws MemoryError when the tree is not in the dump */
export function vadOf(session: Session, root: bigint, address: bigint): TypedView | undefined {
  const page = address >> 12n;
  for (let at = root, depth = 0; at !== 0n && depth < DEEPEST; depth++) {
    const node = new TypedView(session, '_MMVAD', at);
    const { first, last } = vadFacts(node);
    if (page >= first && page <= last) return node;
    at = new TypedView(session, '_RTL_BALANCED_NODE', at).value(page < first ? 'Left' : 'Right');
  }
  return undefined;
}

export function vadFacts(node: TypedView): VadFacts {
  const page = (name: string) => node.value(`Core.${name}Vpn`) | (node.value(`Core.${name}VpnHigh`) << 32n);
  return {
    first: page('Starting'),
    last: page('Ending'),
    isPrivate: node.value('Core.u.VadFlags.PrivateMemory') === 1n,
    isImage: node.number('Core.u.VadFlags.VadType') === IMAGE_MAP,
    protection: protectionName(node.number('Core.u.VadFlags.Protection')),
  };
}

export interface SectionFacts {
  /** 0 for a view without one. */
  controlArea: bigint;
  /** FILE_OBJECT; 0 for memory that the page file backs. */
  file: bigint;
  path: string;
  committedPages: bigint;
}

/** What a view maps; `undefined` when that is not in the dump. */
export function sectionOf(session: Session, node: TypedView): SectionFacts | undefined {
  try {
    const subsection = node.value('Subsection');
    if (subsection === 0n) return { controlArea: 0n, file: 0n, path: '', committedPages: 0n };
    const controlArea = new TypedView(session, '_SUBSECTION', subsection).value('ControlArea');
    const area = new TypedView(session, '_CONTROL_AREA', controlArea);
    const file = fastReference(area.value('FilePointer.Value'));
    const path = file === 0n ? '' : new TypedView(session, '_FILE_OBJECT', file).unicode('FileName');
    const segment = new TypedView(session, '_SEGMENT', area.value('Segment'));
    return { controlArea, file, path, committedPages: segment.value('NumberOfCommittedPages') };
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}
