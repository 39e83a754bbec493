// The PFN database against the page tables and against itself, frame by frame.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  MMPFN,
  MMPFNENTRY1,
  MMPFNENTRY3,
  PHYSICAL_MEMORY_DESCRIPTOR,
  PHYSICAL_MEMORY_RUN,
} from '../generated/types';
import { get, offsetOf } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { readableFrame } from '../memory/frames';
import { frameOf } from '../paging/pte';
import { addressOf } from '../kernel/symbols';
import { expect } from './expect';
import { checkPageTransfers } from './page-transfers';
import { clearFrameTable, firstEntryOf, firstTableOf, frameLimit, mappingsOf } from './frame-table';
import { beginFrameLists, checkFrameLists, countActive, countListed } from './frame-lists';
import { locksOf } from './locked-pages';
import { mapped, peek64, physicalOf, value } from './memory';
import { isInSelfMap, isTransition } from './page-tables';
import {
  ACTIVE,
  blinkIn,
  END_OF_LIST,
  isOnItsWay,
  locationIn,
  ON_ITS_WAY,
  pfnAddress,
  pfnEntry,
  shareCountIn,
} from './pfn-entries';
import { broken, disagree, visit } from './report';

const MOST_RUNS: u64 = 256;

/** Finds which frames exist. To be called before the page tables are walked. */
export function beginFrames(): void {
  const block = peek64(addressOf(NT.MmPhysicalMemoryBlock));
  const runs = value(block, PHYSICAL_MEMORY_DESCRIPTOR.NumberOfRuns);
  let pages: u64 = 0;
  let end: u64 = 0;
  for (let i: u64 = 0; i < min(runs, MOST_RUNS) && !broken(); i++) {
    const run = runAt(block, i);
    const first = value(run, PHYSICAL_MEMORY_RUN.BasePage);
    const count = value(run, PHYSICAL_MEMORY_RUN.PageCount);
    if (first < end || count > u64(u32.MAX_VALUE)) {
      disagree(Rule.MemoryBlockIsCounted, run, PHYSICAL_MEMORY_RUN.BasePage, end, first);
      return;
    }
    pages += count;
    end = first + count;
  }
  expect(Rule.MemoryBlockIsCounted, block, PHYSICAL_MEMORY_DESCRIPTOR.NumberOfPages, pages);
  if (!broken()) clearFrameTable(u32(end));
}

function runAt(block: u64, index: u64): u64 {
  return block + offsetOf(PHYSICAL_MEMORY_DESCRIPTOR.Run) + index * offsetOf(PHYSICAL_MEMORY_RUN.SIZE);
}

/** Checks the entry of every frame, and the lists' heads. To be called after the page tables were walked. */
export function checkFrames(): void {
  beginFrameLists();
  const block = peek64(addressOf(NT.MmPhysicalMemoryBlock));
  const runs = value(block, PHYSICAL_MEMORY_DESCRIPTOR.NumberOfRuns);
  for (let i: u64 = 0; i < runs; i++) {
    const run = runAt(block, i);
    const first = u32(value(run, PHYSICAL_MEMORY_RUN.BasePage));
    const count = u32(value(run, PHYSICAL_MEMORY_RUN.PageCount));
    for (let pfn = first; pfn < first + count; pfn++) {
      if (broken()) return;
      const entry = pfnEntry(pfn);
      if (entry == 0) {
        disagree(Rule.MemoryIsMapped, pfnAddress(pfn), MMPFN.u1, 1, 0);
        return;
      }
      const location = locationIn(entry);
      if (location >= ACTIVE) countActive(location);
      if (location > ACTIVE) checkOnItsWay(pfn, entry);
      else if (isOnItsWay(entry)) wrong(Rule.FrameIsOnItsWay, pfn, MMPFN.u3_e1, ON_ITS_WAY, location);
      else if (location == ACTIVE) checkActive(pfn, entry);
      else checkListed(pfn, entry);
    }
    visit(Visited.Frames, count);
  }
  if (!broken()) checkFrameLists();
  if (!broken()) checkPageTransfers();
}

function wrong(rule: Rule, pfn: u32, field: i32, expected: u64, found: u64): void {
  disagree(rule, pfnAddress(pfn), field, expected, found);
}

function checkActive(pfn: u32, entry: usize): void {
  const mappings = mappingsOf(pfn);
  const pte = get(entry, MMPFN.PteAddress);
  const table = get(entry, MMPFN.u4_PteFrame);
  const shares = shareCountIn(entry);
  const isShared = get(entry, MMPFN.u4_PrototypePte) != 0;
  const references = get(entry, MMPFN.u3_ReferenceCount);
  if (references == 0) return wrong(Rule.FrameIsReferenced, pfn, MMPFN.u3_ReferenceCount, 1, 0);
  if (references != 1 + locksOf(pfn))
    return wrong(Rule.LockedPagesAreCounted, pfn, MMPFN.u3_ReferenceCount, 1 + locksOf(pfn), references);
  if (shares != mappings) {
    wrong(Rule.SharesAreCounted, pfn, MMPFN.u2, mappings, shares);
    return;
  }
  if (isShared) checkPrototype(pfn, pte, table);
  else if (mappings == 0) wrong(Rule.ActiveFrameIsMapped, pfn, MMPFN.u3_e1, 1, 0);
  else if (pte != firstEntryOf(pfn))
    wrong(Rule.PfnNamesItsEntry, pfn, MMPFN.PteAddress, firstEntryOf(pfn), pte);
  else if (table != firstTableOf(pfn))
    wrong(Rule.PfnNamesItsTable, pfn, MMPFN.u4_PteFrame, firstTableOf(pfn), table);
}

