// Files that are in memory because somebody read them: their pages wait on the standby and modified lists, each named
// by a prototype PTE of the file's section, and the parts that are read now are mapped by views of the system cache.
import {
  CONTROL_AREA,
  MI_PARTITION,
  MI_PARTITION_SEGMENTS,
  MSUBSECTION,
  SECTION_OBJECT_POINTERS,
} from '../../generated/types';
import { NT } from '../../generated/symbols';
import { PAGE_SIZE } from '../../memory/arena';
import { fillWithEntries } from '../../memory/entry-pages';
import { isUntouched, renderFrame, SEEDED } from '../../memory/frames';
import * as ranges from '../../memory/ranges';
import { at, attachedRoot, initialiseList, insertTail, setField, write64 } from '../../memory/virtual';
import { describeRun } from '../../paging/pfn-database';
import { RUN_FILE } from '../../paging/pfn-runs';
import { entryFor, KERNEL_DATA } from '../../paging/pte';
import { READ_WRITE, transitionBits } from '../../paging/software-pte';
import { translate } from '../../paging/walk';
import { attachStream, completeCleanup, createFileObject } from '../io/file-object';
import { systemVolumeDevice } from '../io/volumes';
import {
  bindFile,
  createDataControlArea,
  describeSubsection,
  prototypeOf,
  subsectionOf,
  subsectionPte,
} from '../sections/control-area';
import { PROTECT_READ_WRITE } from '../sections/protection';
import { addressOf } from '../symbols';
import { cacheFile, VIEW_PAGES } from './system-cache';

const PTE_BYTES: u32 = 8;
const ENTRIES: u32 = 512;
const DEFAULT_PRIORITY: u32 = 5;

let range: i32 = 0; // whose frames are given to files
let owned: u32 = 0; // frames of it that files have

function belongsToFiles(index: i32): bool {
  const location = ranges.rangeLocation(index);
  return location == ranges.STANDBY || location == ranges.MODIFIED || location == ranges.MODIFIED_NO_WRITE;
}

/** Frames of the list that comes next that belong to no file yet; 0 when all have one. */
export function framesWithoutFile(): u32 {
  while (range < ranges.rangeCount()) {
    if (belongsToFiles(range) && ranges.rangeBase(range) + owned < ranges.rangeEnd(range))
      return ranges.rangeEnd(range) - ranges.rangeBase(range) - owned;
    range++;
    owned = 0;
  }
  return 0;
}

function segments(): u64 {
  return at(addressOf(NT.MiSystemPartition), MI_PARTITION.Segments);
}

/** Empties the lists of sections that nobody uses. To be called once. */
export function createSegmentLists(): void {
  initialiseList(at(segments(), MI_PARTITION_SEGMENTS.UnusedSegmentList));
  initialiseList(at(segments(), MI_PARTITION_SEGMENTS.UnusedSubsectionList));
  initialiseList(at(segments(), MI_PARTITION_SEGMENTS.DeleteSubsectionList));
  initialiseList(at(segments(), MI_PARTITION_SEGMENTS.DeleteOnCloseList));
}

/**
 * Puts a file in memory: `listed` pages of the list that {@link framesWithoutFile} tells of, after the pages of
 * `views` views of the system cache. `name` is its path's UTF-16 text on the system volume. Returns its control area.
 */
export function createCachedFile(name: usize, nameBytes: u32, listed: u32, views: u32): u64 {
  assert(listed <= framesWithoutFile(), 'a file with more pages than the list has');
  const viewed = views * VIEW_PAGES;
  const pages = viewed + listed;
  const bytes = u64(pages) * PAGE_SIZE;
  const file = createFileObject(systemVolumeDevice(), name, nameBytes);
  const pointers = attachStream(file, bytes);
  const area = createDataControlArea(pages, true);
  bindFile(area, file, pointers, false);
  describeSubsection(area, 0, 0, pages, PROTECT_READ_WRITE, 0, u32(bytes));
  const subsection = subsectionOf(area, 0);
  const origin = subsectionPte(subsection, PROTECT_READ_WRITE);
  setField(area, CONTROL_AREA.NumberOfPfnReferences, pages);
  setField(subsection, MSUBSECTION.NumberOfPfnReferences, pages);
  if (views == 0) {
    completeCleanup(file);
    insertTail(at(segments(), MI_PARTITION_SEGMENTS.UnusedSegmentList), at(area, CONTROL_AREA.ListHead));
  } else {
    const frames = ranges.takeRun(ranges.FOR_USER, viewed);
    assert(frames != 0, 'no memory for the file cache');
    for (let i: u32 = 0; i < viewed; i++) renderFrame(frames + i, SEEDED, 0);
    namePages(area, 0, frames, viewed, KERNEL_DATA, origin);
    setField(area, CONTROL_AREA.NumberOfSectionReferences, 1);
    setField(area, CONTROL_AREA.NumberOfMappedViews, views);
    setField(area, CONTROL_AREA.u2_e2_NumberOfSystemCacheViews, views);
    setField(subsection, MSUBSECTION.NumberOfMappedViews, views);
    setField(pointers, SECTION_OBJECT_POINTERS.SharedCacheMap, cacheFile(file, bytes, frames, views));
  }
  namePages(area, viewed, ranges.rangeBase(range) + owned, listed, transitionBits(READ_WRITE), origin);
  owned += listed;
  return area;
}

/**
 * Makes the prototype PTEs of a file's pages from `first` on name the frames from `base` on. `bits` is what they say
 * but for the frame; pages of prototype PTEs that this fills are rendered.
 */
function namePages(area: u64, first: u32, base: u32, pages: u32, bits: u64, origin: u64): void {
  let done: u32 = 0;
  while (done < pages) {
    const prototype = prototypeOf(area, first + done);
    const index = u32(prototype & u64(PAGE_SIZE - 1)) / PTE_BYTES;
    const part = min(ENTRIES - index, pages - done);
    const frame = u32(translate(attachedRoot(), prototype) >> 12);
    if (part == ENTRIES && isUntouched(frame)) fillWithEntries(frame, base + done, 0, ENTRIES, bits);
    else
      for (let i: u32 = 0; i < part; i++)
        write64(prototype + u64(i) * PTE_BYTES, entryFor(base + done + i, bits));
    describeRun(base + done, part, RUN_FILE, DEFAULT_PRIORITY, prototype, frame, origin);
    done += part;
  }
}
