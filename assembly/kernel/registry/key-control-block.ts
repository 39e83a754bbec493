// Key control blocks: one for each registry key that is open, linked to its parent's; its own part of the name lies in
// a name control block, upper-case and shared by all keys of that name.
import { NT } from '../../generated/symbols';
import {
  CHILD_LIST,
  CM_COMPONENT_HASH,
  CM_KEY_CONTROL_BLOCK,
  CM_KEY_NODE,
  CM_KEY_REFERENCE,
  CM_NAME_CONTROL_BLOCK,
  CM_PATH_HASH,
  CMHIVE,
  HBASE_BLOCK,
  HHIVE,
} from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import {
  addToField,
  at,
  getField,
  initialiseList,
  read64,
  read8,
  setField,
  write64,
  write8,
} from '../../memory/virtual';
import { allocatePool, PAGED, tag } from '../pool/pool';
import { addressOf } from '../symbols';
import { NO_CELL } from './bins';
import { cellAddress } from './cell-map';
import { LINK_SIGNATURE } from './cells';
import { fileKey } from './hive';
import { findSubkey } from './key-lookup';
import { hashStep, upper } from './name-hash';

const NAME_BUCKETS: u32 = 2048;

const names = new Map<u32, Array<u64>>(); // name control blocks by hash

/** Hash of a part of a key's path. */
function hashOf(text: usize, characters: u32): u32 {
  let hash: u32 = 0;
  for (let i: u32 = 0; i < characters; i++) hash = hashStep(hash, load<u8>(text + i));
  return hash;
}

function isNamed(block: u64, text: usize, characters: u32): bool {
  if (u32(getField(block, CM_NAME_CONTROL_BLOCK.NameLength)) != characters) return false;
  const name = at(block, CM_NAME_CONTROL_BLOCK.Name);
  for (let i: u32 = 0; i < characters; i++) if (read8(name + i) != upper(load<u8>(text + i))) return false;
  return true;
}

/** The name control block of `characters` 8-bit characters; a key more refers to it. */
function nameBlock(text: usize, characters: u32): u64 {
  const hash = hashOf(text, characters);
  if (!names.has(hash)) names.set(hash, []);
  const known = names.get(hash);
  for (let i = 0; i < known.length; i++)
    if (isNamed(known[i], text, characters)) {
      addToField(known[i], CM_NAME_CONTROL_BLOCK.RefCount, 1);
      return known[i];
    }
  const bytes = offsetOf(CM_NAME_CONTROL_BLOCK.Name) + characters;
  const block = allocatePool(bytes, tag(0x43, 0x4d, 0x6e, 0x62), PAGED, 0); // 'CMnb'
  setField(block, CM_NAME_CONTROL_BLOCK.Compressed, 1); // 8-bit characters
  setField(block, CM_NAME_CONTROL_BLOCK.RefCount, 1);
  setField(at(block, CM_NAME_CONTROL_BLOCK.ConvKey), CM_COMPONENT_HASH.Hash, hash);
  setField(block, CM_NAME_CONTROL_BLOCK.NameLength, characters);
  for (let i: u32 = 0; i < characters; i++)
    write8(at(block, CM_NAME_CONTROL_BLOCK.Name) + i, u8(upper(load<u8>(text + i))));
  const bucket = read64(addressOf(NT.CmpNameCacheTable)) + u64(hash % NAME_BUCKETS) * 8;
  setField(block, CM_NAME_CONTROL_BLOCK.NextHash, read64(bucket));
  write64(bucket, at(block, CM_NAME_CONTROL_BLOCK.ConvKey));
  known.push(block);
  return block;
}

/** Creates the table of names. To be called before the first key is opened. */
export function initialiseNames(): void {
  const table = allocatePool(NAME_BUCKETS * 8, tag(0x43, 0x4d, 0x6e, 0x62), PAGED, 0);
  write64(addressOf(NT.CmpNameCacheTable), table);
}

/** Opens the registry's root, \REGISTRY, which `hive` holds; the exchange buffer has its name. */
export function openRoot(hive: u64, characters: u32): u64 {
  write64(addressOf(NT.CmpMasterHive), hive);
  const cell = u32(getField(getField(at(hive, CMHIVE.Hive), HHIVE.BaseBlock), HBASE_BLOCK.RootCell));
  return createBlock(0, hive, cell, pathHash(0, characters), characters);
}

/**
 * Opens the key below `parent` whose name of `characters` 8-bit characters the exchange buffer holds, and returns its
 * control block. Where another hive begins there are two: of the link in the registry's own hive, and below it of the
 * other hive's root, which is the key that was asked for. Traps when there is no such key.
 */
