// Registry hives: the kernel's record of each file of keys, on nt!CmpHiveListHead, with the table that finds its keys.
// The bins of a hive that has a file lie where process Registry maps it; those of others, and all that is volatile, lie
// in pool.
import { NT } from '../../generated/symbols';
import {
  CM_KEY_CONTROL_BLOCK,
  CM_KEY_HASH_TABLE_ENTRY,
  CM_KEY_NODE,
  CM_KEY_REFERENCE,
  CM_PATH_HASH,
  CMHIVE,
  CMSI_PROCESS_TUPLE,
  HBASE_BLOCK,
  HHIVE,
  HVP_VIEW_MAP,
} from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import {
  at,
  getField,
  initialiseList,
  insertTail,
  read32,
  setField,
  write32,
  write64,
  writeBytes,
} from '../../memory/virtual';
import { allocatePool, NON_PAGED, PAGED, tag } from '../pool/pool';
import { systemTime } from '../scheduler/clock';
import { sectionArea } from '../sections/data-section';
import { createSection } from '../sections/section-object';
import { newUnicodeString } from '../strings';
import { addressOf } from '../symbols';
import { BLOCK_BYTES, binsLength, STABLE, VOLATILE } from './bins';
import { cellAddress, mapStorage } from './cell-map';

const SIGNATURE: u32 = 0xbee0bee0; // HHIVE.Signature
const REGF: u32 = 0x66676572; // 'regf', HBASE_BLOCK.Signature
const BUCKETS: u32 = 128;
const MAJOR: u32 = 1;
const MINOR: u32 = 5;
const IN_MEMORY_FORMAT: u32 = 1;
const SECURITY_BUCKETS: u32 = 64;
const LIST_ENTRY_BYTES: u64 = 16;
const HIVE_NAME_TAG: u32 = 0x52464d43; // 'CMFR'
const CHECKED_BYTES: u32 = 508; // of the base block, before its CheckSum
const FILE_NAME_BYTES: u32 = 62; // of HBASE_BLOCK.FileName: the end of the path, and a zero

/** Of a hive without a file. */
export const NO_SECTION: i32 = -1;

let processTuple: u64 = 0;

/** Creates the list of hives. `process` is the process that maps their files. */
export function initialiseHives(process: u64): void {
  initialiseList(addressOf(NT.CmpHiveListHead));
  processTuple = allocatePool(
    offsetOf(CMSI_PROCESS_TUPLE.SIZE),
    tag(0x43, 0x4d, 0x31, 0x34), // 'CM14'
    NON_PAGED,
    0,
  );
  setField(processTuple, CMSI_PROCESS_TUPLE.ProcessReference, process);
}

/**
 * Loads the hive under construction, whose root is `rootCell`. Its file's section of data is `section`, mapped at
 * `view` in the attached process; NO_SECTION for a hive without a file. The exchange buffer holds UTF-16 texts: the
 * path of its file as the kernel opened it, as the user knows it, and the path of its root key.
 */
export function loadHive(
  section: i32,
  view: u64,
  rootCell: u32,
  fullBytes: u32,
  userBytes: u32,
  rootBytes: u32,
): u64 {
  const hive = allocatePool(offsetOf(CMHIVE.SIZE), tag(0x43, 0x4d, 0x31, 0x30), NON_PAGED, 0); // 'CM10'
  const inner = at(hive, CMHIVE.Hive);
  setField(inner, HHIVE.Signature, SIGNATURE);
  setField(inner, HHIVE.Cluster, 1);
  setField(inner, HHIVE.StorageTypeCount, 2);
  setField(inner, HHIVE.Version, MINOR);
  initialiseLists(hive);
  const text = exchangeBuffer();
  newUnicodeString(at(hive, CMHIVE.FileFullPath), text, fullBytes, HIVE_NAME_TAG);
  newUnicodeString(at(hive, CMHIVE.FileUserName), text + fullBytes, userBytes, HIVE_NAME_TAG);
  newUnicodeString(at(hive, CMHIVE.HiveRootPath), text + fullBytes + userBytes, rootBytes, HIVE_NAME_TAG);
  const hasFile = section != NO_SECTION;
  mapStorage(inner, STABLE, hasFile ? view + BLOCK_BYTES : 0);
  mapStorage(inner, VOLATILE, 0);
  const block = createBaseBlock(rootCell, text + fullBytes, userBytes);
  setField(inner, HHIVE.BaseBlock, block);
  if (hasFile) bindView(inner, section, view, block);
  insertTail(addressOf(NT.CmpHiveListHead), at(hive, CMHIVE.HiveList));
  createKeyTable(hive);
  setField(hive, CMHIVE.ReferenceCount, 1);
  write64(at(hive, CMHIVE.LastWriteTime), systemTime());
  return hive;
}

