// Executive resources: locks that one thread owns exclusively or several share, on nt!ExpSystemResourcesList.
import { NT } from '../../generated/symbols';
import { ERESOURCE, KTHREAD, OWNER_ENTRY } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addToField, at, getField, insertTail, setField } from '../../memory/virtual';
import { hash } from '../../random';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { addressOf } from '../symbols';
import { createDispatcherObject, EVENT_SYNCHRONIZATION, SEMAPHORE } from './dispatcher';

const OWNED_EXCLUSIVE: u32 = 0x80; // ERESOURCE.Flag: ResourceOwnedExclusive of wdm.h
const TABLE_ENTRIES: u32 = 4; // of a table of owners; the first one holds its size
const FEW: u64 = 7;
const CRITICAL_REGION: u64 = 0xffff; // KTHREAD.KernelApcDisable counts down from 0

/** Fills an ERESOURCE in place and lists it. */
export function initialiseResource(resource: u64): void {
  insertTail(addressOf(NT.ExpSystemResourcesList), at(resource, ERESOURCE.SystemResourcesList));
}

/** Creates an ERESOURCE in nonpaged pool, as the structures of drivers hold them. */
export function createResource(poolTag: u32): u64 {
  const resource = allocatePool(offsetOf(ERESOURCE.SIZE), poolTag, NON_PAGED, 0);
  initialiseResource(resource);
  return resource;
}

/** Creates `count` resources that nobody owns; some have been contended for. */
export function createResources(count: u32, poolTag: u32, seed: u64): void {
  for (let i: u32 = 0; i < count; i++) {
    const bits = hash(seed, i);
    if (bits % FEW == 0) setField(createResource(poolTag), ERESOURCE.ContentionCount, (bits >> 32) % 40);
    else createResource(poolTag);
  }
}

function fillOwner(entry: u64, thread: u64): void {
  setField(entry, OWNER_ENTRY.OwnerThread, thread);
  setField(entry, OWNER_ENTRY.OwnerCount, 1);
}

/** File systems hold resources inside a critical region, which keeps normal kernel APCs away. */
function enterCriticalRegion(thread: u64): void {
  setField(thread, KTHREAD.KernelApcDisable, CRITICAL_REGION);
}

/** Makes a thread an owner. The first one stands in the resource, those who share it with that one in its table. */
export function ownResource(resource: u64, thread: u64, exclusive: bool): void {
  const entries = getField(resource, ERESOURCE.ActiveEntries);
  if (entries == 0) fillOwner(at(resource, ERESOURCE.OwnerEntry), thread);
  else {
    const bytes = offsetOf(OWNER_ENTRY.SIZE);
    let table = getField(resource, ERESOURCE.OwnerTable);
    if (table == 0) {
      table = allocatePool(TABLE_ENTRIES * bytes, tag(0x52, 0x65, 0x54, 0x61), NON_PAGED, 0); // 'ReTa'
      setField(table, OWNER_ENTRY.TableSize, TABLE_ENTRIES);
      setField(resource, ERESOURCE.OwnerTable, table);
    }
    assert(entries < u64(TABLE_ENTRIES), 'more owners than the table holds');
    fillOwner(table + entries * u64(bytes), thread);
  }
  addToField(resource, ERESOURCE.ActiveEntries, 1);
  setField(resource, ERESOURCE.ActiveCount, 1);
  if (exclusive) setField(resource, ERESOURCE.Flag, OWNED_EXCLUSIVE);
  enterCriticalRegion(thread);
}

/** Counts a thread that wants a resource; returns what it waits for: a semaphore for those who share, or an event. */
export function wantResource(resource: u64, thread: u64, exclusive: bool): u64 {
  enterCriticalRegion(thread);
  addToField(resource, ERESOURCE.ContentionCount, 1);
  addToField(
    resource,
    exclusive ? <i32>ERESOURCE.NumberOfExclusiveWaiters : <i32>ERESOURCE.NumberOfSharedWaiters,
    1,
  );
  const field = exclusive ? <i32>ERESOURCE.ExclusiveWaiters : <i32>ERESOURCE.SharedWaiters;
  let object = getField(resource, field);
  if (object == 0) {
    object = createDispatcherObject(
      exclusive ? EVENT_SYNCHRONIZATION : SEMAPHORE,
      0,
      tag(0x52, 0x65, 0x57, 0x74),
    ); // 'ReWt'
    setField(resource, field, object);
  }
  return object;
}
