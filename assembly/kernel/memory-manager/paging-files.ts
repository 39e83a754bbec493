// Page files: their records in nt!MiSystemPartition, and which of their pages hold a private page of some process.
import {
  FILE_OBJECT,
  MI_PAGING_FILE_SPACE_BITMAPS,
  MI_VISIBLE_PARTITION,
  MMPAGING_FILE,
  RTL_BITMAP,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { giveBack, PAGE_SIZE } from '../../memory/arena';
import { copyFrame, renderFrame, SEEDED, seededPage, writableFrame } from '../../memory/frames';
import { renderSeeded } from '../../memory/seeded';
import { at, getField, read8, setField, write64, write8 } from '../../memory/virtual';
import { createFileObject } from '../io/file-object';
import { systemVolumeDevice } from '../io/volumes';
import { allocatePool, NON_PAGED } from '../pool/pool';
import { newUnicodeString } from '../strings';
import { visiblePartition } from './list-heads';

const MAXIMUM: i32 = 16;
const PAGING_FILE_TAG: u32 = 0x20206d4d; // 'Mm  '
const REFERENCES: u32 = 1;
const DOS_PREFIX_BYTES: u32 = 12; // `\??\C:` in UTF-16

class PagingFile {
  record: u64 = 0;
  bitmap: u64 = 0; // of the pages in use
  pages: u32 = 0;
  used: u32 = 0;
  hint: u32 = 1; // page 0 holds the file's own header
}

const files = new StaticArray<PagingFile>(MAXIMUM);
let count: u32 = 0;

/** What pages of the first page file hold, by page: a page of the seed's shifted left by one, plus one; or a copy's host address. */
const contents = new Map<u32, u32>();

/**
 * Creates a page file of `pages` pages, which may grow to `most`. `name` is its NT path in UTF-16, `\??\C:\pagefile.sys`.
 * `swap` tells the one that suspended apps are swapped to.
 */
export function createPagingFile(name: usize, nameBytes: u32, pages: u32, most: u32, swap: bool): void {
  const record = allocatePool(offsetOf(MMPAGING_FILE.SIZE), PAGING_FILE_TAG, NON_PAGED, 0);
  const bitmaps = allocatePool(offsetOf(MI_PAGING_FILE_SPACE_BITMAPS.SIZE), PAGING_FILE_TAG, NON_PAGED, 0);
  const bytes = ((pages + 31) / 32) * 4;
  const used = allocatePool(bytes, PAGING_FILE_TAG, NON_PAGED, 0);
  const reserved = allocatePool(bytes, PAGING_FILE_TAG, NON_PAGED, 0);
  setField(bitmaps, MI_PAGING_FILE_SPACE_BITMAPS.RefCount, REFERENCES);
  describe(at(bitmaps, MI_PAGING_FILE_SPACE_BITMAPS.AllocationBitmap), used, pages);
  describe(at(bitmaps, MI_PAGING_FILE_SPACE_BITMAPS.ReservationBitmap), reserved, pages);
  setField(record, MMPAGING_FILE.Size, pages);
  setField(record, MMPAGING_FILE.MinimumSize, pages);
  setField(record, MMPAGING_FILE.MaximumSize, most);
  setField(record, MMPAGING_FILE.FreeSpace, pages);
  setField(record, MMPAGING_FILE.FreeReservationSpace, pages);
  setField(record, MMPAGING_FILE.HighestPage, pages - 1);
  setField(record, MMPAGING_FILE.File, openFile(name, nameBytes));
  setField(record, MMPAGING_FILE.Bitmaps, bitmaps);
  setField(record, MMPAGING_FILE.PageFileNumber, count);
  setField(record, MMPAGING_FILE.WsSwapPagefile, swap ? 1 : 0);
  newUnicodeString(at(record, MMPAGING_FILE.PageFileName), name, nameBytes, PAGING_FILE_TAG, NON_PAGED);
  const entry = new PagingFile();
  entry.record = record;
  entry.bitmap = used;
  entry.pages = pages;
  unchecked((files[count] = entry));
  mark(entry, 0, true);
  write64(at(visiblePartition(), MI_VISIBLE_PARTITION.PagingFile) + u64(count) * 8, record);
  count++;
  setField(visiblePartition(), MI_VISIBLE_PARTITION.NumberOfPagingFiles, count);
}

/** The system's own opening of a page file, on the system volume. */
function openFile(name: usize, nameBytes: u32): u64 {
  const file = createFileObject(systemVolumeDevice(), name + DOS_PREFIX_BYTES, nameBytes - DOS_PREFIX_BYTES);
  setField(file, FILE_OBJECT.WriteAccess, 1);
  return file;
}

function describe(bitmap: u64, buffer: u64, bits: u32): void {
  setField(bitmap, RTL_BITMAP.SizeOfBitMap, bits);
  setField(bitmap, RTL_BITMAP.Buffer, buffer);
}

function isUsed(file: PagingFile, page: u32): bool {
  return ((read8(file.bitmap + (page >> 3)) >> u8(page & 7)) & 1) != 0;
}

function mark(file: PagingFile, page: u32, used: bool): void {
  const bits = file.bitmap + (page >> 3);
  const bit = u8(u32(1) << (page & 7));
  write8(bits, used ? read8(bits) | bit : read8(bits) & ~bit);
  file.used += used ? 1 : -1;
  const record = file.record;
  setField(record, MMPAGING_FILE.FreeSpace, file.pages - file.used);
  if (file.used > getField(record, MMPAGING_FILE.PeakUsage))
    setField(record, MMPAGING_FILE.PeakUsage, file.used);
}

/** Takes a page of the first page file; returns its number, or 0 when the file is full or there is none. */
export function takeFilePage(): u32 {
  if (count == 0) return 0;
  const file = unchecked(files[0]);
  if (file.used == file.pages) return 0;
  let page = file.hint;
  while (isUsed(file, page)) page = page + 1 == file.pages ? 1 : page + 1;
  mark(file, page, true);
  file.hint = page + 1 == file.pages ? 1 : page + 1;
  setField(file.record, MMPAGING_FILE.AllocationBitmapHint, file.hint);
  return page;
}

/** Gives a page of the first page file back. */
export function freeFilePage(page: u32): void {
  mark(unchecked(files[0]), page, false);
  if (!contents.has(page)) return;
  const content = contents.get(page);
  if ((content & 1) == 0) giveBack(content);
  contents.delete(page);
}

/** Writes a frame to a page of the first page file. */
export function writeFilePage(page: u32, pfn: u32): void {
  const seeded = seededPage(pfn);
  let content = (seeded << 1) | 1;
  if (seeded == 0) {
    content = u32(heap.alloc(PAGE_SIZE));
    copyFrame(pfn, content);
  }
  contents.set(page, content);
}

/** Reads a page of the first page file into a fresh frame. */
export function readFilePage(page: u32, pfn: u32): void {
  const content = contents.get(page);
  if (content & 1) renderFrame(pfn, SEEDED, content >>> 1);
  else memory.copy(writableFrame(pfn), content, PAGE_SIZE);
}

/** Copies what a page of the first page file holds to `target`, and leaves it there. */
export function copyFilePage(page: u32, target: usize): void {
  const content = contents.get(page);
  if (content & 1) renderSeeded(content >>> 1, target);
  else memory.copy(target, content, PAGE_SIZE);
}

export function pagingFileCount(): u32 {
  return count;
}

/** Pages of all page files, and of those in use. */
export function pagingFilePages(): u64 {
  let pages: u64 = 0;
  for (let i: u32 = 0; i < count; i++) pages += unchecked(files[i]).pages;
  return pages;
}

export function pagingFilePagesUsed(index: u32): u32 {
  return unchecked(files[index]).used;
}
