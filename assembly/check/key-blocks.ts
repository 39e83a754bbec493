// Control blocks of keys that are open: in the table of their hive, each leads to the cell of the key that it names.
import { Rule, Visited } from '../generated/rules';
import {
  CM_KEY_CONTROL_BLOCK,
  CM_KEY_HASH_TABLE_ENTRY,
  CM_KEY_NODE,
  CM_NAME_CONTROL_BLOCK,
  CM_PATH_HASH,
  CMHIVE,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { expect, follow, holderOf } from './expect';
import { contentsOf, upper } from './keys';
import { peek8, value } from './memory';
import { broken, disagree, visit } from './report';

const HIVE_ENTRY: u64 = 4; // KEY_HIVE_ENTRY: the root, which its link has the name of
const MOST_KEYS: u32 = 1_000_000;

/** Checks the table of a hive. */
export function checkKeyBlocks(hive: u64): void {
  const table = follow(hive, CMHIVE.KcbCacheTable);
  const buckets = value(hive, CMHIVE.KcbCacheTableSize);
  for (let bucket: u64 = 0; bucket < buckets && !broken(); bucket++) {
    let hash = value(table + bucket * offsetOf(CM_KEY_HASH_TABLE_ENTRY.SIZE), CM_KEY_HASH_TABLE_ENTRY.Entry);
    for (let i: u32 = 0; hash != 0 && i < MOST_KEYS && !broken(); i++) {
      const block = holderOf(hash, CM_KEY_CONTROL_BLOCK.ConvKey);
      const path = u32(value(hash, CM_PATH_HASH.Hash));
      if (!broken() && path % buckets != bucket)
        disagree(Rule.KeyBlockNamesItsKey, hash, CM_PATH_HASH.Hash, bucket, path % buckets);
      checkBlock(hive, block);
      hash = value(block, CM_KEY_CONTROL_BLOCK.NextHash);
    }
  }
}

function checkBlock(hive: u64, block: u64): void {
  if (!expect(Rule.KeyBlockNamesItsKey, block, CM_KEY_CONTROL_BLOCK.KeyHive, hive)) return;
  const cell = u32(value(block, CM_KEY_CONTROL_BLOCK.KeyCell));
  const node = contentsOf(hive, cell, block + offsetOf(CM_KEY_CONTROL_BLOCK.KeyCell));
  if (node == 0) return;
  visit(Visited.KeyBlocks);
  const flags = value(node, CM_KEY_NODE.Flags);
  if (!expect(Rule.KeyBlockNamesItsKey, block, CM_KEY_CONTROL_BLOCK.Flags, flags)) return;
  const above = value(block, CM_KEY_CONTROL_BLOCK.ParentKcb);
  if (above != 0) {
    const isRoot = (flags & HIVE_ENTRY) != 0; // its link lies in another hive
    if (!isRoot && !expect(Rule.KeyBlockNamesItsKey, above, CM_KEY_CONTROL_BLOCK.KeyHive, hive)) return;
    const parent = u32(value(above, CM_KEY_CONTROL_BLOCK.KeyCell));
    if (!expect(Rule.KeyBlockNamesItsKey, node, CM_KEY_NODE.Parent, parent)) return;
  }
  if (above == 0 || (flags & HIVE_ENTRY) == 0) checkName(block, node);
}

function checkName(block: u64, node: u64): void {
  const name = follow(block, CM_KEY_CONTROL_BLOCK.NameBlock);
  if (name == 0) return;
  const characters = value(node, CM_KEY_NODE.NameLength);
  if (!expect(Rule.KeyBlockNamesItsKey, name, CM_NAME_CONTROL_BLOCK.NameLength, characters)) return;
  for (let i: u64 = 0; i < characters && !broken(); i++) {
    const expected = upper(peek8(node + offsetOf(CM_KEY_NODE.Name) + i));
    const found = peek8(name + offsetOf(CM_NAME_CONTROL_BLOCK.Name) + i);
    if (!broken() && found != expected)
      disagree(Rule.KeyBlockNamesItsKey, block, CM_KEY_CONTROL_BLOCK.NameBlock, expected, found);
  }
}
