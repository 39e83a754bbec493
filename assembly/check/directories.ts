// The object namespace: every directory from the root down, and the objects that hang in their buckets.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  OBJECT_DIRECTORY,
  OBJECT_DIRECTORY_ENTRY,
  OBJECT_HEADER,
  OBJECT_HEADER_NAME_INFO,
  UNICODE_STRING,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { AddressTable } from './address-table';
import { beginDrivers, checkDriver } from './drivers';
import { expect, follow } from './expect';
import { peek16, peek64, value } from './memory';
import { isText } from './modules';
import { expectType, typeOf } from './objects';
import { optionalBytes } from './pool/objects';
import { broken, disagree, visit } from './report';

const BUCKETS: u32 = 37;
const DEEPEST: u32 = 32;
const LONGEST_CHAIN: u32 = 100000;
const NAME_INFO: u32 = 2; // bit of OBJECT_HEADER.InfoMask
const LOWER_A: u32 = 0x61;
const LOWER_Z: u32 = 0x7a;
const TO_UPPER: u32 = 0x20;

const seen = new AddressTable();
let directoryType: u64 = 0;
let driverType: u64 = 0;

/** Checks the whole namespace, and every driver in it. */
export function checkDirectories(): void {
  seen.clear();
  beginDrivers();
  directoryType = peek64(addressOf(NT.ObpDirectoryObjectType));
  driverType = peek64(addressOf(NT.IoDriverObjectType));
  const root = peek64(addressOf(NT.ObpRootDirectoryObject));
  if (!broken() && expectType(root, directoryType)) checkDirectory(root, 0);
}

function checkDirectory(directory: u64, depth: u32): void {
  if (seen.has(directory) || depth > DEEPEST) return;
  seen.set(directory, 1);
  visit(Visited.Directories);
  for (let bucket: u32 = 0; bucket < BUCKETS && !broken(); bucket++) {
    let entry = peek64(directory + offsetOf(OBJECT_DIRECTORY.HashBuckets) + u64(bucket) * 8);
    for (let i: u32 = 0; entry != 0 && !broken(); i++) {
      if (i > LONGEST_CHAIN) {
        disagree(Rule.NameIsInItsBucket, entry, OBJECT_DIRECTORY_ENTRY.ChainLink, 0, entry);
        return;
      }
      checkEntry(entry, directory, bucket, depth);
      entry = value(entry, OBJECT_DIRECTORY_ENTRY.ChainLink);
    }
  }
}

function checkEntry(entry: u64, directory: u64, bucket: u32, depth: u32): void {
  const object = follow(entry, OBJECT_DIRECTORY_ENTRY.Object);
  if (object == 0) return;
  const type = typeOf(object);
  if (broken()) return;
  const header = object - offsetOf(OBJECT_HEADER.Body);
  const mask = u32(value(header, OBJECT_HEADER.InfoMask));
  if ((mask & NAME_INFO) == 0) {
    disagree(Rule.DirectoryHoldsObject, header, OBJECT_HEADER.InfoMask, mask | NAME_INFO, mask);
    return;
  }
  const info = header - optionalBytes(mask & 3);
  if (!expect(Rule.DirectoryHoldsObject, info, OBJECT_HEADER_NAME_INFO.Directory, directory)) return;
  const name = info + offsetOf(OBJECT_HEADER_NAME_INFO.Name);
  if (!isText(name)) {
    disagree(Rule.NameIsText, info, OBJECT_HEADER_NAME_INFO.Name, 1, 0);
    return;
  }
  const hash = hashOf(name);
  if (!expect(Rule.NameIsInItsBucket, entry, OBJECT_DIRECTORY_ENTRY.HashValue, hash)) return;
  if (hash % BUCKETS != bucket)
    disagree(Rule.NameIsInItsBucket, entry, OBJECT_DIRECTORY_ENTRY.HashValue, bucket, hash % BUCKETS);
  visit(Visited.Names);
  if (type == directoryType) checkDirectory(object, depth + 1);
  else if (type == driverType) checkDriver(object);
}

/** Hash of a name, upper and lower case alike: what ReactOS publishes of ObpLookupEntryDirectory, for ASCII. */
function hashOf(name: u64): u32 {
  const text = value(name, UNICODE_STRING.Buffer);
  const length = value(name, UNICODE_STRING.Length);
  let hash: u32 = 0;
  for (let i: u64 = 0; i < length; i += 2) {
    const character = peek16(text + i);
    hash += (hash << 1) + (hash >> 1);
    hash += character >= LOWER_A && character <= LOWER_Z ? character - TO_UPPER : character;
  }
  return hash;
}
