// Control areas: one for each file that is mapped as an image or as data, and for each piece of memory that processes
// share. Its subsections follow it in memory; they divide the prototype PTEs, to which every view's PTEs lead.
import {
  CONTROL_AREA,
  EX_FAST_REF,
  MMPFN,
  MMPTE_SOFTWARE,
  MMPTE_SUBSECTION,
  MMSECTION_FLAGS,
  MMSUBSECTION_FLAGS,
  MSUBSECTION,
  SECTION_OBJECT_POINTERS,
  SEGMENT,
  SUBSECTION,
} from '../../generated/types';
import { offsetOf, put } from '../../layout/fields';
import {
  addToField,
  at,
  attachedRoot,
  getField,
  initialiseList,
  setField,
  write64,
} from '../../memory/virtual';
import { STANDBY } from '../../memory/ranges';
import { putOnList } from '../../paging/frame-states';
import { activate, setPfnField } from '../../paging/pfn-database';
import { entryFor } from '../../paging/pte';
import { transitionBits } from '../../paging/software-pte';
import { translate } from '../../paging/walk';
import { referenceObject } from '../objects/object';
import { allocatePool, NON_PAGED, PAGED, tag } from '../pool/pool';

const CACHED_REFERENCES: u64 = 15; // EX_FAST_REF keeps this many references in its low bits
const PTE_BYTES: u32 = 8;
const DEFAULT_PRIORITY: u32 = 5;

const scratch: usize = memory.data(8, 8);

/** Creates an image's control area with `count` subsections, which {@link describeSubsection} describes. */
export function createImageControlArea(count: u32, pages: u32): u64 {
  const area = allocatePool(
    offsetOf(CONTROL_AREA.SIZE) + count * offsetOf(SUBSECTION.SIZE),
    tag(0x4d, 0x6d, 0x43, 0x69), // 'MmCi'
    NON_PAGED,
    0,
  );
  const flags = at(area, CONTROL_AREA.u);
  setField(flags, MMSECTION_FLAGS.Image, 1);
  setField(flags, MMSECTION_FLAGS.File, 1);
  initialise(area, pages);
  for (let i: u32 = 0; i < count; i++) {
    setField(subsectionOf(area, i), SUBSECTION.ControlArea, area);
    if (i + 1 < count) setField(subsectionOf(area, i), SUBSECTION.NextSubsection, subsectionOf(area, i + 1));
  }
  return area;
}

/** Creates the control area of a data file's or, without a file, of the page file's section, with one subsection. */
export function createDataControlArea(pages: u32, isFile: bool): u64 {
  const area = allocatePool(
    offsetOf(CONTROL_AREA.SIZE) + offsetOf(isFile ? MSUBSECTION.SIZE : SUBSECTION.SIZE),
    tag(0x4d, 0x6d, 0x43, 0x61), // 'MmCa'
    NON_PAGED,
    0,
  );
  const flags = at(area, CONTROL_AREA.u);
  if (isFile) setField(flags, MMSECTION_FLAGS.File, 1);
  else setField(flags, MMSECTION_FLAGS.Commit, 1);
  initialise(area, pages);
  setField(subsectionOf(area, 0), SUBSECTION.ControlArea, area);
  return area;
}

function initialise(area: u64, pages: u32): void {
  initialiseList(at(area, CONTROL_AREA.ListHead));
  const segment = allocatePool(offsetOf(SEGMENT.SIZE), tag(0x4d, 0x6d, 0x53, 0x6d), PAGED, 0); // 'MmSm'
  setField(area, CONTROL_AREA.Segment, segment);
  setField(segment, SEGMENT.ControlArea, area);
  setField(segment, SEGMENT.TotalNumberOfPtes, pages);
  setField(segment, SEGMENT.SizeOfSegment, u64(pages) << 12);
  const prototypes = allocatePool(pages * PTE_BYTES, tag(0x4d, 0x6d, 0x53, 0x74), PAGED, 0); // 'MmSt'
  setField(segment, SEGMENT.PrototypePte, prototypes);
}

