import { MemoryError, readInteger } from '../memory/memory.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { kernelGlobal, listEntries } from './lists.js';

const U64 = 0xffffffffffffffffn;
/** DISPATCHER_HEADER.Type of a thread. */
const THREAD_OBJECT = 6n;
const HEADER_TYPE_BITS = 0x7fn;
const POINTER_BYTES = 8;

/** A list of a processor's timer table, with what is on it. */
export interface TimerList {
  index: number;
  timers: TypedView[];
}

/** How many kinds of timers a processor's table keeps apart, and how many lists of each. */
export function timerTableSize(session: Session): { kinds: number; lists: number } {
  const entries = session.struct('_KTIMER_TABLE').fields.find(({ name }) => name === 'TimerEntries')?.type;
  if (entries?.kind !== 'array') return { kinds: 0, lists: 0 };
  const { size } = session.struct('_KTIMER_TABLE_ENTRY');
  const kinds = entries.element.kind === 'array' ? entries.size / entries.element.size : 1;
  return { kinds, lists: entries.size / kinds / size };
}

/** The lists of a table that are not empty; `start` is the table's first entry of the kind. */
export function* timerLists(session: Session, start: bigint, lists: number): Iterable<TimerList> {
  const entry = session.struct('_KTIMER_TABLE_ENTRY');
  for (let index = 0; index < lists; index++) {
    const view = new TypedView(session, entry, start + BigInt(index * entry.size));
    if (session.memory.read(view.at('Entry'), POINTER_BYTES).length < POINTER_BYTES) continue;
    const timers = [...listEntries(session, view.at('Entry'), '_KTIMER', 'TimerListEntry')];
    if (timers.length > 0) yield { index, timers };
  }
}

/** What KTIMER.Dpc is encoded with; `undefined` where the dump does not tell. */
export function timerKeys(session: Session): { never: bigint; always: bigint } | undefined {
  try {
    const [never, always] = ['KiWaitNever', 'KiWaitAlways'].map((name) =>
      readInteger(session.memory, kernelGlobal(session, name), 8),
    ) as [bigint, bigint];
    return { never, always };
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}

/**
 * The KDPC that a timer queues, 0 for none. The pointer is kept encoded with the timer's address and two random
 * values, as public tools for timers decode it: exclusive or, a rotation, a swap of bytes.
 */
export function timerDpc(timer: TypedView, { never, always }: { never: bigint; always: bigint }): bigint {
  const turned = rotateLeft(timer.value('Dpc') ^ never, never & 0xffn);
  return swapBytes(turned ^ timer.address) ^ always;
}

/** The thread that waits in a timer of its own; `undefined` for any other timer. */
export function timerThread(session: Session, timer: TypedView): bigint | undefined {
  const offset = new TypedView(session, '_KTHREAD', 0n).at('Timer');
  try {
    const thread = new TypedView(session, '_KTHREAD', BigInt.asUintN(64, timer.address - offset));
    return (thread.value('Header.Type') & HEADER_TYPE_BITS) === THREAD_OBJECT ? thread.address : undefined;
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}

function rotateLeft(value: bigint, by: bigint): bigint {
  const count = by % 64n;
  return ((value << count) | (value >> (64n - count))) & U64;
}

function swapBytes(value: bigint): bigint {
  let swapped = 0n;
  for (let i = 0n; i < 64n; i += 8n) swapped = (swapped << 8n) | ((value >> i) & 0xffn);
  return swapped;
}
