// The heads of the memory manager's lists in nt!MiSystemPartition, with totals and ends as the PFN database has them.
import { NT } from '../../generated/symbols';
import {
  MI_PARTITION,
  MI_PARTITION_PAGE_LISTS,
  MI_VISIBLE_PARTITION,
  MMPFNLIST,
} from '../../generated/types';
import { isPresent, offsetOf } from '../../layout/fields';
import { COLORS, NO_FRAME } from '../../memory/list-order';
import * as ranges from '../../memory/ranges';
import { at, setField, write64 } from '../../memory/virtual';
import {
  framesOn,
  listHead,
  listTail,
  listTotal,
  PRIVATE_MODIFIED,
  SHARED_MODIFIED,
} from '../../paging/page-lists';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { addressOf } from '../symbols';

const EMPTY: u64 = u64.MAX_VALUE; // MM_EMPTY_LIST, in the 64 bits that a head has for a link
const PRIORITIES: u32 = 8;
const LISTS_OF_MODIFIED: u32 = 16; // by reservation, and of mapped files by age

let colored: u64 = 0; // MMPFNLIST for each color: zeroed ones, then free ones

export function pageLists(): u64 {
  return at(addressOf(NT.MiSystemPartition), MI_PARTITION.PageLists);
}

export function visiblePartition(): u64 {
  return at(addressOf(NT.MiSystemPartition), MI_PARTITION.Vp);
}

/** Makes the arrays of lists by color. To be called once, when there is pool. */
export function createColorLists(): void {
  const bytes = COLORS * offsetOf(MMPFNLIST.SIZE);
  colored = allocatePool(2 * bytes, tag(0x4d, 0x6d, 0x43, 0x6c), NON_PAGED, 0); // 'MmCl'
  const arrays = at(pageLists(), MI_PARTITION_PAGE_LISTS.FreePagesByColor);
  write64(arrays, colored);
  write64(arrays + 8, colored + bytes);
}

function write(head: u64, location: u32, total: u64, first: u64, last: u64): void {
  setField(head, MMPFNLIST.Total, total);
  setField(head, MMPFNLIST.ListName, location);
  setField(head, MMPFNLIST.Flink, first == NO_FRAME ? EMPTY : first);
  setField(head, MMPFNLIST.Blink, last == NO_FRAME ? EMPTY : last);
}

function writeList(head: u64, location: u32, priority: u32, color: u32): void {
  write(
    head,
    location,
    listTotal(location, priority, color),
    listHead(location, priority, color),
    listTail(location, priority, color),
  );
}

/** A head that only counts: its frames are on lists by color, priority or kind. */
function writeTotal(head: u64, location: u32): void {
  write(head, location, framesOn(location), NO_FRAME, NO_FRAME);
}

function writeEmpty(heads: u64, from: u32, to: u32, location: u32): void {
  for (let i = from; i < to; i++)
    write(heads + u64(i) * offsetOf(MMPFNLIST.SIZE), location, 0, NO_FRAME, NO_FRAME);
}

/** Writes all heads. The lists must have been linked. */
export function publishListHeads(): void {
  const lists = pageLists();
  const partition = visiblePartition();
  const size = u64(offsetOf(MMPFNLIST.SIZE));
  for (let color: u32 = 0; color < COLORS; color++) {
    writeList(colored + u64(color) * size, ranges.ZEROED, 0, color);
    writeList(colored + u64(COLORS + color) * size, ranges.FREE, 0, color);
  }
  const zeroed = at(lists, MI_PARTITION_PAGE_LISTS.ZeroedPageListHead);
  const free = at(lists, MI_PARTITION_PAGE_LISTS.FreePageListHead);
  const standby = at(lists, MI_PARTITION_PAGE_LISTS.StandbyPageListHead);
  const bad = at(lists, MI_PARTITION_PAGE_LISTS.BadPageListHead);
  const modified = at(partition, MI_VISIBLE_PARTITION.ModifiedPageListHead);
  const noWrite = at(partition, MI_VISIBLE_PARTITION.ModifiedNoWritePageListHead);
  writeTotal(zeroed, ranges.ZEROED);
  writeTotal(free, ranges.FREE);
  writeTotal(standby, ranges.STANDBY);
  writeTotal(modified, ranges.MODIFIED);
  writeList(bad, ranges.BAD, 0, 0);
  writeList(noWrite, ranges.MODIFIED_NO_WRITE, SHARED_MODIFIED, 0);
  const byPriority = at(lists, MI_PARTITION_PAGE_LISTS.StandbyPageListByPriority);
  for (let priority: u32 = 0; priority < PRIORITIES; priority++)
    writeList(byPriority + u64(priority) * size, ranges.STANDBY, priority, 0);
  const ofFiles = at(lists, MI_PARTITION_PAGE_LISTS.MappedPageListHead);
  writeList(ofFiles, ranges.MODIFIED, SHARED_MODIFIED, 0);
  writeEmpty(ofFiles, 1, LISTS_OF_MODIFIED, ranges.MODIFIED);
  const unreserved = at(lists, MI_PARTITION_PAGE_LISTS.ModifiedPageListNoReservation);
  writeList(unreserved, ranges.MODIFIED, PRIVATE_MODIFIED, 0);
  if (isPresent(MI_PARTITION_PAGE_LISTS.ModifiedPageListNoReservationCompress))
    writeEmpty(
      at(lists, MI_PARTITION_PAGE_LISTS.ModifiedPageListNoReservationCompress),
      0,
      1,
      ranges.MODIFIED,
    );
  writeEmpty(
    at(lists, MI_PARTITION_PAGE_LISTS.ModifiedPageListByReservation),
    0,
    LISTS_OF_MODIFIED,
    ranges.MODIFIED,
  );
  const byLocation = at(lists, MI_PARTITION_PAGE_LISTS.PageLocationList);
  write64(byLocation, zeroed);
  write64(byLocation + 8, free);
  write64(byLocation + 16, standby);
  write64(byLocation + 24, modified);
  write64(byLocation + 32, noWrite);
  write64(byLocation + 40, bad);
}
