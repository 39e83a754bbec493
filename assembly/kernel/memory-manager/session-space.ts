// Session space: the slot of the kernel's half in which every session has page tables of its own. Processes of a
// session have them in their PML4; System and who belongs to no session have nothing there. What images of session
// space may only read is the same frames in all sessions; what they may write is a session's own.
//
//   MM_SESSION_SPACE.PageTables[0] ─▶ table of the slot ─▶ … ─▶ frames of code, shared; the first session's PTEs own them
//        copied into the PML4s of                          └──▶ frames of data, each session's own
//        the session's processes
import { KPROCESS, MM_SESSION_SPACE, MMPTE, MMSUPPORT_FULL, MMSUPPORT_INSTANCE } from '../../generated/types';
import { Region, regionBase, regionEnd } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { copyFrame, frameWord, writableFrame } from '../../memory/frames';
import { FOR_KERNEL, takeFrame } from '../../memory/ranges';
import { at, attachedRoot, flush, getField, seeSession, setField } from '../../memory/virtual';
import { mapPage, mapShared } from '../../paging/map';
import { activate } from '../../paging/pfn-database';
import { entryFor, frameOf, KERNEL_TABLE, PRESENT, WRITABLE } from '../../paging/pte';
import { indexAt, PML4_LEVEL } from '../../paging/tables';
import { translate } from '../../paging/walk';

const TABLE_PRIORITY: u32 = 5;

const ENTRIES: u32 = 512;

let firstTable: u32 = 0; // of the session that images were loaded for
let tables: u64 = 0;
let pages: u64 = 0;
let own: u64 = 0; // pages that no other session has

/** Table of session space of the first session. */
export function firstSessionTable(): u32 {
  return firstTable;
}

/** Index of session space's entry in a PML4. */
export function sessionSlot(): u32 {
  return indexAt(regionBase(<i32>Region.Session), PML4_LEVEL);
}

/**
 * Ends the start of drivers, which loaded images of session space in the context of the first session to be: System
 * sees nothing there any more.
 */
export function detachSession(): void {
  const entry = writableFrame(attachedRoot()) + sessionSlot() * 8;
  firstTable = frameOf(load<u64>(entry));
  store<u64>(entry, 0);
  seeSession(firstTable, regionBase(<i32>Region.Session));
}

/** Makes the page tables of the session at `space`, whose first process is entering it. */
export function createSessionTables(space: u64, process: u64, isFirst: bool): void {
  const top = isFirst ? firstTable : takeFrame(FOR_KERNEL);
  const owner = at(space, MM_SESSION_SPACE.PageTables);
  setField(owner, MMPTE.u_Long, entryFor(top, KERNEL_TABLE));
  activate(top, owner, u32(translate(attachedRoot(), owner) >> 12), TABLE_PRIORITY, 0, false);
  enterSessionSpace(space, process);
  if (!isFirst) mapImages(rootOf(process));
  countPages(space, top);
}

/** Writes how many page tables and pages the session has, which do not change any more. */
function countPages(space: u64, top: u32): void {
  tables = 0;
  pages = 0;
  own = 0;
  countBelow(top, PML4_LEVEL - 1);
  setField(space, MM_SESSION_SPACE.NonPagablePages, tables);
  setField(space, MM_SESSION_SPACE.CommittedPages, tables + own);
  const set = at(at(space, MM_SESSION_SPACE.Vm), MMSUPPORT_FULL.Instance);
  setField(set, MMSUPPORT_INSTANCE.WorkingSetSize, pages);
  setField(set, MMSUPPORT_INSTANCE.PeakWorkingSetSize, pages);
  setField(set, MMSUPPORT_INSTANCE.WorkingSetLeafSize, pages);
  setField(set, MMSUPPORT_INSTANCE.WorkingSetPrivateSize, own);
  setField(set, MMSUPPORT_INSTANCE.WorkingSetLeafPrivateSize, own);
}

function countBelow(table: u32, level: i32): void {
  tables++;
  for (let index: u32 = 0; index < ENTRIES; index++) {
    const entry = frameWord(table, index);
    if ((entry & PRESENT) == 0) continue;
    if (level > 1) countBelow(frameOf(entry), level - 1);
    else {
      pages++;
      if (entry & WRITABLE) own++;
    }
  }
}

function rootOf(process: u64): u32 {
  return u32(getField(process, KPROCESS.DirectoryTableBase) >> 12);
}

/** Maps what the first session has: nothing has been written there since the images were loaded. */
function mapImages(root: u32): void {
  const end = regionEnd(<i32>Region.Session);
  for (let address = regionBase(<i32>Region.Session); address < end; address += PAGE_SIZE) {
    const entry = firstEntry(address);
    if ((entry & PRESENT) == 0) continue;
    const bits = entry & ~(u64(frameOf(entry)) << 12);
    if ((entry & WRITABLE) == 0) {
      mapShared(root, address, frameOf(entry), bits);
      continue;
    }
    const copy = takeFrame(FOR_KERNEL);
    copyFrame(frameOf(entry), writableFrame(copy));
    mapPage(root, address, copy, bits);
  }
}

/** The first session's PTE for an address; 0 where it has no page table. */
function firstEntry(address: u64): u64 {
  let table = firstTable;
  for (let level = PML4_LEVEL - 1; level > 1; level--) {
    const entry = frameWord(table, indexAt(address, level));
    if ((entry & PRESENT) == 0) return 0;
    table = frameOf(entry);
  }
  return frameWord(table, indexAt(address, 1));
}

/** A process sees the session space at `space` from now on. */
export function enterSessionSpace(space: u64, process: u64): void {
  writeSlot(process, getField(at(space, MM_SESSION_SPACE.PageTables), MMPTE.u_Long));
}

/** A process sees no session space any more. */
export function leaveSessionSpace(process: u64): void {
  writeSlot(process, 0);
}

function writeSlot(process: u64, entry: u64): void {
  const root = rootOf(process);
  store<u64>(writableFrame(root) + sessionSlot() * 8, entry);
  if (root == attachedRoot()) flush();
}
