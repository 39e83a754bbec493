// From a cell's index to its address: each storage of a hive has a table with an entry for each block of its bins.
//
//   index:  storage (bit 31) | directory (30-21) | table (20-12) | offset (11-0)
//   DUAL.Map ─▶ HMAP_DIRECTORY[directory] ─▶ HMAP_TABLE[table] ─▶ HMAP_ENTRY: bin's address + block's offset in it
//
// A storage of one table has no directory of its own: Map points at SmallDir, which stands for it.
import { DUAL, HBIN, HHIVE, HMAP_ENTRY, HMAP_TABLE } from '../../generated/types';
import { get, offsetOf } from '../../layout/fields';
import { at, getField, initialiseList, read64, setField, writeBytes } from '../../memory/virtual';
import { allocatePool, PAGED, tag } from '../pool/pool';
import { BLOCK_BYTES, binsBuffer, binsLength, CELL_HEADER, OFFSET_MASK, STORAGE_SHIFT } from './bins';

const NEW_ALLOCATION: u64 = 1; // HMAP_ENTRY.PermanentBinAddress: the bin is an allocation of its own
const FLAGS: u64 = 0xf;
const TABLE_ENTRIES: u32 = 512;

function storageOf(hive: u64, storage: u32): u64 {
  return at(hive, HHIVE.Storage) + u64(storage) * offsetOf(DUAL.SIZE);
}

/**
 * Copies the bins of the hive under construction into memory and maps them: to `view`, where the file is mapped, or
 * with 0 each into pool.
 */
export function mapStorage(hive: u64, storage: u32, view: u64): void {
  const dual = storageOf(hive, storage);
  initialiseList(at(dual, DUAL.FreeBins));
  const length = binsLength(storage);
  setField(dual, DUAL.Length, length);
  if (length == 0) return;
  assert(length <= TABLE_ENTRIES * BLOCK_BYTES, 'more bins than one table maps');
  const table = allocatePool(offsetOf(HMAP_TABLE.SIZE), tag(0x43, 0x4d, 0x33, 0x31), PAGED, 0); // 'CM31'
  setField(dual, DUAL.SmallDir, table);
  setField(dual, DUAL.Map, at(dual, DUAL.SmallDir));
  for (let offset: u32 = 0; offset < length;) {
    const bin = binsBuffer(storage) + offset;
    const bytes = u32(get(bin, HBIN.Size));
    const address = view == 0 ? allocatePool(bytes, tag(0x43, 0x4d, 0x32, 0x35), PAGED, 0) : view + offset; // 'CM25'
    writeBytes(address, bin, bytes);
    for (let block: u32 = 0; block < bytes; block += BLOCK_BYTES) {
      const entry = table + u64((offset + block) / BLOCK_BYTES) * offsetOf(HMAP_ENTRY.SIZE);
      setField(entry, HMAP_ENTRY.BlockOffset, block);
      const isStart = view == 0 && block == 0;
      setField(entry, HMAP_ENTRY.PermanentBinAddress, address | (isStart ? NEW_ALLOCATION : 0));
      setField(entry, HMAP_ENTRY.MemAlloc, isStart ? bytes : 0);
    }
    offset += bytes;
  }
}

/** Address of a cell's contents; its process's address space must be attached where a file is mapped. */
export function cellAddress(hive: u64, index: u32): u64 {
  const directory = getField(storageOf(hive, index >> STORAGE_SHIFT), DUAL.Map);
  const block = (index & OFFSET_MASK) / BLOCK_BYTES;
  const table = read64(directory + u64(block / TABLE_ENTRIES) * 8);
  const entry = table + u64(block % TABLE_ENTRIES) * offsetOf(HMAP_ENTRY.SIZE);
  const bin = getField(entry, HMAP_ENTRY.PermanentBinAddress) & ~FLAGS;
  return bin + getField(entry, HMAP_ENTRY.BlockOffset) + (index & (BLOCK_BYTES - 1)) + CELL_HEADER;
}
