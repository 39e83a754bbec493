// Registry hives: what the list of hives leads to, their base blocks, and the bins that their maps have.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  CMHIVE,
  CMSI_PROCESS_TUPLE,
  DUAL,
  HBASE_BLOCK,
  HBIN,
  HHIVE,
  HMAP_ENTRY,
  HVP_VIEW_MAP,
  KPROCESS,
} from '../generated/types';
import { addressOf } from '../kernel/symbols';
import { offsetOf } from '../layout/fields';
import { AddressTable } from './address-table';
import { expect, follow, holderOf } from './expect';
import { checkKeyBlocks } from './key-blocks';
import { checkKeys } from './keys';
import { nextOn } from './lists';
import { mapped, peek32, peek64, readUserSpaceOf, systemRoot, value } from './memory';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from './report';

const SIGNATURE: u64 = 0xbee0bee0;
const REGF: u64 = 0x66676572; // 'regf'
const HBIN_SIGNATURE: u64 = 0x6e696268; // 'hbin'
const STORAGES: u32 = 2;
const BLOCK: u32 = 0x1000;
const TABLE_ENTRIES: u32 = 512;
const BIN_FLAGS: u64 = 0xf;
const CHECKED_BYTES: u32 = 508; // of the base block, before its CheckSum
const SMALLEST_CELL: u32 = 8;

const hives = new AddressTable();

/** Whether a hive is on nt!CmpHiveListHead. To be asked while the registry is checked. */
export function isListedHive(hive: u64): bool {
  return hives.has(hive);
}

/** Checks every hive with its keys, and the control blocks of keys that are open. */
export function checkRegistry(): void {
  hives.clear();
  const head = addressOf(NT.CmpHiveListHead);
  const link = CMHIVE.HiveList;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link))
    hives.set(holderOf(entry, link), 1);
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link))
    checkHive(holderOf(entry, link));
  if (!broken()) checkKeys(peek64(addressOf(NT.CmpMasterHive)));
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    readHivesOf(holderOf(entry, link));
    checkKeyBlocks(holderOf(entry, link));
  }
  readUserSpaceOf(systemRoot());
}

/** Reads user addresses as the process does that has a hive's file mapped. */
export function readHivesOf(hive: u64): void {
  const tuple = value(hive + offsetOf(HHIVE.ViewMap), HVP_VIEW_MAP.ProcessTuple);
  if (tuple == 0 || broken()) return; // a hive in pool
  const process = value(tuple, CMSI_PROCESS_TUPLE.ProcessReference);
  if (!broken()) readUserSpaceOf(u32(value(process, KPROCESS.DirectoryTableBase) >> 12));
}

function checkHive(hive: u64): void {
  readHivesOf(hive);
  if (!expect(Rule.HiveIsAHive, hive, HHIVE.Signature, SIGNATURE)) return;
  const block = follow(hive, HHIVE.BaseBlock);
  if (block == 0 || !expect(Rule.HiveIsAHive, block, HBASE_BLOCK.Signature, REGF)) return;
  expect(Rule.HiveIsAHive, block, HBASE_BLOCK.Length, value(storageOf(hive, 0), DUAL.Length));
  expect(Rule.HiveIsAHive, block, HBASE_BLOCK.CheckSum, checkSumOf(block));
  for (let storage: u32 = 0; storage < STORAGES && !broken(); storage++) checkBins(hive, storage);
  visit(Visited.Hives);
}

function checkSumOf(block: u64): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < CHECKED_BYTES; i += 4) sum ^= peek32(block + i);
  if (sum == 0xffffffff) return 0xfffffffe;
  return sum == 0 ? 1 : sum;
}

function storageOf(hive: u64, storage: u32): u64 {
  return hive + offsetOf(HHIVE.Storage) + u64(storage) * offsetOf(DUAL.SIZE);
}

/** The entry of a hive's map for a block of a storage. */
function entryOf(hive: u64, storage: u32, block: u32): u64 {
  const directory = value(storageOf(hive, storage), DUAL.Map);
  const table = peek64(directory + u64(block / TABLE_ENTRIES) * 8);
  return table + u64(block % TABLE_ENTRIES) * offsetOf(HMAP_ENTRY.SIZE);
}

/** Address of a cell's size; 0, and a finding at `from`, when its index is beyond its storage. */
export function cellAt(hive: u64, index: u32, from: u64): u64 {
  if (broken()) return 0;
  const storage = index >> 31;
  const offset = index & 0x7fffffff;
  const length = value(storageOf(hive, storage), DUAL.Length);
  if (offset >= length) {
    disagreeAt(Rule.CellIsInItsHive, NO_FIELD, from, length, index);
    return 0;
  }
  const entry = entryOf(hive, storage, offset / BLOCK);
  const bin = value(entry, HMAP_ENTRY.PermanentBinAddress) & ~BIN_FLAGS;
  const cell = bin + value(entry, HMAP_ENTRY.BlockOffset) + (offset & (BLOCK - 1));
  if (broken()) return 0;
  if (!mapped(cell)) disagreeAt(Rule.MemoryIsMapped, NO_FIELD, from, 1, cell);
  else if (i32(peek32(cell)) >= 0) disagreeAt(Rule.CellIsInItsHive, NO_FIELD, cell, 1, peek32(cell)); // a free one
  return broken() ? 0 : cell;
}

/** Bins follow each other and fill the storage; cells fill each bin. */
function checkBins(hive: u64, storage: u32): void {
  const length = u32(value(storageOf(hive, storage), DUAL.Length));
  for (let offset: u32 = 0; offset < length && !broken();) {
    const first = entryOf(hive, storage, offset / BLOCK);
    const bin = value(first, HMAP_ENTRY.PermanentBinAddress) & ~BIN_FLAGS;
    if (!mapped(bin)) {
      disagree(Rule.MemoryIsMapped, first, HMAP_ENTRY.PermanentBinAddress, 1, bin);
      return;
    }
    expect(Rule.BinsFillStorage, bin, HBIN.Signature, HBIN_SIGNATURE);
    expect(Rule.BinsFillStorage, bin, HBIN.FileOffset, offset);
    const bytes = u32(value(bin, HBIN.Size));
    if (broken()) return;
    if (bytes == 0 || (bytes & (BLOCK - 1)) != 0 || offset + bytes > length) {
      disagree(Rule.BinsFillStorage, bin, HBIN.Size, length - offset, bytes);
      return;
    }
    for (let block: u32 = 0; block < bytes && !broken(); block += BLOCK) {
      const entry = entryOf(hive, storage, (offset + block) / BLOCK);
      expect(Rule.BinsFillStorage, entry, HMAP_ENTRY.BlockOffset, block);
      const named = value(entry, HMAP_ENTRY.PermanentBinAddress) & ~BIN_FLAGS;
      if (!broken() && named != bin)
        disagree(Rule.BinsFillStorage, entry, HMAP_ENTRY.PermanentBinAddress, bin, named);
    }
    checkCells(bin, bytes);
    offset += bytes;
  }
}

function checkCells(bin: u64, bytes: u32): void {
  let at = offsetOf(HBIN.SIZE);
  while (at < bytes && !broken()) {
    const size = u32(abs(i32(peek32(bin + at))));
    if (!broken() && (size < SMALLEST_CELL || size % SMALLEST_CELL != 0 || size > bytes - at))
      disagreeAt(Rule.BinsFillStorage, NO_FIELD, bin + at, bytes - at, size);
    at += size;
  }
}
