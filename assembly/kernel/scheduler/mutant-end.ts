// Mutants whose owner ends: they are abandoned, and whoever waits for one gets it.
import { NT } from '../../generated/symbols';
import {
  DISPATCHER_HEADER,
  EPROCESS,
  KMUTANT,
  KTHREAD,
  KWAIT_BLOCK,
  OBJECT_TYPE,
} from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import { at, getField, read64, removeEntry, setField } from '../../memory/virtual';
import { createFresh } from '../objects/body';
import { openHandle } from '../objects/handles';
import { referenceObject } from '../objects/object';
import { addressOf } from '../symbols';
import { ownMutant } from './dispatcher';
import { endWaitOf } from './task-end';

const FREE: u32 = 1; // SignalState of a mutant that nobody owns
const STATUS_ABANDONED: u32 = 0x80;
const EVENT_ALL_ACCESS: u32 = 0x1f0003;
const SYNCHRONIZATION: u32 = 1;

/** Threads that got a mutant, and what they wait for since: pairs of u64. */
let passedOn = new Array<u64>();

/** Lets go of all mutants that a thread owns. */
export function abandonMutants(thread: u64): void {
  const head = at(thread, KTHREAD.MutantListHead);
  for (let entry = read64(head); entry != head; entry = read64(head)) {
    removeEntry(entry);
    abandon(entry - offsetOf(KMUTANT.MutantListEntry));
  }
}

function abandon(mutant: u64): void {
  setField(mutant, KMUTANT.Abandoned, 1);
  setField(mutant, KMUTANT.OwnerThread, 0);
  setField(mutant, DISPATCHER_HEADER.SignalState, FREE);
  const waiters = at(mutant, DISPATCHER_HEADER.WaitListHead);
  if (read64(waiters) == waiters) return;
  const block = read64(waiters) - offsetOf(KWAIT_BLOCK.WaitListEntry);
  passOn(mutant, block);
}

/**
 * The first one that waits owns the mutant now, and is told that it was abandoned. What it does then is its program's
 * business; the lab lets it wait for an event of its own.
 */
function passOn(mutant: u64, block: u64): void {
  const thread = getField(block, KWAIT_BLOCK.Thread);
  endWaitOf(thread, STATUS_ABANDONED);
  ownMutant(mutant, thread);
  setField(mutant, KMUTANT.Abandoned, 0);
  const type = getField(read64(addressOf(NT.ExEventObjectType)), OBJECT_TYPE.Index);
  const event = createFresh(u32(type), SYNCHRONIZATION);
  const table = getField(getField(thread, KTHREAD.Process), EPROCESS.ObjectTable);
  openHandle(table, event, EVENT_ALL_ACCESS, 0);
  referenceObject(event, -1);
  setField(block, KWAIT_BLOCK.Object, event);
  passedOn.push(thread);
  passedOn.push(event);
}

/** Lists threads that got an abandoned mutant, and the event that each waits for since, in the exchange buffer; returns how many pairs. */
export function listPassedOn(): u32 {
  const words = passedOn.length;
  for (let i = 0; i < words; i++) store<u64>(exchangeBuffer() + (usize(i) << 3), passedOn[i]);
  passedOn = new Array<u64>();
  return u32(words / 2);
}
