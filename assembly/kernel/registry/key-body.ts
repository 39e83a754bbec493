// Key objects: what a handle to a registry key leads to. The first four of a key have places of their own in its
// control block, the others are on its list.
import { CM_KEY_BODY, CM_KEY_CONTROL_BLOCK, EPROCESS } from '../../generated/types';
import {
  addToField,
  at,
  getField,
  initialiseList,
  insertTail,
  read64,
  removeEntry,
  setField,
  write64,
} from '../../memory/virtual';
import { createObject } from '../objects/object';
import { typeBodyBytes, typePoolTag } from '../objects/object-type';

const SIGNATURE: u32 = 0x6b793032; // 'ky02', CM_KEY_BODY.Type
const OWN_PLACES: u32 = 4;

let keyType: u32 = 0;

/** Tells the index of object type Key. To be called before the first key is opened. */
export function initialiseKeys(typeIndex: u32): void {
  keyType = typeIndex;
}

/** Index of object type Key. */
export function keyTypeIndex(): u32 {
  return keyType;
}

/** Creates a key object of a process on a key control block. */
export function createKeyBody(block: u64, process: u64): u64 {
  const body = createObject(keyType, typeBodyBytes(keyType), typePoolTag(keyType), false);
  setField(body, CM_KEY_BODY.Type, SIGNATURE);
  setField(body, CM_KEY_BODY.KeyControlBlock, block);
  setField(body, CM_KEY_BODY.ProcessID, getField(process, EPROCESS.UniqueProcessId));
  initialiseList(at(body, CM_KEY_BODY.ContextListHead));
  addToField(block, CM_KEY_CONTROL_BLOCK.RefCount, 1);
  const places = at(block, CM_KEY_CONTROL_BLOCK.KeyBodyArray);
  for (let i: u32 = 0; i < OWN_PLACES; i++)
    if (read64(places + i * 8) == 0) {
      write64(places + i * 8, body);
      initialiseList(at(body, CM_KEY_BODY.KeyBodyList));
      return body;
    }
  insertTail(at(block, CM_KEY_CONTROL_BLOCK.KeyBodyListHead), at(body, CM_KEY_BODY.KeyBodyList));
  return body;
}

/** What a key object's end leaves to be done: its place in the control block, which stays for the next who opens the key. */
export function deleteKeyBody(body: u64): void {
  const block = getField(body, CM_KEY_BODY.KeyControlBlock);
  addToField(block, CM_KEY_CONTROL_BLOCK.RefCount, -1);
  const places = at(block, CM_KEY_CONTROL_BLOCK.KeyBodyArray);
  for (let i: u32 = 0; i < OWN_PLACES; i++) if (read64(places + i * 8) == body) write64(places + i * 8, 0);
  removeEntry(at(body, CM_KEY_BODY.KeyBodyList));
}
