// The cells of a hive under construction: keys, their values and lists of subkeys, and what secures them.
import {
  CHILD_LIST,
  CM_INDEX,
  CM_KEY_INDEX,
  CM_KEY_NODE,
  CM_KEY_SECURITY,
  CM_KEY_VALUE,
  CM_COMPONENT_HASH,
} from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { get, offsetOf, put } from '../../layout/fields';
import {
  beginBins,
  binsLength,
  cellContents,
  endBins,
  NO_CELL,
  STABLE,
  STORAGE_SHIFT,
  STORAGES,
  takeCell,
} from './bins';
import { hashStep } from './name-hash';

/** Signatures of cells; `lk` stands in the registry's own hive where another hive begins. */
export const KEY_SIGNATURE: u32 = 0x6b6e; // 'nk'
export const LINK_SIGNATURE: u32 = 0x6b6c; // 'lk'
export const VALUE_SIGNATURE: u32 = 0x6b76; // 'vk'
export const SECURITY_SIGNATURE: u32 = 0x6b73; // 'sk'
export const HASH_LEAF_SIGNATURE: u32 = 0x686c; // 'lh'

const COMPRESSED_NAME: u32 = 1; // VALUE_COMP_NAME
export const SMALL_DATA: u32 = 0x80000000; // CM_KEY_VALUE_SPECIAL_SIZE: the data lies in the field that has its cell otherwise
const SMALL_BYTES: u32 = 4;
const LARGEST_DATA: u32 = 0x3fd8; // CM_KEY_VALUE_BIG
const INDEX_BYTES: u32 = 4;
const LARGEST_LEAF: u32 = 1012;
const WIDE: u32 = 2; // the largest name counts 16-bit characters

const firstSecurity = new StaticArray<u32>(<i32>STORAGES);

/** Begins a hive that is created at `time` (FILETIME). */
export function beginCells(time: u64): void {
  beginBins(time);
  for (let i = 0; i < <i32>STORAGES; i++) unchecked((firstSecurity[i] = NO_CELL));
}

/** Ends the hive; returns the bytes of its stable bins. */
export function endCells(): u32 {
  endBins();
  return binsLength(STABLE);
}

/** Adds the self-relative security descriptor in the exchange buffer to a storage; returns its cell. */
export function addSecurity(storage: u32, bytes: u32): u32 {
  const index = takeCell(storage, offsetOf(CM_KEY_SECURITY.Descriptor) + bytes);
  const cell = cellContents(index);
  put(cell, CM_KEY_SECURITY.Signature, SECURITY_SIGNATURE);
  put(cell, CM_KEY_SECURITY.DescriptorLength, bytes);
  memory.copy(cell + offsetOf(CM_KEY_SECURITY.Descriptor), exchangeBuffer(), bytes);
  const first = unchecked(firstSecurity[storage]);
  if (first == NO_CELL) {
    unchecked((firstSecurity[storage] = index));
    put(cell, CM_KEY_SECURITY.Flink, index);
    put(cell, CM_KEY_SECURITY.Blink, index);
    return index;
  }
  const head = cellContents(first);
  const last = u32(get(head, CM_KEY_SECURITY.Blink));
  put(cell, CM_KEY_SECURITY.Flink, first);
  put(cell, CM_KEY_SECURITY.Blink, last);
  put(cellContents(last), CM_KEY_SECURITY.Flink, index);
  put(head, CM_KEY_SECURITY.Blink, index);
  return index;
}

/**
 * Adds a key below `parent`. The exchange buffer holds its name in 8-bit characters, then its class in UTF-16. `flags`
 * are KEY_*. Returns its cell.
 */
export function addKey(
  parent: u32,
  storage: u32,
  flags: u32,
  time: u64,
  security: u32,
  characters: u32,
  classBytes: u32,
): u32 {
  const classCell = classBytes == 0 ? NO_CELL : takeCell(storage, classBytes);
  if (classBytes != 0) memory.copy(cellContents(classCell), exchangeBuffer() + characters, classBytes);
  const index = newNode(KEY_SIGNATURE, parent, storage, flags, time, characters);
  const cell = cellContents(index);
  for (let i: u32 = 0; i < STORAGES; i++)
    store<u32>(cell + offsetOf(CM_KEY_NODE.SubKeyLists) + i * INDEX_BYTES, NO_CELL);
  put(cell + offsetOf(CM_KEY_NODE.ValueList), CHILD_LIST.List, NO_CELL);
  put(cell, CM_KEY_NODE.Security, security);
  put(cell, CM_KEY_NODE.Class, classCell);
  put(cell, CM_KEY_NODE.ClassLength, classBytes);
  const descriptor = cellContents(security);
  put(descriptor, CM_KEY_SECURITY.ReferenceCount, get(descriptor, CM_KEY_SECURITY.ReferenceCount) + 1);
  return index;
}

/** Adds the key below `parent` where another hive begins; the exchange buffer holds its name. Returns its cell. */
export function addLink(parent: u32, flags: u32, time: u64, characters: u32): u32 {
  const index = newNode(LINK_SIGNATURE, parent, STABLE, flags, time, characters);
  put(cellContents(index), CM_KEY_NODE.Security, NO_CELL);
  put(cellContents(index), CM_KEY_NODE.Class, NO_CELL);
  return index;
}