function initialiseLists(hive: u64): void {
  initialiseList(at(hive, CMHIVE.NotifyList));
  initialiseList(at(hive, CMHIVE.PreloadedHiveList));
  initialiseList(at(hive, CMHIVE.TrustClassEntry));
  for (let i: u64 = 0; i < SECURITY_BUCKETS; i++)
    initialiseList(at(hive, CMHIVE.SecurityHash) + i * LIST_ENTRY_BYTES);
}

function createKeyTable(hive: u64): void {
  const table = allocatePool(
    BUCKETS * offsetOf(CM_KEY_HASH_TABLE_ENTRY.SIZE),
    tag(0x43, 0x4d, 0x31, 0x31), // 'CM11'
    PAGED,
    0,
  );
  setField(hive, CMHIVE.KcbCacheTable, table);
  setField(hive, CMHIVE.KcbCacheTableSize, BUCKETS);
}

/** The file's first block, of which the kernel keeps a copy. `name` is its path. */
function createBaseBlock(rootCell: u32, name: usize, nameBytes: u32): u64 {
  const block = allocatePool(offsetOf(HBASE_BLOCK.SIZE), tag(0x43, 0x4d, 0x31, 0x33), PAGED, 0); // 'CM13'
  setField(block, HBASE_BLOCK.Signature, REGF);
  setField(block, HBASE_BLOCK.Sequence1, 1);
  setField(block, HBASE_BLOCK.Sequence2, 1);
  write64(at(block, HBASE_BLOCK.TimeStamp), systemTime());
  setField(block, HBASE_BLOCK.Major, MAJOR);
  setField(block, HBASE_BLOCK.Minor, MINOR);
  setField(block, HBASE_BLOCK.Format, IN_MEMORY_FORMAT);
  setField(block, HBASE_BLOCK.RootCell, rootCell);
  setField(block, HBASE_BLOCK.Length, binsLength(STABLE));
  setField(block, HBASE_BLOCK.Cluster, 1);
  const tail = min(nameBytes, FILE_NAME_BYTES);
  writeBytes(at(block, HBASE_BLOCK.FileName), name + nameBytes - tail, tail);
  setField(block, HBASE_BLOCK.CheckSum, checkSumOf(block));
  return block;
}

/** XOR of what stands before the checksum; two results have a meaning of their own and are avoided. */
function checkSumOf(block: u64): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < CHECKED_BYTES; i += 4) sum ^= read32(block + i);
  if (sum == 0xffffffff) return 0xfffffffe;
  return sum == 0 ? 1 : sum;
}

/** Notes in the hive where its file is mapped, and gives the file its first block. */
function bindView(inner: u64, section: i32, view: u64, block: u64): void {
  const end = BLOCK_BYTES + binsLength(STABLE);
  const map = at(inner, HHIVE.ViewMap);
  setField(map, HVP_VIEW_MAP.SectionReference, createSection(sectionArea(section), end));
  setField(map, HVP_VIEW_MAP.StorageEndFileOffset, end);
  setField(map, HVP_VIEW_MAP.SectionEndFileOffset, end);
  setField(map, HVP_VIEW_MAP.ProcessTuple, processTuple);
  for (let i: u32 = 0; i < BLOCK_BYTES; i += 4) write32(view + i, read32(block + i));
}

/** Leads from the key `link` of the registry's own hive to the root of `hive`, and back. */
export function linkHive(master: u64, link: u32, hive: u64): void {
  const inner = at(hive, CMHIVE.Hive);
  const root = u32(getField(getField(inner, HHIVE.BaseBlock), HBASE_BLOCK.RootCell));
  const reference = at(cellAddress(at(master, CMHIVE.Hive), link), CM_KEY_NODE.ChildHiveReference);
  setField(reference, CM_KEY_REFERENCE.KeyCell, root);
  setField(reference, CM_KEY_REFERENCE.KeyHive, inner);
  setField(cellAddress(inner, root), CM_KEY_NODE.Parent, link);
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
