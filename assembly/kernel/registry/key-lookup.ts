// Finding a key by its name in the cells of its hive, as the kernel does when a key is opened.
import { CM_COMPONENT_HASH, CM_INDEX, CM_KEY_INDEX, CM_KEY_NODE } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, read32, read8 } from '../../memory/virtual';
import { NO_CELL, STORAGES } from './bins';
import { cellAddress } from './cell-map';
import { hashStep, upper } from './name-hash';

/** The cell of the subkey that `characters` 8-bit characters at `text` name; NO_CELL when the key has none. */
export function findSubkey(hive: u64, key: u32, text: usize, characters: u32): u32 {
  const node = cellAddress(hive, key);
  let hash: u32 = 0;
  for (let i: u32 = 0; i < characters; i++) hash = hashStep(hash, load<u8>(text + i));
  for (let storage: u64 = 0; storage < STORAGES; storage++) {
    const count = read32(at(node, CM_KEY_NODE.SubKeyCounts) + storage * 4);
    if (count == 0) continue;
    const leaf = cellAddress(hive, read32(at(node, CM_KEY_NODE.SubKeyLists) + storage * 4));
    const list = at(leaf, CM_KEY_INDEX.List);
    for (let i: u64 = 0; i < count; i++) {
      const entry = list + i * offsetOf(CM_INDEX.SIZE);
      if (u32(getField(at(entry, CM_INDEX.HashKey), CM_COMPONENT_HASH.Hash)) != hash) continue;
      const cell = u32(getField(entry, CM_INDEX.Cell));
      if (isNamed(cellAddress(hive, cell), text, characters)) return cell;
    }
  }
  return NO_CELL;
}

function isNamed(node: u64, text: usize, characters: u32): bool {
  if (u32(getField(node, CM_KEY_NODE.NameLength)) != characters) return false;
  const name = at(node, CM_KEY_NODE.Name);
  for (let i: u32 = 0; i < characters; i++)
    if (upper(read8(name + i)) != upper(load<u8>(text + i))) return false;
  return true;
}