export function openKey(parent: u64, characters: u32): u64 {
  const hive = getField(parent, CM_KEY_CONTROL_BLOCK.KeyHive);
  const above = u32(getField(parent, CM_KEY_CONTROL_BLOCK.KeyCell));
  const cell = findSubkey(hive, above, exchangeBuffer(), characters);
  assert(cell != NO_CELL, 'no such key');
  const hash = pathHash(
    u32(getField(at(parent, CM_KEY_CONTROL_BLOCK.ConvKey), CM_PATH_HASH.Hash)),
    characters,
  );
  const block = createBlock(parent, hive, cell, hash, characters);
  const node = cellAddress(hive, cell);
  if (u32(getField(node, CM_KEY_NODE.Signature)) != LINK_SIGNATURE) return block;
  const reference = at(node, CM_KEY_NODE.ChildHiveReference);
  const root = u32(getField(reference, CM_KEY_REFERENCE.KeyCell));
  return createBlock(block, getField(reference, CM_KEY_REFERENCE.KeyHive), root, hash, characters);
}

function pathHash(above: u32, characters: u32): u32 {
  let hash = above;
  for (let i: u32 = 0; i < characters; i++) hash = hashStep(hash, load<u8>(exchangeBuffer() + i));
  return hash;
}

/** `hive` is an HHIVE, the first part of its CMHIVE. */
function createBlock(parent: u64, hive: u64, cell: u32, hash: u32, characters: u32): u64 {
  const block = allocatePool(offsetOf(CM_KEY_CONTROL_BLOCK.SIZE), tag(0x43, 0x4d, 0x6b, 0x62), PAGED, 0); // 'CMkb'
  setField(at(block, CM_KEY_CONTROL_BLOCK.ConvKey), CM_PATH_HASH.Hash, hash);
  setField(block, CM_KEY_CONTROL_BLOCK.RefCount, 1);
  setField(block, CM_KEY_CONTROL_BLOCK.KeyHive, hive);
  setField(block, CM_KEY_CONTROL_BLOCK.KeyCell, cell);
  setField(block, CM_KEY_CONTROL_BLOCK.ParentKcb, parent);
  setField(block, CM_KEY_CONTROL_BLOCK.NameBlock, nameBlock(exchangeBuffer(), characters));
  const levels = parent == 0 ? 1 : getField(parent, CM_KEY_CONTROL_BLOCK.TotalLevels) + 1;
  setField(block, CM_KEY_CONTROL_BLOCK.TotalLevels, levels);
  setField(block, CM_KEY_CONTROL_BLOCK.SequenceNumber, 1);
  copyFromNode(block, cellAddress(hive, cell));
  initialiseList(at(block, CM_KEY_CONTROL_BLOCK.KeyBodyListHead));
  initialiseList(at(block, CM_KEY_CONTROL_BLOCK.KCBUoWListHead));
  initialiseList(at(block, CM_KEY_CONTROL_BLOCK.DelayQueueEntry));
  if (parent != 0) addToField(parent, CM_KEY_CONTROL_BLOCK.RefCount, 1);
  fileKey(hive, block);
  return block;
}

/** What a control block keeps of its key's node, so that it need not be read again. */
function copyFromNode(block: u64, node: u64): void {
  setField(block, CM_KEY_CONTROL_BLOCK.Flags, getField(node, CM_KEY_NODE.Flags));
  write64(at(block, CM_KEY_CONTROL_BLOCK.KcbLastWriteTime), read64(at(node, CM_KEY_NODE.LastWriteTime)));
  if (u32(getField(node, CM_KEY_NODE.Signature)) == LINK_SIGNATURE) return;
  setField(block, CM_KEY_CONTROL_BLOCK.KcbMaxNameLen, getField(node, CM_KEY_NODE.MaxNameLen));
  setField(block, CM_KEY_CONTROL_BLOCK.KcbMaxValueNameLen, getField(node, CM_KEY_NODE.MaxValueNameLen));
  setField(block, CM_KEY_CONTROL_BLOCK.KcbMaxValueDataLen, getField(node, CM_KEY_NODE.MaxValueDataLen));
  const values = at(node, CM_KEY_NODE.ValueList);
  const cached = at(block, CM_KEY_CONTROL_BLOCK.ValueList);
  setField(cached, CHILD_LIST.Count, getField(values, CHILD_LIST.Count));
  setField(cached, CHILD_LIST.List, getField(values, CHILD_LIST.List));
}
