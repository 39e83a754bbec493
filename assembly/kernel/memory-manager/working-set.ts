// Private pages leaving a working set and coming back: valid, then in transition on the modified or the standby list,
// then in the page file. What the trimmer, the modified page writer and the page fault handler do.
import { EPROCESS, KPROCESS, MMPFN, MMSUPPORT_FULL, MMSUPPORT_INSTANCE } from '../../generated/types';
import { frameWord, writableFrame } from '../../memory/frames';
import { FOR_USER, MODIFIED, STANDBY, takeFrame } from '../../memory/ranges';
import { addToField, at, forget, getField } from '../../memory/virtual';
import { freeFrame, putOnList, takeOffList } from '../../paging/frame-states';
import { PRIVATE_MODIFIED } from '../../paging/page-lists';
import {
  activate,
  originalPte,
  pageLocation,
  pagePriority,
  pfnField,
  setOriginalPte,
  setPfnField,
  shareCount,
} from '../../paging/pfn-database';
import {
  entryFor,
  frameOf,
  LARGE,
  NO_EXECUTE,
  PRESENT,
  USER_DATA,
  WRITABLE,
  WRITE,
  DIRTY,
} from '../../paging/pte';
import {
  DEMAND_ZERO,
  filePageOf,
  isTransition,
  pageFilePte,
  protectionOf,
  softwareProtection,
  transitionBits,
  transitionFrame,
} from '../../paging/software-pte';
import { entryAddress, indexAt, PML4_LEVEL } from '../../paging/tables';
import { freeFilePage, readFilePage, takeFilePage, writeFilePage } from './paging-files';

const DEFAULT_PRIORITY: u32 = 5;

/** Frame of the page table that holds an address's PTE in a process, 0 when there is none. */
function tableOf(process: u64, address: u64): u32 {
  let table = u32(getField(process, KPROCESS.DirectoryTableBase) >> 12);
  for (let level = PML4_LEVEL; level > 1; level--) {
    const entry = frameWord(table, indexAt(address, level));
    if ((entry & PRESENT) == 0 || (entry & LARGE) != 0) return 0;
    table = frameOf(entry);
  }
  return table;
}

function entryOf(table: u32, address: u64): u64 {
  return frameWord(table, indexAt(address, 1));
}

function setEntry(table: u32, address: u64, entry: u64): void {
  store<u64>(writableFrame(table) + indexAt(address, 1) * 8, entry);
  forget(address);
}

/** Adds to the sizes of a working set. */
function resize(process: u64, pages: i64): void {
  const set = at(at(process, EPROCESS.Vm), MMSUPPORT_FULL.Instance);
  addToField(set, MMSUPPORT_INSTANCE.WorkingSetSize, pages);
  addToField(set, MMSUPPORT_INSTANCE.WorkingSetPrivateSize, pages);
  addToField(set, MMSUPPORT_INSTANCE.WorkingSetLeafSize, pages);
  addToField(set, MMSUPPORT_INSTANCE.WorkingSetLeafPrivateSize, pages);
  if (pages > 0) addToField(set, MMSUPPORT_INSTANCE.PageFaultCount, pages);
}

/** Whether an entry maps a page that the process shares with nobody. */
function isPrivate(entry: u64): bool {
  if ((entry & PRESENT) == 0) return false;
  const pfn = frameOf(entry);
  return pfnField(pfn, MMPFN.u4_PrototypePte) == 0 && shareCount(pfn) == 1;
}

/** Frame of the private page that a process has mapped at an address, 0 when it has none there. */
export function privateFrame(process: u64, address: u64): u32 {
  const table = tableOf(process, address);
  const entry = table == 0 ? 0 : entryOf(table, address);
  return isPrivate(entry) ? frameOf(entry) : 0;
}

/**
 * Moves a private user page of a process to the modified list; its PTE is then one in transition. Returns false, and
 * does nothing, when no private page is mapped at the address, or one that a request has locked.
 */
export function trimPage(process: u64, address: u64): bool {
  const table = tableOf(process, address);
  if (table == 0) return false;
  const entry = entryOf(table, address);
  if (!isPrivate(entry)) return false;
  const pfn = frameOf(entry);
  if (pfnField(pfn, MMPFN.u3_ReferenceCount) > 1) return false;
  setEntry(table, address, entryFor(pfn, transitionBits(protectionOf(entry))));
  setPfnField(pfn, MMPFN.u3_ReferenceCount, 0);
  putOnList(pfn, MODIFIED, PRIVATE_MODIFIED);
  resize(process, -1);
  return true;
}

/** Writes a page that {@link trimPage} trimmed to the page file, so that it is standby. Returns false when it cannot. */
export function writePage(process: u64, address: u64): bool {
  const table = tableOf(process, address);
  if (table == 0) return false;
  const entry = entryOf(table, address);
  if (!isTransition(entry)) return false;
  const pfn = transitionFrame(entry);
  if (pageLocation(pfn) != MODIFIED) return false;
  const page = takeFilePage();
  if (page == 0) return false;
  writeFilePage(page, pfn);
  takeOffList(pfn, MODIFIED, PRIVATE_MODIFIED);
  setOriginalPte(pfn, pageFilePte(page, softwareProtection(entry)));
  putOnList(pfn, STANDBY, pagePriority(pfn));
  return true;
}

/** Gives the frame of a page that {@link writePage} wrote to others; its PTE then names the page file. */
export function repurposePage(process: u64, address: u64): bool {
  const table = tableOf(process, address);
  if (table == 0) return false;
  const entry = entryOf(table, address);
  if (!isTransition(entry)) return false;
  const pfn = transitionFrame(entry);
  if (pageLocation(pfn) != STANDBY) return false;
  setEntry(table, address, originalPte(pfn));
  takeOffList(pfn, STANDBY, pagePriority(pfn));
  freeFrame(pfn);
  return true;
}

/** Bits of a valid user PTE that grants a protection. */
function validBits(protection: u64): u64 {
  let bits = USER_DATA;
  if ((protection & 4) == 0) bits &= ~(WRITABLE | WRITE | DIRTY);
  if ((protection & 2) != 0) bits &= ~NO_EXECUTE;
  return bits;
}

/**
 * Brings a private user page of a process back: from the modified or standby list, from the page file, or as a page
 * of zeros when it was never touched. Returns false when the address has no such page.
 */
export function faultPage(process: u64, address: u64): bool {
  const table = tableOf(process, address);
  if (table == 0) return false;
  const entry = entryOf(table, address);
  if (entry == 0 || (entry & PRESENT) != 0) return false;
  let pfn: u32 = 0;
  if (isTransition(entry)) {
    pfn = transitionFrame(entry);
    const location = pageLocation(pfn);
    takeOffList(pfn, location, location == MODIFIED ? PRIVATE_MODIFIED : pagePriority(pfn));
    const page = filePageOf(originalPte(pfn));
    if (page != 0) freeFilePage(page);
  } else {
    const page = filePageOf(entry);
    if (page == 0 && entry != DEMAND_ZERO) return false;
    pfn = takeFrame(FOR_USER);
    if (page != 0) {
      readFilePage(page, pfn);
      freeFilePage(page);
      const set = at(at(process, EPROCESS.Vm), MMSUPPORT_FULL.Instance);
      addToField(set, MMSUPPORT_INSTANCE.HardFaultCount, 1);
    }
  }
  setEntry(table, address, entryFor(pfn, validBits(softwareProtection(entry))));
  activate(pfn, entryAddress(address, 1), table, DEFAULT_PRIORITY, DEMAND_ZERO, false);
  resize(process, 1);
  return true;
}
