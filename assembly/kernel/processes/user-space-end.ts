// The end of user mode's half of a process: every page goes back to where it came from, then the page tables and the
// descriptors.
import { EPROCESS, KPROCESS, MMPFN, MMSUPPORT_FULL, MMSUPPORT_INSTANCE } from '../../generated/types';
import { copyFrame, writableFrame } from '../../memory/frames';
import { at, attach, attachedRoot, flush, getField, setField } from '../../memory/virtual';
import { freeFrame } from '../../paging/frame-states';
import { pfnField, shareCount, unshare } from '../../paging/pfn-database';
import { frameOf, PRESENT } from '../../paging/pte';
import { filePageOf, isTransition, transitionFrame } from '../../paging/software-pte';
import { PML4_LEVEL } from '../../paging/tables';
import { freeFilePage } from '../memory-manager/paging-files';
import { freePool } from '../pool/pool';
import { freeListed, releasePage } from '../sections/section-end';
import { deleteVads } from '../sections/vad';
import { systemPml4 } from './process';
import { PAGE_FILE_QUOTA, returnQuota } from './quota-block';

const ENTRIES: u32 = 512;
const entries: usize = memory.data(4096 * 5, 16); // a copy of the table of each level: it may be a rendered one

/** Gives back all that user mode's half of a process consists of; only its top page table is left. */
export function deleteUserSpace(process: u64): void {
  const root = u32(getField(process, KPROCESS.DirectoryTableBase) >> 12);
  if (root == systemPml4()) return;
  clearTable(root, PML4_LEVEL, ENTRIES / 2);
  const top = writableFrame(root);
  memory.fill(top, 0, (ENTRIES / 2) * 8);
  flush();
  if (attachedRoot() == root) attach(systemPml4());
  deleteVads(process);
  const wow64 = getField(process, EPROCESS.WoW64Process);
  if (wow64 != 0) freePool(wow64);
  setField(process, EPROCESS.WoW64Process, 0);
  forgetCharges(process);
}

function clearTable(table: u32, level: i32, count: u32): void {
  const copy = entries + usize(level) * 4096;
  copyFrame(table, copy);
  for (let i: u32 = 0; i < count; i++) {
    const entry = load<u64>(copy + usize(i) * 8);
    if (entry == 0) continue;
    if (level == 1) clearPage(entry);
    else if (entry & PRESENT) {
      clearTable(frameOf(entry), level - 1, ENTRIES);
      freeFrame(frameOf(entry));
    }
  }
}

function clearPage(entry: u64): void {
  if (entry & PRESENT) {
    const pfn = frameOf(entry);
    if (pfnField(pfn, MMPFN.u4_PrototypePte) != 0) releasePage(pfn);
    else if (shareCount(pfn) > 1)
      unshare(pfn); // KUSER_SHARED_DATA
    else freeFrame(pfn);
  } else if (isTransition(entry)) freeListed(transitionFrame(entry));
  else if (filePageOf(entry) != 0) freeFilePage(filePageOf(entry));
}

/** Nothing is left to be charged for; what was the most at a time stays. */
function forgetCharges(process: u64): void {
  const set = at(at(process, EPROCESS.Vm), MMSUPPORT_FULL.Instance);
  setField(set, MMSUPPORT_INSTANCE.WorkingSetSize, 0);
  setField(set, MMSUPPORT_INSTANCE.WorkingSetLeafSize, 0);
  setField(set, MMSUPPORT_INSTANCE.WorkingSetLeafPrivateSize, 0);
  setField(set, MMSUPPORT_INSTANCE.WorkingSetPrivateSize, 0);
  setField(process, EPROCESS.NumberOfPrivatePages, 0);
  returnQuota(process, PAGE_FILE_QUOTA, getField(process, EPROCESS.CommitCharge));
  setField(process, EPROCESS.CommitCharge, 0);
  setField(process, EPROCESS.VirtualSize, 0);
}
