// Registry hives: the kernel's record of each file of keys, on nt!CmpHiveListHead, with the table that finds its keys.
import { NT } from '../../generated/symbols';
import {
  CM_KEY_CONTROL_BLOCK,
  CM_KEY_HASH_TABLE_ENTRY,
  CM_PATH_HASH,
  CMHIVE,
  HBASE_BLOCK,
  HHIVE,
} from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import { at, getField, initialiseList, insertTail, setField, write64 } from '../../memory/virtual';
import { allocatePool, NON_PAGED, PAGED, tag } from '../pool/pool';
import { systemTime } from '../scheduler/clock';
import { newUnicodeString } from '../strings';
import { addressOf } from '../symbols';

const SIGNATURE: u32 = 0xbee0bee0; // HHIVE.Signature
const REGF: u32 = 0x66676572; // 'regf', HBASE_BLOCK.Signature
const BUCKETS: u32 = 128;
const ROOT_CELL: u32 = 0x20;
const MAJOR: u32 = 1;
const MINOR: u32 = 5;
const IN_MEMORY_FORMAT: u32 = 1;
const SECURITY_BUCKETS: u32 = 64;
const LIST_ENTRY_BYTES: u64 = 16;
const HIVE_NAME_TAG: u32 = 0x52464d43; // 'CMFR'

/**
 * Creates a hive. The exchange buffer holds UTF-16 texts: the path of its file as the kernel opened it, as the user
 * knows it, and the path of its root key. `bytes` is the length of its file's bins.
 */
export function createHive(fullBytes: u32, userBytes: u32, rootBytes: u32, bytes: u32): u64 {
  const hive = allocatePool(offsetOf(CMHIVE.SIZE), tag(0x43, 0x4d, 0x31, 0x30), NON_PAGED, 0); // 'CM10'
  const inner = at(hive, CMHIVE.Hive);
  setField(inner, HHIVE.Signature, SIGNATURE);
  setField(inner, HHIVE.Cluster, 1);
  setField(inner, HHIVE.StorageTypeCount, 2);
  setField(inner, HHIVE.Version, MINOR);
  setField(inner, HHIVE.BaseBlock, baseBlock(bytes));
  initialiseList(at(hive, CMHIVE.NotifyList));
  initialiseList(at(hive, CMHIVE.PreloadedHiveList));
  initialiseList(at(hive, CMHIVE.TrustClassEntry));
  for (let i: u64 = 0; i < SECURITY_BUCKETS; i++)
    initialiseList(at(hive, CMHIVE.SecurityHash) + i * LIST_ENTRY_BYTES);
  insertTail(addressOf(NT.CmpHiveListHead), at(hive, CMHIVE.HiveList));
  const table = allocatePool(
    BUCKETS * offsetOf(CM_KEY_HASH_TABLE_ENTRY.SIZE),
    tag(0x43, 0x4d, 0x31, 0x31),
    PAGED,
    0,
  ); // 'CM11'
  setField(hive, CMHIVE.KcbCacheTable, table);
  setField(hive, CMHIVE.KcbCacheTableSize, BUCKETS);
  setField(hive, CMHIVE.ReferenceCount, 1);
  write64(at(hive, CMHIVE.LastWriteTime), systemTime());
  const text = exchangeBuffer();
  newUnicodeString(at(hive, CMHIVE.FileFullPath), text, fullBytes, HIVE_NAME_TAG);
  newUnicodeString(at(hive, CMHIVE.FileUserName), text + fullBytes, userBytes, HIVE_NAME_TAG);
  newUnicodeString(at(hive, CMHIVE.HiveRootPath), text + fullBytes + userBytes, rootBytes, HIVE_NAME_TAG);
  return hive;
}

function baseBlock(bytes: u32): u64 {
  const block = allocatePool(offsetOf(HBASE_BLOCK.SIZE), tag(0x43, 0x4d, 0x31, 0x33), PAGED, 0); // 'CM13'
  setField(block, HBASE_BLOCK.Signature, REGF);
  setField(block, HBASE_BLOCK.Sequence1, 1);
  setField(block, HBASE_BLOCK.Sequence2, 1);
  setField(block, HBASE_BLOCK.Major, MAJOR);
  setField(block, HBASE_BLOCK.Minor, MINOR);
  setField(block, HBASE_BLOCK.Format, IN_MEMORY_FORMAT);
  setField(block, HBASE_BLOCK.RootCell, ROOT_CELL);
  setField(block, HBASE_BLOCK.Length, bytes);
  setField(block, HBASE_BLOCK.Cluster, 1);
  return block;
}

/** Files a key control block in its hive's table; the first one is the hive's root. */
export function fileKey(hive: u64, key: u64): void {
  if (getField(hive, CMHIVE.RootKcb) == 0) setField(hive, CMHIVE.RootKcb, key);
  const hash = u32(getField(at(key, CM_KEY_CONTROL_BLOCK.ConvKey), CM_PATH_HASH.Hash));
  const entry =
    getField(hive, CMHIVE.KcbCacheTable) + u64(hash % BUCKETS) * offsetOf(CM_KEY_HASH_TABLE_ENTRY.SIZE);
  setField(key, CM_KEY_CONTROL_BLOCK.NextHash, getField(entry, CM_KEY_HASH_TABLE_ENTRY.Entry));
  setField(entry, CM_KEY_HASH_TABLE_ENTRY.Entry, at(key, CM_KEY_CONTROL_BLOCK.ConvKey));
}
