// Sections of data: files that processes map to read them, and memory of the page file that they share.
import { CONTROL_AREA, EX_FAST_REF, SEGMENT } from '../../generated/types';
import { giveBack, PAGE_SIZE } from '../../memory/arena';
import { renderFrame, SEEDED } from '../../memory/frames';
import { FOR_USER, takeFrame } from '../../memory/ranges';
import { at, attachedRoot, getField, setField, write64 } from '../../memory/virtual';
import { mapShared } from '../../paging/map';
import { USER_DATA, USER_READ_ONLY } from '../../paging/pte';
import { attachStream, completeCleanup, createFileObject } from '../io/file-object';
import { chargeWorkingSet } from './charges';
import {
  addSectionPage,
  addStandbyPage,
  bindFile,
  createDataControlArea,
  demandZeroPte,
  describeSubsection,
  prototypeOf,
  subsectionOf,
  subsectionPte,
} from './control-area';
import { numberFile } from './mapped-file-pages';
import { PROTECT_READ_ONLY, PROTECT_READ_WRITE } from './protection';
import { fetchPage } from './section-end';
import { addViewVad, VAD_NONE } from './vad';

class DataSection {
  area: u64 = 0;
  pages: u32 = 0;
  /** Pages in memory, the first ones. */
  present: u32 = 0;
  frames: usize = 0; // u32 for each page in memory
}

const MAXIMUM: i32 = 8192;
const sections = new StaticArray<DataSection>(MAXIMUM);
let count: i32 = 0;
let committed: u64 = 0;

/** Pages that sections of the page file have committed. */
export function sharedCommit(): u64 {
  return committed;
}

function create(pages: u32, present: u32, isFile: bool): DataSection {
  assert(count < MAXIMUM, 'too many sections of data');
  const section = new DataSection();
  section.area = createDataControlArea(pages, isFile);
  section.pages = pages;
  section.present = min(present, pages);
  section.frames = heap.alloc(max(usize(section.present), 1) * 4);
  unchecked((sections[count++] = section));
  return section;
}

function addPages(section: DataSection, bits: u64, original: u64): void {
  for (let page: u32 = 0; page < section.present; page++) {
    const pfn = takeFrame(FOR_USER);
    renderFrame(pfn, SEEDED, 0);
    store<u32>(section.frames + (usize(page) << 2), pfn);
    addSectionPage(section.area, page, pfn, bits, original);
  }
}

/**
 * Creates the data section of a file of `bytes` bytes, of which the first `present` pages are mapped by somebody and
 * the next `standby` pages were: they are still in memory. `name` is its
 * path's UTF-16 text relative to the volume `device`. Returns the section's index.
 */
export function createFileSection(
  device: u64,
  name: usize,
  nameBytes: u32,
  bytes: u64,
  present: u32,
  standby: u32,
): i32 {
  const pages = u32((bytes + PAGE_SIZE - 1) / PAGE_SIZE);
  const section = create(pages, present, true);
  const file = createFileObject(device, name, nameBytes);
  bindFile(section.area, file, attachStream(file, bytes), false);
  completeCleanup(file);
  numberFile(section.area, count);
  describeSubsection(section.area, 0, 0, pages, PROTECT_READ_WRITE, 0, u32(bytes));
  const origin = subsectionPte(subsectionOf(section.area, 0), PROTECT_READ_WRITE);
  addPages(section, USER_READ_ONLY, origin);
  const inMemory = min(section.present + standby, pages);
  for (let page = section.present; page < inMemory; page++) {
    const pfn = takeFrame(FOR_USER);
    renderFrame(pfn, SEEDED, 0);
    addStandbyPage(section.area, page, pfn, PROTECT_READ_WRITE, origin);
  }
  for (let page = inMemory; page < pages; page++) write64(prototypeOf(section.area, page), origin);
  return count - 1;
}

/**
 * Creates a section of `pages` pages that the page file backs, all of it committed, made by process `creator`; the
 * first `present` pages were written. Returns its index.
 */
export function createPageFileSection(creator: u32, pages: u32, present: u32): i32 {
  const section = create(pages, present, false);
  const segment = getField(section.area, CONTROL_AREA.Segment);
  setField(segment, SEGMENT.NumberOfCommittedPages, pages);
  committed += pages;
  setField(segment, SEGMENT.u1_CreatingProcessId, creator);
  describeSubsection(section.area, 0, 0, pages, PROTECT_READ_WRITE, 0, 0);
  const untouched = demandZeroPte(PROTECT_READ_WRITE);
  addPages(section, USER_DATA, untouched);
  for (let page = section.present; page < pages; page++) write64(prototypeOf(section.area, page), untouched);
  return count - 1;
}

/**
 * Maps all of a section at `address` in the attached process, which has looked at the first `touched` pages of what is
 * in memory. `isWritable` lets it write there.
 */
export function mapSection(index: i32, address: u64, touched: u32, isWritable: bool): void {
  const section = unchecked(sections[index]);
  const protection = isWritable ? PROTECT_READ_WRITE : PROTECT_READ_ONLY;
  addViewVad(address, section.pages, VAD_NONE, protection, section.area, 0, 0);
  const segment = getField(section.area, CONTROL_AREA.Segment);
  const hasFile = getField(at(section.area, CONTROL_AREA.FilePointer), EX_FAST_REF.Value) != 0;
  if (!hasFile && getField(segment, SEGMENT.u2_FirstMappedVa) == 0)
    setField(segment, SEGMENT.u2_FirstMappedVa, address);
  const pages = min(touched, section.present);
  const bits = isWritable ? USER_DATA : USER_READ_ONLY;
  for (let page: u32 = 0; page < pages; page++) {
    const frame = load<u32>(section.frames + (usize(page) << 2));
    fetchPage(frame, hasFile ? USER_READ_ONLY : USER_DATA);
    mapShared(attachedRoot(), address + u64(page) * PAGE_SIZE, frame, bits);
  }
  chargeWorkingSet(0, pages);
}

/** Forgets the section of a control area that is no more: it has committed nothing, and its index leads nowhere. */
export function forgetSection(area: u64): void {
  for (let i = 0; i < count; i++) {
    const section = unchecked(sections[i]);
    if (section.area != area) continue;
    section.area = 0;
    committed -= section.pages;
    giveBack(section.frames);
  }
}

/** Number of pages of a section. */
export function sectionPages(index: i32): u32 {
  return unchecked(sections[index]).pages;
}

/** Control area of a section; 0 when it is no more. */
export function sectionArea(index: i32): u64 {
  return unchecked(sections[index]).area;
}
