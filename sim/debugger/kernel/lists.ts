import { MemoryError, readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import { SymbolsError } from '../symbols/symbols-error.js';
import { fieldOf } from '../types/type.js';
import { TypedView } from '../types/typed-view.js';

/** No list of a kernel is longer; a damaged one may never come back to its head. */
const MOST_ENTRIES = 0x100000;

/** Structures on a LIST_ENTRY's list. Ends where the list cannot be read on. @param link path of the entry in them */
export function* listEntries(
  session: Session,
  head: bigint,
  type: string,
  link: string,
): Iterable<TypedView> {
  const struct = session.struct(type);
  const offset = new TypedView(session, struct, 0n).at(link);
  const seen = new Set<bigint>([head]);
  try {
    for (let at = readPointer(session.memory, head); !seen.has(at) && seen.size < MOST_ENTRIES;) {
      seen.add(at);
      yield new TypedView(session, struct, BigInt.asUintN(64, at - offset));
      at = readPointer(session.memory, at);
    }
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
  }
}

/** The first entries of what a damaged dump may make very long. */
export function* atMost<T>(count: number, items: Iterable<T>): Iterable<T> {
  let left = count;
  if (left <= 0) return;
  for (const item of items) {
    yield item;
    if (--left === 0) return;
  }
}

/** Address of a global of the kernel. @throws Error without symbols */
export function kernelGlobal(session: Session, name: string): bigint {
  const address = session.symbol(`nt!${name}`);
  if (address === undefined) throw new SymbolsError(`The symbols of nt do not name ${name}.`);
  return address;
}

/** What a global that is a pointer points to. @throws MemoryError */
export function kernelPointer(session: Session, name: string): bigint {
  return readPointer(session.memory, kernelGlobal(session, name));
}

/** Value of an EX_FAST_REF: its low four bits count. */
export function fastReference(value: bigint): bigint {
  return value & ~15n;
}

export function hasField(session: Session, type: string, field: string): boolean {
  return fieldOf(session.struct(type), field) !== undefined;
}
