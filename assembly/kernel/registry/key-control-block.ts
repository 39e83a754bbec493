// Key control blocks: one for each registry key that is open, linked to its parent's; its own part of the name lies in
// a name control block, upper-case and shared by all keys of that name.
import { NT } from '../../generated/symbols';
import {
  CM_COMPONENT_HASH,
  CM_KEY_CONTROL_BLOCK,
  CM_NAME_CONTROL_BLOCK,
  CM_PATH_HASH,
} from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import {
  addToField,
  at,
  getField,
  hostFor,
  initialiseList,
  read64,
  setField,
  write64,
  write8,
} from '../../memory/virtual';
import { allocatePool, PAGED, tag } from '../pool/pool';
import { systemTime } from '../scheduler/clock';
import { addressOf } from '../symbols';
import { fileKey } from './hive';

const NAME_BUCKETS: u32 = 2048;
const HASH_FACTOR: u32 = 37; // of each step of a key's hash, as ReactOS publishes it in CmpComputeHashKey
const CELL_STEP: u32 = 0x60;
const FIRST_CELL: u32 = 0x20;

let nextCell: u32 = FIRST_CELL;
const names = new Map<u32, Array<u64>>(); // name control blocks by hash

function upper(character: u32): u32 {
  return character >= 0x61 && character <= 0x7a ? character - 0x20 : character;
}

/** Hash of a part of a key's path. */
function hashOf(text: usize, characters: u32): u32 {
  let hash: u32 = 0;
  for (let i: u32 = 0; i < characters; i++) hash = hash * HASH_FACTOR + upper(load<u8>(text + i));
  return hash;
}

function isNamed(block: u64, text: usize, characters: u32): bool {
  if (u32(getField(block, CM_NAME_CONTROL_BLOCK.NameLength)) != characters) return false;
  const name = at(block, CM_NAME_CONTROL_BLOCK.Name);
  for (let i: u32 = 0; i < characters; i++) if (read8(name + i) != upper(load<u8>(text + i))) return false;
  return true;
}

function read8(address: u64): u32 {
  return load<u8>(hostFor(address));
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

/** Creates the table of names and the list of hives. To be called before the first hive. */
export function initialiseRegistry(): void {
  const table = allocatePool(NAME_BUCKETS * 8, tag(0x43, 0x4d, 0x6e, 0x62), PAGED, 0);
  write64(addressOf(NT.CmpNameCacheTable), table);
  initialiseList(addressOf(NT.CmpHiveListHead));
}

/**
 * Creates the key control block of a key below `parent` (0: the root, \REGISTRY) in `hive`; the exchange buffer holds
 * its name in `characters` 8-bit characters.
 */
export function createKey(parent: u64, hive: u64, characters: u32): u64 {
  const block = allocatePool(offsetOf(CM_KEY_CONTROL_BLOCK.SIZE), tag(0x43, 0x4d, 0x6b, 0x62), PAGED, 0); // 'CMkb'
  const name = nameBlock(exchangeBuffer(), characters);
  const above = parent == 0 ? 0 : u32(getField(at(parent, CM_KEY_CONTROL_BLOCK.ConvKey), CM_PATH_HASH.Hash));
  let hash = above;
  for (let i: u32 = 0; i < characters; i++) hash = hash * HASH_FACTOR + upper(load<u8>(exchangeBuffer() + i));
  setField(at(block, CM_KEY_CONTROL_BLOCK.ConvKey), CM_PATH_HASH.Hash, hash);
  setField(block, CM_KEY_CONTROL_BLOCK.RefCount, 1);
  setField(block, CM_KEY_CONTROL_BLOCK.KeyHive, hive);
  setField(block, CM_KEY_CONTROL_BLOCK.KeyCell, nextCell);
  nextCell += CELL_STEP;
  setField(block, CM_KEY_CONTROL_BLOCK.ParentKcb, parent);
  setField(block, CM_KEY_CONTROL_BLOCK.NameBlock, name);
  const levels = parent == 0 ? 1 : getField(parent, CM_KEY_CONTROL_BLOCK.TotalLevels) + 1;
  setField(block, CM_KEY_CONTROL_BLOCK.TotalLevels, levels);
  setField(block, CM_KEY_CONTROL_BLOCK.KcbMaxNameLen, 0x40);
  setField(block, CM_KEY_CONTROL_BLOCK.SequenceNumber, 1);
  write64(at(block, CM_KEY_CONTROL_BLOCK.KcbLastWriteTime), systemTime());
  initialiseList(at(block, CM_KEY_CONTROL_BLOCK.KeyBodyListHead));
  initialiseList(at(block, CM_KEY_CONTROL_BLOCK.KCBUoWListHead));
  initialiseList(at(block, CM_KEY_CONTROL_BLOCK.DelayQueueEntry));
  if (parent != 0) addToField(parent, CM_KEY_CONTROL_BLOCK.RefCount, 1);
  fileKey(hive, block);
  return block;
}