/** Subsection `index` of a control area: they follow it in memory. */
export function subsectionOf(area: u64, index: u32): u64 {
  return area + offsetOf(CONTROL_AREA.SIZE) + u64(index) * offsetOf(SUBSECTION.SIZE);
}

/** Address of the prototype PTE of a page of the section. */
export function prototypeOf(area: u64, page: u32): u64 {
  return getField(getField(area, CONTROL_AREA.Segment), SEGMENT.PrototypePte) + u64(page) * PTE_BYTES;
}

/**
 * Describes a subsection: `pages` pages from `firstPage` of the section on, protected as `protection` (index into
 * nt!MmProtectToValue), which the file holds in `fileBytes` bytes from `fileOffset` on.
 */
export function describeSubsection(
  area: u64,
  index: u32,
  firstPage: u32,
  pages: u32,
  protection: u32,
  fileOffset: u64,
  fileBytes: u32,
): void {
  const subsection = subsectionOf(area, index);
  setField(subsection, SUBSECTION.SubsectionBase, prototypeOf(area, firstPage));
  setField(subsection, SUBSECTION.PtesInSubsection, pages);
  setField(subsection, SUBSECTION.StartingSector, fileOffset >> 9);
  setField(subsection, SUBSECTION.NumberOfFullSectors, fileBytes >> 9);
  const flags = at(subsection, SUBSECTION.u);
  setField(flags, MMSUBSECTION_FLAGS.Protection, protection);
  setField(flags, MMSUBSECTION_FLAGS.SubsectionStatic, 1);
  setField(flags, MMSUBSECTION_FLAGS.SectorEndOffset, fileBytes & 511);
}

/** A PTE that says which subsection's file has the page, kept in MMPFN.OriginalPte and in prototypes of pages not in memory. */
export function subsectionPte(subsection: u64, protection: u32): u64 {
  store<u64>(scratch, 0);
  const at = scratch;
  put(at, MMPTE_SUBSECTION.Protection, protection);
  put(at, MMPTE_SUBSECTION.Prototype, 1);
  put(at, MMPTE_SUBSECTION.SubsectionAddress, subsection);
  return load<u64>(at);
}

/** A PTE of a page that is zero until it is touched. */
export function demandZeroPte(protection: u32): u64 {
  store<u64>(scratch, 0);
  put(scratch, MMPTE_SOFTWARE.Protection, protection);
  return load<u64>(scratch);
}

/** Enters a frame as a page of the section; `bits` are those of the prototype PTE, `original` where the page comes from. */
export function addSectionPage(area: u64, page: u32, pfn: u32, bits: u64, original: u64): void {
  const prototype = prototypeOf(area, page);
  write64(prototype, entryFor(pfn, bits));
  activate(pfn, prototype, u32(translate(attachedRoot(), prototype) >> 12), DEFAULT_PRIORITY, original, true);
  addToField(area, CONTROL_AREA.NumberOfPfnReferences, 1);
}

/**
 * Enters a frame as a page of the section that no view maps any more: it waits on the standby list, and its prototype
 * PTE is in transition. `protection` is the subsection's.
 */
export function addStandbyPage(area: u64, page: u32, pfn: u32, protection: u32, original: u64): void {
  addSectionPage(area, page, pfn, transitionBits(protection), original);
  setPfnField(pfn, MMPFN.u3_ReferenceCount, 0);
  putOnList(pfn, STANDBY, DEFAULT_PRIORITY);
}

/** Binds a control area and the file it maps; `pointers` are the file's SECTION_OBJECT_POINTERS. */
export function bindFile(area: u64, file: u64, pointers: u64, isImage: bool): void {
  setField(at(area, CONTROL_AREA.FilePointer), EX_FAST_REF.Value, file | CACHED_REFERENCES);
  referenceObject(file, i32(CACHED_REFERENCES));
  setField(
    pointers,
    isImage ? SECTION_OBJECT_POINTERS.ImageSectionObject : SECTION_OBJECT_POINTERS.DataSectionObject,
    area,
  );
}

/** File object of a control area, 0 where the page file backs it. */
export function fileOfArea(area: u64): u64 {
  return getField(at(area, CONTROL_AREA.FilePointer), EX_FAST_REF.Value) & ~CACHED_REFERENCES;
}
