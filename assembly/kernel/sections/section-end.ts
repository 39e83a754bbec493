// Sections that fewer use: pages that nobody maps any more, views and section objects that are gone, and what is left of
// a section that nobody uses. One of a file stays in memory for whoever maps the file next; one of the page file ends.
import { NT } from '../../generated/symbols';
import {
  CONTROL_AREA,
  MI_PARTITION,
  MI_PARTITION_SEGMENTS,
  MMPFN,
  MMSECTION_FLAGS,
  MMVAD,
  SECTION,
  SEGMENT,
  SUBSECTION,
} from '../../generated/types';
import { ACTIVE, MODIFIED, STANDBY } from '../../memory/ranges';
import { addToField, at, getField, insertTail, read64, removeEntry, write64 } from '../../memory/virtual';
import { freeFrame, putOnList, takeOffList } from '../../paging/frame-states';
import { PRIVATE_MODIFIED } from '../../paging/page-lists';
import {
  activate,
  originalPte,
  pageLocation,
  pagePriority,
  pfnField,
  setPfnField,
  unshare,
} from '../../paging/pfn-database';
import { entryFor, frameOf, PRESENT } from '../../paging/pte';
import {
  filePageOf,
  isTransition,
  softwareProtection,
  transitionBits,
  transitionFrame,
} from '../../paging/software-pte';
import { freeFilePage } from '../memory-manager/paging-files';
import { freePool } from '../pool/pool';
import { addressOf } from '../symbols';
import { fileOfArea } from './control-area';
import { forgetSection } from './data-section';

const PTE_BYTES: u64 = 8;
const PROTOTYPE: u64 = 1 << 10; // of a PTE that a subsection's file backs
let released: bool = false; // whether any page of a section has ever left all working sets

/** One PTE fewer maps a page of a section. The last one leaves it to the standby list, or to that of modified pages. */
export function releasePage(pfn: u32): void {
  if (unshare(pfn) != 0) return;
  released = true;
  const original = originalPte(pfn);
  const bits = transitionBits(softwareProtection(original));
  write64(pfnField(pfn, MMPFN.PteAddress), entryFor(pfn, bits));
  setPfnField(pfn, MMPFN.u3_ReferenceCount, 0);
  if (original & PROTOTYPE) putOnList(pfn, STANDBY, pagePriority(pfn));
  else putOnList(pfn, MODIFIED, PRIVATE_MODIFIED);
}

/** Brings a page of a section back that {@link releasePage} let go; its prototype PTE says `bits` again. */
export function fetchPage(pfn: u32, bits: u64): void {
  if (!released || pageLocation(pfn) == ACTIVE) return;
  const location = pageLocation(pfn);
  const priority = pagePriority(pfn);
  takeOffList(pfn, location, location == MODIFIED ? PRIVATE_MODIFIED : priority);
  const prototype = pfnField(pfn, MMPFN.PteAddress);
  write64(prototype, entryFor(pfn, bits));
  activate(pfn, prototype, u32(pfnField(pfn, MMPFN.u4_PteFrame)), priority, originalPte(pfn), true);
}

/** The view that a descriptor describes is gone. */
export function leaveView(vad: u64): void {
  const area = getField(getField(vad, MMVAD.Subsection), SUBSECTION.ControlArea);
  removeEntry(at(vad, MMVAD.ViewLinks));
  addToField(area, CONTROL_AREA.NumberOfMappedViews, -1);
  addToField(area, CONTROL_AREA.NumberOfUserReferences, -1);
  leaveArea(area);
}

/** What the end of a section object leaves to be done. */
export function deleteSection(section: u64): void {
  const area = getField(section, SECTION.u1_ControlArea);
  addToField(area, CONTROL_AREA.NumberOfSectionReferences, -1);
  if (getField(at(section, SECTION.u), MMSECTION_FLAGS.UserReference))
    addToField(area, CONTROL_AREA.NumberOfUserReferences, -1);
  leaveArea(area);
}

function isUsed(area: u64): bool {
  return (
    getField(area, CONTROL_AREA.NumberOfMappedViews) != 0 ||
    getField(area, CONTROL_AREA.NumberOfSectionReferences) != 0
  );
}

function leaveArea(area: u64): void {
  if (isUsed(area)) return;
  if (fileOfArea(area) == 0) return deleteArea(area);
  const segments = at(addressOf(NT.MiSystemPartition), MI_PARTITION.Segments);
  insertTail(at(segments, MI_PARTITION_SEGMENTS.UnusedSegmentList), at(area, CONTROL_AREA.ListHead));
}

/** To be called before somebody uses a control area: it is on the list of those that nobody uses no more. */
export function enterArea(area: u64): void {
  if (!isUsed(area)) removeEntry(at(area, CONTROL_AREA.ListHead));
}

/** Ends a section of the page file: nobody can read its pages again. */
function deleteArea(area: u64): void {
  forgetSection(area);
  const segment = getField(area, CONTROL_AREA.Segment);
  const prototypes = getField(segment, SEGMENT.PrototypePte);
  const pages = getField(segment, SEGMENT.TotalNumberOfPtes);
  for (let i: u64 = 0; i < pages; i++) {
    const entry = read64(prototypes + i * PTE_BYTES);
    if (entry & PRESENT) freeFrame(frameOf(entry));
    else if (isTransition(entry)) freeListed(transitionFrame(entry));
    else if (filePageOf(entry) != 0) freeFilePage(filePageOf(entry));
  }
  freePool(prototypes);
  freePool(segment);
  freePool(area);
}

/** Gives back a page that waits on a list, and its copy in the page file. */
export function freeListed(pfn: u32): void {
  const location = pageLocation(pfn);
  takeOffList(pfn, location, location == MODIFIED ? PRIVATE_MODIFIED : pagePriority(pfn));
  const page = filePageOf(originalPte(pfn));
  if (page != 0) freeFilePage(page);
  freeFrame(pfn);
}
