// Bodies of the executive's smaller objects: what a fresh one of each kind holds.
import { NT } from '../../generated/symbols';
import { ETIMER, KEVENT, KMUTANT, KSEMAPHORE, KTIMER, KQUEUE } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, initialiseList, setField } from '../../memory/virtual';
import { initialiseDpc } from '../processors/dispatch-state';
import { initialiseHeader } from '../scheduler/dispatcher';
import { addressOf } from '../symbols';
import { createObject } from './object';
import { isTypeNonPaged, typeBodyBytes, typePoolTag } from './object-type';

/** Kinds of body, as the profile's object types name them. */
export const PLAIN: u32 = 0;
export const EVENT: u32 = 1;
export const MUTANT: u32 = 2;
export const SEMAPHORE: u32 = 3;
export const TIMER: u32 = 4;
export const COMPLETION: u32 = 5;

// _KOBJECTS
const EVENT_NOTIFICATION: u32 = 0;
const MUTANT_OBJECT: u32 = 2;
const QUEUE_OBJECT: u32 = 4;
const SEMAPHORE_OBJECT: u32 = 5;
const TIMER_NOTIFICATION: u32 = 8;

const LARGEST_COUNT: u32 = 0x7fffffff;
const kinds = new StaticArray<u8>(256);

/** Says what kind of body the objects of a type have. */
export function setTypeKind(index: u32, kind: u32): void {
  unchecked((kinds[index] = u8(kind)));
}

/** Kind of body that the objects of a type have. */
export function typeKind(index: u32): u32 {
  return unchecked(kinds[index]);
}

/**
 * Makes the zeroed body of an object of a type a fresh one. `variant` chooses among the kind's: its lowest bit makes
 * an event or timer one that releases a single thread, the next one signals it.
 */
export function initialiseBody(body: u64, index: u32, variant: u32): void {
  const kind = <u32>unchecked(kinds[index]);
  const single = variant & 1;
  const signalled = (variant >> 1) & 1;
  switch (kind) {
    case EVENT:
      initialiseHeader(body, EVENT_NOTIFICATION + single, offsetOf(KEVENT.SIZE), signalled);
      break;
    case MUTANT:
      initialiseHeader(body, MUTANT_OBJECT, offsetOf(KMUTANT.SIZE), 1); // owned by nobody
      break;
    case SEMAPHORE:
      initialiseHeader(body, SEMAPHORE_OBJECT, offsetOf(KSEMAPHORE.SIZE), signalled);
      setField(body, KSEMAPHORE.Limit, single ? LARGEST_COUNT : 1);
      break;
    case TIMER:
      initialiseHeader(body, TIMER_NOTIFICATION + single, offsetOf(KTIMER.SIZE), signalled);
      initialiseDpc(at(body, ETIMER.TimerDpc), addressOf(NT.ExpTimerDpcRoutine), body, 0);
      break;
    case COMPLETION:
      initialiseHeader(body, QUEUE_OBJECT, offsetOf(KQUEUE.SIZE), 0);
      initialiseList(at(body, KQUEUE.EntryListHead));
      initialiseList(at(body, KQUEUE.ThreadListHead));
      setField(body, KQUEUE.MaximumCount, 4);
      break;
    default:
  }
}

/** Creates an object without a name of a type that the profile describes. */
export function createFresh(index: u32, variant: u32): u64 {
  const body = createObject(index, typeBodyBytes(index), typePoolTag(index), isTypeNonPaged(index));
  initialiseBody(body, index, variant);
  return body;
}