/** A shared frame belongs to a prototype PTE in the kernel's memory. */
function checkPrototype(pfn: u32, pte: u64, table: u64): void {
  if (!mapped(pte) || isInSelfMap(pte)) {
    wrong(Rule.PrototypeNamesFrame, pfn, MMPFN.PteAddress, 1, pte);
    return;
  }
  const prototype = peek64(pte);
  if (frameOf(prototype) != pfn)
    wrong(Rule.PrototypeNamesFrame, pfn, MMPFN.PteAddress, pfn, frameOf(prototype));
  else if (physicalOf(pte) >> 12 != table)
    wrong(Rule.PfnNamesItsTable, pfn, MMPFN.u4_PteFrame, physicalOf(pte) >> 12, table);
}

/** A private page on its way out: its PTE is one in transition that names the frame. The entry holds where it was mapped. */
function checkTransition(pfn: u32, entry: usize): bool {
  const pte = get(entry, MMPFN.PteAddress);
  if (pte == 0 || get(entry, MMPFN.u4_PrototypePte) != 0) return true;
  const table = get(entry, MMPFN.u4_PteFrame);
  const found =
    table < frameLimit() ? load<u64>(readableFrame(u32(table)) + usize(pte & (PAGE_SIZE - 1))) : 0;
  if (isTransition(found) && frameOf(found) == pfn) return true;
  wrong(Rule.TransitionLeadsToFrame, pfn, MMPFN.PteAddress, pfn, frameOf(found));
  return false;
}

/** A frame that a request reads into or writes out: its prototype PTE is in transition and names it. */
function checkOnItsWay(pfn: u32, entry: usize): void {
  const rule = Rule.FrameIsOnItsWay;
  const state = entry + offsetOf(MMPFN.u3_e1);
  const moves = get(state, MMPFNENTRY1.ReadInProgress) + get(state, MMPFNENTRY1.WriteInProgress);
  const references = get(entry, MMPFN.u3_ReferenceCount);
  const pte = get(entry, MMPFN.PteAddress);
  const table = get(entry, MMPFN.u4_PteFrame);
  if (moves != 1) return wrong(rule, pfn, MMPFN.u3_e1, 1, moves);
  if (mappingsOf(pfn) != 0) return wrong(rule, pfn, MMPFN.u2, 0, mappingsOf(pfn));
  if (references != 1) return wrong(rule, pfn, MMPFN.u3_ReferenceCount, 1, references);
  if (!mapped(pte)) return wrong(rule, pfn, MMPFN.PteAddress, 1, pte);
  const prototype = peek64(pte);
  if (!isTransition(prototype) || frameOf(prototype) != pfn)
    return wrong(rule, pfn, MMPFN.PteAddress, pfn, frameOf(prototype));
  if (physicalOf(pte) >> 12 != table)
    return wrong(Rule.PfnNamesItsTable, pfn, MMPFN.u4_PteFrame, physicalOf(pte) >> 12, table);
  visit(Visited.PagesOnTheirWay);
}

function checkListed(pfn: u32, entry: usize): void {
  const location = locationIn(entry);
  const next = get(entry, MMPFN.u1_Flink);
  const previous = blinkIn(entry);
  const references = get(entry, MMPFN.u3_ReferenceCount);
  const priority = u32(get(entry + offsetOf(MMPFN.u3_e3), MMPFNENTRY3.Priority));
  countListed(pfn, location, priority, previous == END_OF_LIST, next == END_OF_LIST);
  if (mappingsOf(pfn) != 0) wrong(Rule.MappedFrameIsActive, pfn, MMPFN.u3_e1, ACTIVE, location);
  else if (references != 0) wrong(Rule.FrameIsReferenced, pfn, MMPFN.u3_ReferenceCount, 0, references);
  else if (checkTransition(pfn, entry)) {
    if (next != END_OF_LIST) {
      const other = next < frameLimit() ? pfnEntry(u32(next)) : 0;
      if (other == 0 || locationIn(other) != location || blinkIn(other) != pfn)
        wrong(Rule.FrameListLinksBack, pfn, MMPFN.u1_Flink, END_OF_LIST, next);
    }
    if (previous != END_OF_LIST) {
      const other = previous < frameLimit() ? pfnEntry(u32(previous)) : 0;
      if (other == 0 || locationIn(other) != location || get(other, MMPFN.u1_Flink) != pfn)
        wrong(Rule.FrameListLinksBack, pfn, MMPFN.u2, END_OF_LIST, previous);
    }
  }
}
