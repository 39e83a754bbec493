import { viewOf } from '../files/record.js';
import { readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { kernelPointer } from './lists.js';

export interface Handle {
  value: number;
  /** Address of the HANDLE_TABLE_ENTRY. */
  entry: bigint;
  object: bigint;
  grantedAccess: number;
  /** OBJ_PROTECT_CLOSE 1, OBJ_INHERIT 2, OBJ_AUDIT_OBJECT_CLOSE 4. */
  attributes: number;
}

const PAGE_BYTES = 0x1000;
export const ENTRY_BYTES = 16;
const POINTER_BYTES = 8;
export const HANDLE_STEP = 4;
/** Of HANDLE_TABLE.TableCode: levels above that of the entries. */
export const LEVEL_MASK = 3n;
export const ENTRIES_A_PAGE = PAGE_BYTES / ENTRY_BYTES;
export const POINTERS_A_PAGE = PAGE_BYTES / POINTER_BYTES;

/** HANDLE_TABLE_ENTRY.ObjectPointerBits: where they begin, and what they count. Source: public symbols. */
const POINTER_BITS = { position: 20n, length: 44n, shift: 4n };

/** An entry that no handle uses. */
export interface FreeHandle {
  value: number;
  entry: bigint;
  /** Address of the next free entry, 0 for the last one. */
  next: bigint;
}

/** Handles in use of a table, in order. Tables that are not in memory are passed over. */
export function* handlesIn(session: Session, table: bigint): Iterable<Handle> {
  for (const entry of handleEntries(session, table)) if ('object' in entry) yield entry;
}

/** All entries of a table, free ones too. */
export function* handleEntries(session: Session, table: bigint): Iterable<Handle | FreeHandle> {
  const view = new TypedView(session, '_HANDLE_TABLE', table);
  const code = view.value('TableCode');
  yield* level(session, code & ~LEVEL_MASK, Number(code & LEVEL_MASK), 0);
}

/** The thread or process with an id: entries of PspCidTable lead to the object itself, not to its header. */
export function objectById(session: Session, id: number): Handle | undefined {
  for (const entry of handlesIn(session, kernelPointer(session, 'PspCidTable')))
    if (entry.value === id) return { ...entry, object: entry.object - objectHeaderBytes(session) };
  return undefined;
}

function* level(session: Session, at: bigint, depth: number, first: number): Iterable<Handle | FreeHandle> {
  if (depth === 0) {
    yield* page(session, at, first);
    return;
  }
  const each = ENTRIES_A_PAGE * POINTERS_A_PAGE ** (depth - 1);
  for (let i = 0; i < POINTERS_A_PAGE; i++) {
    const bytes = session.memory.read(at + BigInt(i * POINTER_BYTES), POINTER_BYTES);
    if (bytes.length < POINTER_BYTES) return;
    const next = readPointer(session.memory, at + BigInt(i * POINTER_BYTES));
    if (next === 0n) return;
    yield* level(session, next, depth - 1, first + i * each);
  }
}

function* page(session: Session, at: bigint, first: number): Iterable<Handle | FreeHandle> {
  const bytes = session.memory.read(at, PAGE_BYTES);
  const view = viewOf(bytes);
  // The first entry of each page is the table's own.
  for (let i = 1; (i + 1) * ENTRY_BYTES <= bytes.length; i++)
    yield decoded(session, view, i * ENTRY_BYTES, {
      value: (first + i) * HANDLE_STEP,
      entry: at + BigInt(i * ENTRY_BYTES),
    });
}

/** The entry at an address, of the handle of a value; `undefined` when the dump does not hold it. */
export function handleOf(session: Session, entry: bigint, value: number): Handle | FreeHandle | undefined {
  const bytes = session.memory.read(entry, ENTRY_BYTES);
  return bytes.length < ENTRY_BYTES ? undefined : decoded(session, viewOf(bytes), 0, { value, entry });
}

function decoded(
  session: Session,
  view: DataView,
  at: number,
  where: { value: number; entry: bigint },
): Handle | FreeHandle {
  const low = view.getBigUint64(at, true);
  const high = view.getUint32(at + 8, true);
  const bits = BigInt.asIntN(Number(POINTER_BITS.length), low >> POINTER_BITS.position);
  if (bits === 0n) return { ...where, next: view.getBigUint64(at + 8, true) };
  return {
    ...where,
    object: BigInt.asUintN(64, bits << POINTER_BITS.shift) + objectHeaderBytes(session),
    grantedAccess: high & 0x1ffffff,
    attributes: Number((low >> 17n) & 7n),
  };
}

function objectHeaderBytes(session: Session): bigint {
  return new TypedView(session, '_OBJECT_HEADER', 0n).at('Body');
}
