// The heads of the memory manager's lists, against the frames that are on them.
//
// Every frame's neighbours were seen to name it back, so that the frames of a list make one chain, if it has exactly
// one first and one last frame; and the head must know which those are, and how many there are.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  MI_HARDWARE_STATE,
  MI_PARTITION,
  MI_PARTITION_PAGE_LISTS,
  MI_SYSTEM_INFORMATION,
  MI_VISIBLE_PARTITION,
  MMPAGING_FILE,
  MMPFN,
  MMPFNLIST,
  MI_PAGING_FILE_SPACE_BITMAPS,
  RTL_BITMAP,
} from '../generated/types';
import { get, isPresent, offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { expect, follow } from './expect';
import { frameLimit } from './frame-table';
import { peek32, peek64, value } from './memory';
import { blinkIn, END_OF_LIST, locationIn, pfnEntry } from './pfn-entries';
import { broken, disagree, visit } from './report';

/** _MMLISTS. */
const ZEROED: u32 = 0;
const FREE: u32 = 1;
const STANDBY: u32 = 2;
const MODIFIED: u32 = 3;
const MODIFIED_NO_WRITE: u32 = 4;
const BAD: u32 = 5;
const LOCATIONS: u32 = 8;
const SLOTS: u32 = 256; // colors or priorities of a location
const PRIORITIES: u32 = 8;
const LISTS_OF_MODIFIED: u32 = 16;
const MOST_PAGING_FILES: u32 = 16;
const EMPTY: u64 = u64.MAX_VALUE; // MM_EMPTY_LIST

const counts = new StaticArray<u64>(2048); // of frames, by location and slot
const firsts = new StaticArray<u32>(2048);
const lasts = new StaticArray<u32>(2048);
const firstFrames = new StaticArray<u32>(2048); // of each list, one whose links end there
const lastFrames = new StaticArray<u32>(2048);
const totals = new StaticArray<u64>(8);
let colors: u32 = 1;
let modified: u64 = 0;

/** Forgets the frames counted. */
export function beginFrameLists(): void {
  for (let i: u32 = 0; i < LOCATIONS * SLOTS; i++) {
    unchecked((counts[i] = 0));
    unchecked((firsts[i] = 0));
    unchecked((lasts[i] = 0));
  }
  for (let i: u32 = 0; i < LOCATIONS; i++) unchecked((totals[i] = 0));
  const hardware = addressOf(NT.MiState) + offsetOf(MI_SYSTEM_INFORMATION.Hardware);
  colors = max(1, min(SLOTS, u32(value(hardware, MI_HARDWARE_STATE.SecondaryColors))));
}

/** Counts a frame that is on a list; `isFirst` and `isLast` say that its links end there. */
export function countListed(pfn: u32, location: u32, priority: u32, isFirst: bool, isLast: bool): void {
  const slot = location <= FREE ? pfn % colors : location == STANDBY ? priority : 0;
  const index = location * SLOTS + slot;
  unchecked(counts[index]++);
  unchecked(totals[location]++);
  if (isFirst) {
    unchecked(firsts[index]++);
    unchecked((firstFrames[index] = pfn));
  }
  if (isLast) {
    unchecked(lasts[index]++);
    unchecked((lastFrames[index] = pfn));
  }
}

/** Counts a frame that is on no list. */
export function countActive(location: u32): void {
  unchecked(totals[location]++);
}

/** Checks every head. To be called when all frames were counted. */
export function checkFrameLists(): void {
  const partition = addressOf(NT.MiSystemPartition);
  const lists = partition + offsetOf(MI_PARTITION.PageLists);
  const visible = partition + offsetOf(MI_PARTITION.Vp);
  const size = u64(offsetOf(MMPFNLIST.SIZE));
  const byColor = lists + offsetOf(MI_PARTITION_PAGE_LISTS.FreePagesByColor);
  for (let color: u32 = 0; color < colors && !broken(); color++) {
    checkList(peek64(byColor) + color * size, ZEROED, color);
    checkList(peek64(byColor + 8) + color * size, FREE, color);
  }
  for (let priority: u32 = 0; priority < PRIORITIES && !broken(); priority++)
    checkList(
      lists + offsetOf(MI_PARTITION_PAGE_LISTS.StandbyPageListByPriority) + priority * size,
      STANDBY,
      priority,
    );
  checkList(lists + offsetOf(MI_PARTITION_PAGE_LISTS.BadPageListHead), BAD, 0);
  checkList(visible + offsetOf(MI_VISIBLE_PARTITION.ModifiedNoWritePageListHead), MODIFIED_NO_WRITE, 0);
  checkModified(lists);
  checkTotal(lists + offsetOf(MI_PARTITION_PAGE_LISTS.ZeroedPageListHead), ZEROED);
  checkTotal(lists + offsetOf(MI_PARTITION_PAGE_LISTS.FreePageListHead), FREE);
  checkTotal(lists + offsetOf(MI_PARTITION_PAGE_LISTS.StandbyPageListHead), STANDBY);
  checkTotal(visible + offsetOf(MI_VISIBLE_PARTITION.ModifiedPageListHead), MODIFIED);
  const available = unchecked(totals[ZEROED]) + unchecked(totals[FREE]) + unchecked(totals[STANDBY]);
  expect(Rule.MemoryCountersAddUp, visible, MI_VISIBLE_PARTITION.AvailablePages, available);
  let all: u64 = 0;
  for (let i: u32 = 0; i < LOCATIONS; i++) all += unchecked(totals[i]);
  expect(Rule.MemoryCountersAddUp, visible, MI_VISIBLE_PARTITION.NumberOfPhysicalPages, all);
  checkPagingFiles(visible);
}

function checkList(head: u64, location: u32, slot: u32): void {
  const index = location * SLOTS + slot;
  const count = unchecked(counts[index]);
  expect(Rule.FrameListIsCounted, head, MMPFNLIST.Total, count);
  expect(Rule.FrameListIsCounted, head, MMPFNLIST.ListName, location);
  const chains: u32 = count == 0 ? 0 : 1;
  if (!broken() && unchecked(firsts[index]) != chains)
    disagree(Rule.FrameListIsWhole, head, MMPFNLIST.Flink, chains, unchecked(firsts[index]));
  if (!broken() && unchecked(lasts[index]) != chains)
    disagree(Rule.FrameListIsWhole, head, MMPFNLIST.Blink, chains, unchecked(lasts[index]));
  checkEnds(head, location, count);
  if (count == 0 || broken()) return;
  // Ends of this very list, not of another of its location.
  expect(Rule.FrameListIsWhole, head, MMPFNLIST.Flink, unchecked(firstFrames[index]));
  expect(Rule.FrameListIsWhole, head, MMPFNLIST.Blink, unchecked(lastFrames[index]));
}

/** The head names the first frame and the last one. */
function checkEnds(head: u64, location: u32, count: u64): void {
  if (broken()) return;
  const first = value(head, MMPFNLIST.Flink);
  const last = value(head, MMPFNLIST.Blink);
  if (count == 0) {
    expect(Rule.FrameListIsWhole, head, MMPFNLIST.Flink, EMPTY);
    expect(Rule.FrameListIsWhole, head, MMPFNLIST.Blink, EMPTY);
    return;
  }
  const front = first < frameLimit() ? pfnEntry(u32(first)) : 0;
  if (front == 0 || locationIn(front) != location || blinkIn(front) != END_OF_LIST) {
    disagree(Rule.FrameListIsWhole, head, MMPFNLIST.Flink, END_OF_LIST, first);
    return;
  }
  const back = last < frameLimit() ? pfnEntry(u32(last)) : 0;
  if (back == 0 || locationIn(back) != location || get(back, MMPFN.u1_Flink) != END_OF_LIST)
    disagree(Rule.FrameListIsWhole, head, MMPFNLIST.Blink, END_OF_LIST, last);
  visit(Visited.FrameLists);
}

/** Modified frames are on lists by kind, which the frames themselves do not tell: together they have all of them. */
function checkModified(lists: u64): void {
  const size = u64(offsetOf(MMPFNLIST.SIZE));
  modified = 0;
  addModified(lists + offsetOf(MI_PARTITION_PAGE_LISTS.ModifiedPageListNoReservation));
  if (isPresent(MI_PARTITION_PAGE_LISTS.ModifiedPageListNoReservationCompress))
    addModified(lists + offsetOf(MI_PARTITION_PAGE_LISTS.ModifiedPageListNoReservationCompress));
  for (let i: u32 = 0; i < LISTS_OF_MODIFIED; i++) {
    addModified(lists + offsetOf(MI_PARTITION_PAGE_LISTS.ModifiedPageListByReservation) + i * size);
    addModified(lists + offsetOf(MI_PARTITION_PAGE_LISTS.MappedPageListHead) + i * size);
  }
  if (!broken() && modified != unchecked(totals[MODIFIED]))
    disagree(
      Rule.FrameListIsCounted,
      lists,
      MI_PARTITION_PAGE_LISTS.ModifiedPageListNoReservation,
      unchecked(totals[MODIFIED]),
      modified,
    );
}

function addModified(head: u64): void {
  const total = value(head, MMPFNLIST.Total);
  expect(Rule.FrameListIsCounted, head, MMPFNLIST.ListName, MODIFIED);
  checkEnds(head, MODIFIED, total);
  modified += total;
}

function checkTotal(head: u64, location: u32): void {
  expect(Rule.FrameListIsCounted, head, MMPFNLIST.Total, unchecked(totals[location]));
  expect(Rule.FrameListIsCounted, head, MMPFNLIST.ListName, location);
}

/** A page file has as much space as its bitmap has pages that are not in use. */
function checkPagingFiles(visible: u64): void {
  const count = u32(value(visible, MI_VISIBLE_PARTITION.NumberOfPagingFiles));
  for (let i: u32 = 0; i < min(count, MOST_PAGING_FILES) && !broken(); i++) {
    const file = peek64(visible + offsetOf(MI_VISIBLE_PARTITION.PagingFile) + u64(i) * 8);
    const bitmaps = follow(file, MMPAGING_FILE.Bitmaps);
    if (bitmaps == 0) return;
    const bitmap = bitmaps + offsetOf(MI_PAGING_FILE_SPACE_BITMAPS.AllocationBitmap);
    const pages = value(file, MMPAGING_FILE.Size);
    if (!expect(Rule.PageFileIsCounted, bitmap, RTL_BITMAP.SizeOfBitMap, pages)) return;
    const buffer = follow(bitmap, RTL_BITMAP.Buffer);
    let used: u64 = 0;
    for (let word: u64 = 0; word < (pages + 31) / 32 && !broken(); word++)
      used += popcnt<u32>(peek32(buffer + word * 4));
    expect(Rule.PageFileIsCounted, file, MMPAGING_FILE.FreeSpace, pages - used);
  }
}
