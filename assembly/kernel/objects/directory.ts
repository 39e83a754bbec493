// Object directories: 37 chains of entries, an object's chain chosen by a hash of its name.
import {
  OBJECT_DIRECTORY,
  OBJECT_DIRECTORY_ENTRY,
  OBJECT_HEADER_NAME_INFO,
  UNICODE_STRING,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, read16, read64, setField, write64 } from '../../memory/virtual';
import { allocatePool, freePool, PAGED, tag } from '../pool/pool';
import { NAME_INFO, optionalHeader, referenceObject } from './object';

const BUCKETS: u32 = 37;
const LOWER_A: u32 = 0x61;
const LOWER_Z: u32 = 0x7a;
const TO_UPPER: u32 = 0x20;
const ASCII: u32 = 0x80;

/**
 * Hash of the name of `bytes` bytes at `text`, upper and lower case alike: h = 2.5 h + h + character, as ReactOS
 * publishes it in ObpLookupEntryDirectory. The name must be ASCII, as those of our namespace are.
 */
function hashOf(text: u64, bytes: u32): u32 {
  let hash: u32 = 0;
  for (let i: u32 = 0; i < bytes; i += 2) {
    const character: u32 = read16(text + i);
    assert(character < ASCII, 'names of objects are ASCII');
    hash += (hash << 1) + (hash >> 1);
    hash += character >= LOWER_A && character <= LOWER_Z ? character - TO_UPPER : character;
  }
  return hash;
}

/** Puts a named object into a directory, at the front of its chain; both get a reference more. */
export function insertIntoDirectory(directory: u64, body: u64): void {
  const info = optionalHeader(body, NAME_INFO);
  assert(info != 0, 'an object without a name cannot be in a directory');
  const name = at(info, OBJECT_HEADER_NAME_INFO.Name);
  const hash = hashOf(getField(name, UNICODE_STRING.Buffer), u32(getField(name, UNICODE_STRING.Length)));
  const bucket = at(directory, OBJECT_DIRECTORY.HashBuckets) + u64(hash % BUCKETS) * 8;
  const entry = allocatePool(offsetOf(OBJECT_DIRECTORY_ENTRY.SIZE), tag(0x4f, 0x62, 0x44, 0x69), PAGED, 0); // 'ObDi'
  setField(entry, OBJECT_DIRECTORY_ENTRY.ChainLink, read64(bucket));
  setField(entry, OBJECT_DIRECTORY_ENTRY.Object, body);
  setField(entry, OBJECT_DIRECTORY_ENTRY.HashValue, hash);
  write64(bucket, entry);
  setField(info, OBJECT_HEADER_NAME_INFO.Directory, directory);
  referenceObject(body, 1);
  referenceObject(directory, 1);
}

/** Takes a named object out of its directory: the directory's entry and its references are gone but for the one of the object's, which is the caller's. */
export function removeFromDirectory(directory: u64, body: u64): void {
  const info = optionalHeader(body, NAME_INFO);
  const name = at(info, OBJECT_HEADER_NAME_INFO.Name);
  const hash = hashOf(getField(name, UNICODE_STRING.Buffer), u32(getField(name, UNICODE_STRING.Length)));
  let link = at(directory, OBJECT_DIRECTORY.HashBuckets) + u64(hash % BUCKETS) * 8;
  let entry = read64(link);
  while (getField(entry, OBJECT_DIRECTORY_ENTRY.Object) != body) {
    link = at(entry, OBJECT_DIRECTORY_ENTRY.ChainLink);
    entry = read64(link);
  }
  write64(link, getField(entry, OBJECT_DIRECTORY_ENTRY.ChainLink));
  freePool(entry);
  setField(info, OBJECT_HEADER_NAME_INFO.Directory, 0);
  referenceObject(directory, -1);
}
