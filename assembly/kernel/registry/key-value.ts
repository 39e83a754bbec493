// Reading a value by its key's path and its name in the cells of the hives, as the kernel does for who asks for it.
import { NT } from '../../generated/symbols';
import {
  CHILD_LIST,
  CM_KEY_NODE,
  CM_KEY_REFERENCE,
  CM_KEY_VALUE,
  CMHIVE,
  CMSI_PROCESS_TUPLE,
  HBASE_BLOCK,
  HHIVE,
  HVP_VIEW_MAP,
} from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { at, attach, attachedRoot, getField, read32, read64, read8, readBytes } from '../../memory/virtual';
import { attachProcess } from '../processes/process';
import { addressOf } from '../symbols';
import { NO_CELL } from './bins';
import { cellAddress } from './cell-map';
import { LINK_SIGNATURE, SMALL_DATA } from './cells';
import { findSubkey } from './key-lookup';
import { upper } from './name-hash';

const SEPARATOR: u8 = 0x5c; // a backslash
const SYMBOLIC_LINK: u64 = 0x10; // KEY_SYM_LINK
const TARGET = 'SymbolicLinkValue';
const MOST_LINKS: u32 = 8;
const WIDE: u32 = 2;
const CELL_BYTES: u32 = 4;
const DATA_AT: u32 = 8; // in the answer

let hive: u64 = 0;
let key: u32 = NO_CELL;

/**
 * Reads a value. The exchange buffer holds its name and then the full path of its key, which begins with a backslash,
 * both in 8-bit characters; after that it holds the value's type and the bytes of its data (u32 each), and the data.
 * False, when there is no such key or value.
 */
export function readValue(nameCharacters: u32, pathCharacters: u32): bool {
  const before = attachedRoot();
  const name = exchangeBuffer();
  const value = findKey(name + nameCharacters, pathCharacters) ? findValue(name, nameCharacters) : 0;
  if (value != 0) tellValue(value);
  attach(before);
  return value != 0;
}

/** Finds the key of a path, through links to other hives and to other keys. */
function findKey(path: usize, characters: u32): bool {
  let rest = path;
  let end = path + characters;
  toRoot();
  for (let links: u32 = 0; rest < end;) {
    rest++; // the backslash
    let next = rest;
    while (next < end && load<u8>(next) != SEPARATOR) next++;
    // The root's own name comes first in every path.
    if (key != NO_CELL) key = findSubkey(hive, key, rest, u32(next - rest));
    else key = rootCell(hive);
    if (key == NO_CELL) return false;
    enterHive();
    rest = next;
    const node = cellAddress(hive, key);
    if ((getField(node, CM_KEY_NODE.Flags) & SYMBOLIC_LINK) == 0) continue;
    if (++links > MOST_LINKS) return false;
    end = follow(path, rest, end);
    if (end == 0) return false;
    rest = path;
    toRoot();
  }
  return key != NO_CELL;
}

function toRoot(): void {
  hive = read64(addressOf(NT.CmpMasterHive));
  key = NO_CELL;
}

function rootCell(master: u64): u32 {
  return u32(getField(getField(at(master, CMHIVE.Hive), HHIVE.BaseBlock), HBASE_BLOCK.RootCell));
}

/** Goes on to the root of another hive where a key is a link to it. */
function enterHive(): void {
  const node = cellAddress(hive, key);
  if (u32(getField(node, CM_KEY_NODE.Signature)) != LINK_SIGNATURE) return;
  const reference = at(node, CM_KEY_NODE.ChildHiveReference);
  key = u32(getField(reference, CM_KEY_REFERENCE.KeyCell));
  hive = getField(reference, CM_KEY_REFERENCE.KeyHive);
  // The process in whose user space its file is mapped.
  const tuple = getField(at(hive, HHIVE.ViewMap), HVP_VIEW_MAP.ProcessTuple);
  if (tuple != 0) attachProcess(getField(tuple, CMSI_PROCESS_TUPLE.ProcessReference));
}

/** Puts the path that the key, a symbolic link, leads to before the rest; returns where that then ends, 0 on failure. */
function follow(path: usize, rest: usize, end: usize): usize {
  const name = end;
  for (let i = 0; i < TARGET.length; i++) store<u8>(name + i, u8(TARGET.charCodeAt(i)));
  const value = findValue(name, u32(TARGET.length));
  if (value == 0) return 0;
  const characters = dataBytes(value) / WIDE;
  const data = dataAddress(value);
  memory.copy(path + characters, rest, end - rest);
  for (let i: u32 = 0; i < characters; i++) store<u8>(path + i, read8(data + i * WIDE));
  return path + characters + (end - rest);
}

/** Address of the value of the key that the characters at `text` name; 0 when it has none. */
function findValue(text: usize, characters: u32): u64 {
  const values = at(cellAddress(hive, key), CM_KEY_NODE.ValueList);
  const count = u32(getField(values, CHILD_LIST.Count));
  if (count == 0) return 0;
  const list = cellAddress(hive, u32(getField(values, CHILD_LIST.List)));
  for (let i: u32 = 0; i < count; i++) {
    const value = cellAddress(hive, read32(list + i * CELL_BYTES));
    if (isNamed(value, text, characters)) return value;
  }
  return 0;
}

function isNamed(value: u64, text: usize, characters: u32): bool {
  if (u32(getField(value, CM_KEY_VALUE.NameLength)) != characters) return false;
  const name = at(value, CM_KEY_VALUE.Name);
  for (let i: u32 = 0; i < characters; i++)
    if (upper(read8(name + i)) != upper(load<u8>(text + i))) return false;
  return true;
}

function dataBytes(value: u64): u32 {
  return u32(getField(value, CM_KEY_VALUE.DataLength)) & ~SMALL_DATA;
}

function dataAddress(value: u64): u64 {
  const isSmall = (u32(getField(value, CM_KEY_VALUE.DataLength)) & SMALL_DATA) != 0;
  if (isSmall) return at(value, CM_KEY_VALUE.Data);
  return cellAddress(hive, u32(getField(value, CM_KEY_VALUE.Data)));
}

function tellValue(value: u64): void {
  const out = exchangeBuffer();
  const bytes = dataBytes(value);
  store<u32>(out, u32(getField(value, CM_KEY_VALUE.Type)));
  store<u32>(out, bytes, 4);
  readBytes(dataAddress(value), out + DATA_AT, bytes);
}
