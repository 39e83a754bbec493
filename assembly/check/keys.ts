// Keys of the registry, from the root of its own hive down through the links to others: nodes, lists of subkeys, values,
// and what secures them.
import { Rule, Visited } from '../generated/rules';
import {
  CHILD_LIST,
  CM_INDEX,
  CM_KEY_INDEX,
  CM_KEY_NODE,
  CM_KEY_REFERENCE,
  CM_KEY_SECURITY,
  CM_KEY_VALUE,
  HBASE_BLOCK,
  HHIVE,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { AddressTable } from './address-table';
import { expect } from './expect';
import { cellAt, isListedHive, readHivesOf } from './hives';
import { peek32, peek8, value } from './memory';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from './report';

const CELL_HEADER: u64 = 4;
const KEY: u32 = 0x6b6e; // 'nk'
const LINK: u32 = 0x6b6c; // 'lk'
const VALUE: u64 = 0x6b76; // 'vk'
const SECURITY: u64 = 0x6b73; // 'sk'
const HASH_LEAF: u64 = 0x686c; // 'lh'
const NO_CELL: u32 = 0xffffffff;
const STORAGES: u64 = 2;
const SMALL_DATA: u32 = 0x80000000;
const HASH_FACTOR: u32 = 37;
const DEEPEST: u32 = 512; // a key has so many above it at most
const MOST_DESCRIPTORS: u32 = 100_000;

/** How many keys name each security cell, by the cell's address. */
const secured = new AddressTable();

/** Contents of a cell; 0, and a finding at `from`, when it is none. */
export function contentsOf(hive: u64, index: u32, from: u64): u64 {
  const cell = cellAt(hive, index, from);
  return cell == 0 ? 0 : cell + CELL_HEADER;
}

/** Whether contents are those of a key, or of a link to another hive. */
export function isLink(node: u64): bool {
  return u32(value(node, CM_KEY_NODE.Signature)) == LINK;
}

/** Checks all keys below the root of the registry's own hive, and how often they name what secures them. */
export function checkKeys(master: u64): void {
  secured.clear();
  if (!isListedHive(master)) {
    disagreeAt(Rule.HiveIsAHive, NO_FIELD, master, 1, 0);
    return;
  }
  const root = u32(value(value(master, HHIVE.BaseBlock), HBASE_BLOCK.RootCell));
  checkKey(master, root, NO_CELL, master + offsetOf(HHIVE.BaseBlock), 0);
  for (let slot: u32 = 0; slot < secured.slots && !broken(); slot++) {
    const cell = secured.keyAt(slot);
    if (cell != 0) expect(Rule.SecurityIsCounted, cell, CM_KEY_SECURITY.ReferenceCount, secured.get(cell));
  }
}

/** Checks a key and all below it. `from` is where its index stands. */
function checkKey(hive: u64, index: u32, parent: u32, from: u64, depth: u32): void {
  readHivesOf(hive);
  const node = contentsOf(hive, index, from);
  if (node == 0) return;
  if (depth > DEEPEST) {
    disagreeAt(Rule.KeyIsBelowItsParent, NO_FIELD, from, DEEPEST, index);
    return;
  }
  if (!expect(Rule.KeyIsBelowItsParent, node, CM_KEY_NODE.Parent, parent)) return;
  if (isLink(node)) {
    const reference = node + offsetOf(CM_KEY_NODE.ChildHiveReference);
    const target = value(reference, CM_KEY_REFERENCE.KeyHive);
    if (!isListedHive(target)) {
      disagree(Rule.KeyIsBelowItsParent, reference, CM_KEY_REFERENCE.KeyHive, 1, target);
      return;
    }
    const root = u32(value(reference, CM_KEY_REFERENCE.KeyCell));
    checkKey(target, root, index, reference + offsetOf(CM_KEY_REFERENCE.KeyCell), depth + 1);
    readHivesOf(hive);
    return;
  }
  if (!expect(Rule.KeyIsBelowItsParent, node, CM_KEY_NODE.Signature, KEY)) return;
  visit(Visited.Keys);
  checkSecurity(hive, node);
  checkValues(hive, node);
  for (let storage: u64 = 0; storage < STORAGES && !broken(); storage++)
    checkSubkeys(hive, index, node, storage, depth);
}

function checkSubkeys(hive: u64, index: u32, node: u64, storage: u64, depth: u32): void {
  const countAt = node + offsetOf(CM_KEY_NODE.SubKeyCounts) + storage * 4;
  const listAt = node + offsetOf(CM_KEY_NODE.SubKeyLists) + storage * 4;
  const count = peek32(countAt);
  const list = peek32(listAt);
  if (list == NO_CELL) {
    if (count != 0) disagreeAt(Rule.SubkeysAreListed, NO_FIELD, countAt, 0, count);
    return;
  }
  const leaf = contentsOf(hive, list, listAt);
  if (leaf == 0 || !expect(Rule.SubkeysAreListed, leaf, CM_KEY_INDEX.Signature, HASH_LEAF)) return;
  const listed = u32(value(leaf, CM_KEY_INDEX.Count));
  if (!broken() && listed != count) disagreeAt(Rule.SubkeysAreListed, NO_FIELD, countAt, listed, count);
  for (let i: u32 = 0; i < count && !broken(); i++) {
    const entry = leaf + offsetOf(CM_KEY_INDEX.List) + u64(i) * offsetOf(CM_INDEX.SIZE);
    const cell = u32(value(entry, CM_INDEX.Cell));
    const child = contentsOf(hive, cell, entry);
    if (child == 0) return;
    const hash = hashOf(child);
    const found = peek32(entry + offsetOf(CM_INDEX.HashKey));
    if (!broken() && found != hash) disagree(Rule.SubkeysAreListed, entry, CM_INDEX.HashKey, hash, found);
    checkKey(hive, cell, index, entry, depth + 1);
  }
}

function hashOf(node: u64): u32 {
  const characters = u32(value(node, CM_KEY_NODE.NameLength));
  let hash: u32 = 0;
  for (let i: u32 = 0; i < characters && !broken(); i++)
    hash = hash * HASH_FACTOR + upper(peek8(node + offsetOf(CM_KEY_NODE.Name) + i));
  return hash;
}

/** An 8-bit character in upper case. */
export function upper(character: u32): u32 {
  return character >= 0x61 && character <= 0x7a ? character - 0x20 : character;
}

function checkValues(hive: u64, node: u64): void {
  const values = node + offsetOf(CM_KEY_NODE.ValueList);
  const count = u32(value(values, CHILD_LIST.Count));
  if (count == 0 || broken()) return;
  const list = contentsOf(hive, u32(value(values, CHILD_LIST.List)), values + offsetOf(CHILD_LIST.List));
  for (let i: u32 = 0; list != 0 && i < count && !broken(); i++) {
    const at = list + u64(i) * 4;
    const entry = contentsOf(hive, peek32(at), at);
    if (entry == 0 || !expect(Rule.ValueIsAValue, entry, CM_KEY_VALUE.Signature, VALUE)) return;
    const bytes = u32(value(entry, CM_KEY_VALUE.DataLength));
    if ((bytes & SMALL_DATA) != 0) {
      if ((bytes & ~SMALL_DATA) > 4) disagree(Rule.ValueIsAValue, entry, CM_KEY_VALUE.DataLength, 4, bytes);
      continue;
    }
    const dataAt = entry + offsetOf(CM_KEY_VALUE.Data);
    const data = cellAt(hive, u32(value(entry, CM_KEY_VALUE.Data)), dataAt);
    if (data == 0) return;
    const room = u32(-i32(peek32(data))) - u32(CELL_HEADER);
    if (bytes > room) disagree(Rule.ValueIsAValue, entry, CM_KEY_VALUE.DataLength, room, bytes);
  }
}

/** Counts a reference; the first one walks the ring of descriptors. */
function checkSecurity(hive: u64, node: u64): void {
  const index = u32(value(node, CM_KEY_NODE.Security));
  const cell = contentsOf(hive, index, node + offsetOf(CM_KEY_NODE.Security));
  if (cell == 0) return;
  const isKnown = secured.has(cell);
  secured.add(cell, 1);
  if (isKnown || !expect(Rule.SecurityIsCounted, cell, CM_KEY_SECURITY.Signature, SECURITY)) return;
  let before = index;
  let at = cell;
  for (let i: u32 = 0; i < MOST_DESCRIPTORS && !broken(); i++) {
    const next = u32(value(at, CM_KEY_SECURITY.Flink));
    at = contentsOf(hive, next, at + offsetOf(CM_KEY_SECURITY.Flink));
    if (at == 0 || !expect(Rule.SecurityIsCounted, at, CM_KEY_SECURITY.Blink, before) || at == cell) return;
    before = next;
  }
}
