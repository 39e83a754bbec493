// Who a thread waits for: the owner of the mutant or of the resource that it wants, or the thread whose end it awaits.
import { NT } from '../../generated/symbols';
import {
  CLIENT_ID,
  DISPATCHER_HEADER,
  ERESOURCE,
  ETHREAD,
  KMUTANT,
  KTHREAD,
  KWAIT_BLOCK,
  OWNER_ENTRY,
} from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import { at, getField, read64 } from '../../memory/virtual';
import { addressOf } from '../symbols';
import { MUTANT, THREAD } from './dispatcher';

const WAITING: u64 = 5; // _KTHREAD_STATE
const TYPE_MASK: u64 = 0x7f; // the highest bit of a header's Type is its lock
const OWNER_MASK: u64 = ~u64(3); // the low bits of a resource's owner are flags
const KIND_NONE: u64 = 0;
const KIND_MUTANT: u64 = 1;
const KIND_RESOURCE: u64 = 2;
const KIND_THREAD: u64 = 3;

let kind: u64 = 0;

/**
 * Reads a thread to the exchange buffer as u64: its id, that of its process, 1 when it waits, why (_KWAIT_REASON), what
 * kind of thing it waits for (1 a mutant, 2 a resource, 3 a thread; 0 something that nobody owns) and the thread that
 * it so waits for, 0 for none.
 */
export function readWait(thread: u64): void {
  const out = exchangeBuffer();
  const id = at(thread, ETHREAD.Cid);
  const waits = getField(thread, KTHREAD.State) == WAITING;
  kind = KIND_NONE;
  const owner = waits ? ownerOf(thread) : 0;
  store<u64>(out, getField(id, CLIENT_ID.UniqueThread));
  store<u64>(out, getField(id, CLIENT_ID.UniqueProcess), 8);
  store<u64>(out, waits ? 1 : 0, 16);
  store<u64>(out, getField(thread, KTHREAD.WaitReason), 24);
  store<u64>(out, owner == 0 ? KIND_NONE : kind, 32);
  store<u64>(out, owner, 40);
}

function ownerOf(thread: u64): u64 {
  const blocks = getField(thread, KTHREAD.WaitBlockList);
  const count = getField(thread, KTHREAD.WaitBlockCount);
  for (let i: u64 = 0; i < count; i++) {
    const object = getField(blocks + i * u64(offsetOf(KWAIT_BLOCK.SIZE)), KWAIT_BLOCK.Object);
    const type = u32(getField(object, DISPATCHER_HEADER.Type) & TYPE_MASK);
    let owner: u64 = 0;
    if (type == MUTANT) {
      kind = KIND_MUTANT;
      owner = getField(object, KMUTANT.OwnerThread);
    } else if (type == THREAD) {
      kind = KIND_THREAD;
      owner = object;
    } else {
      kind = KIND_RESOURCE;
      owner = ownerOfResource(object);
    }
    if (owner != 0 && owner != thread) return owner;
  }
  return 0;
}

/** Owner of the resource whose waiters wait for `object`, 0 when there is none. */
function ownerOfResource(object: u64): u64 {
  const head = addressOf(NT.ExpSystemResourcesList);
  for (let entry = read64(head); entry != head; entry = read64(entry)) {
    const resource = entry - offsetOf(ERESOURCE.SystemResourcesList);
    if (
      getField(resource, ERESOURCE.ExclusiveWaiters) == object ||
      getField(resource, ERESOURCE.SharedWaiters) == object
    )
      return getField(at(resource, ERESOURCE.OwnerEntry), OWNER_ENTRY.OwnerThread) & OWNER_MASK;
  }
  return 0;
}