function newNode(signature: u32, parent: u32, storage: u32, flags: u32, time: u64, characters: u32): u32 {
  const index = takeCell(storage, offsetOf(CM_KEY_NODE.Name) + characters);
  const cell = cellContents(index);
  put(cell, CM_KEY_NODE.Signature, signature);
  put(cell, CM_KEY_NODE.Flags, flags);
  store<u64>(cell + offsetOf(CM_KEY_NODE.LastWriteTime), time);
  put(cell, CM_KEY_NODE.Parent, parent);
  put(cell, CM_KEY_NODE.NameLength, characters);
  memory.copy(cell + offsetOf(CM_KEY_NODE.Name), exchangeBuffer(), characters);
  return index;
}

/**
 * Gives a key its `count` subkeys of a storage, whose cells the exchange buffer holds (u32 each) in the order of their
 * upper-case names. Kernels look keys up by the hashes that the list has beside the cells.
 */
export function setSubkeys(key: u32, storage: u32, count: u32): void {
  assert(count <= LARGEST_LEAF, 'more subkeys than one leaf holds');
  const index = takeCell(storage, offsetOf(CM_KEY_INDEX.List) + count * offsetOf(CM_INDEX.SIZE));
  const list = cellContents(index);
  put(list, CM_KEY_INDEX.Signature, HASH_LEAF_SIGNATURE);
  put(list, CM_KEY_INDEX.Count, count);
  let longest: u32 = 0;
  let longestClass: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const child = load<u32>(exchangeBuffer() + i * INDEX_BYTES);
    const node = cellContents(child);
    const entry = list + offsetOf(CM_KEY_INDEX.List) + i * offsetOf(CM_INDEX.SIZE);
    put(entry, CM_INDEX.Cell, child);
    put(entry + offsetOf(CM_INDEX.HashKey), CM_COMPONENT_HASH.Hash, hashOfName(node));
    longest = max(longest, u32(get(node, CM_KEY_NODE.NameLength)) * WIDE);
    longestClass = max(longestClass, u32(get(node, CM_KEY_NODE.ClassLength)));
  }
  const node = cellContents(key);
  store<u32>(node + offsetOf(CM_KEY_NODE.SubKeyCounts) + storage * INDEX_BYTES, count);
  store<u32>(node + offsetOf(CM_KEY_NODE.SubKeyLists) + storage * INDEX_BYTES, index);
  put(node, CM_KEY_NODE.MaxNameLen, max(longest, u32(get(node, CM_KEY_NODE.MaxNameLen))));
  put(node, CM_KEY_NODE.MaxClassLen, max(longestClass, u32(get(node, CM_KEY_NODE.MaxClassLen))));
}

function hashOfName(node: usize): u32 {
  const characters = u32(get(node, CM_KEY_NODE.NameLength));
  let hash: u32 = 0;
  for (let i: u32 = 0; i < characters; i++)
    hash = hashStep(hash, load<u8>(node + offsetOf(CM_KEY_NODE.Name) + i));
  return hash;
}

/**
 * Gives a key its `count` values. The exchange buffer holds for each: u32 type, length of the name, bytes of data, then
 * the name in 8-bit characters and the data.
 */
export function setValues(key: u32, count: u32): void {
  const storage = key >> STORAGE_SHIFT;
  const list = takeCell(storage, count * INDEX_BYTES);
  let longestName: u32 = 0;
  let longestData: u32 = 0;
  let from = exchangeBuffer();
  for (let i: u32 = 0; i < count; i++) {
    const characters = load<u32>(from, 4);
    const bytes = load<u32>(from, 8);
    const cell = addValue(storage, from); // first: it may move the cells
    store<u32>(cellContents(list) + i * INDEX_BYTES, cell);
    longestName = max(longestName, characters * WIDE);
    longestData = max(longestData, bytes);
    from += VALUE_HEADER + characters + bytes;
  }
  const node = cellContents(key);
  const values = node + offsetOf(CM_KEY_NODE.ValueList);
  put(values, CHILD_LIST.Count, count);
  put(values, CHILD_LIST.List, list);
  put(node, CM_KEY_NODE.MaxValueNameLen, longestName);
  put(node, CM_KEY_NODE.MaxValueDataLen, longestData);
}

const VALUE_HEADER: u32 = 12; // of a value in the exchange buffer

function addValue(storage: u32, from: usize): u32 {
  const characters = load<u32>(from, 4);
  const bytes = load<u32>(from, 8);
  assert(bytes <= LARGEST_DATA, 'more data than one cell holds');
  const data = from + VALUE_HEADER + characters;
  const dataCell = bytes > SMALL_BYTES ? takeCell(storage, bytes) : NO_CELL;
  if (bytes > SMALL_BYTES) memory.copy(cellContents(dataCell), data, bytes);
  const index = takeCell(storage, offsetOf(CM_KEY_VALUE.Name) + characters);
  const cell = cellContents(index);
  put(cell, CM_KEY_VALUE.Signature, VALUE_SIGNATURE);
  put(cell, CM_KEY_VALUE.NameLength, characters);
  put(cell, CM_KEY_VALUE.Type, load<u32>(from));
  put(cell, CM_KEY_VALUE.Flags, characters == 0 ? 0 : COMPRESSED_NAME);
  memory.copy(cell + offsetOf(CM_KEY_VALUE.Name), from + VALUE_HEADER, characters);
  if (bytes > SMALL_BYTES) {
    put(cell, CM_KEY_VALUE.DataLength, bytes);
    put(cell, CM_KEY_VALUE.Data, dataCell);
  } else {
    put(cell, CM_KEY_VALUE.DataLength, bytes | SMALL_DATA);
    memory.copy(cell + offsetOf(CM_KEY_VALUE.Data), data, bytes);
  }
  return index;
}
