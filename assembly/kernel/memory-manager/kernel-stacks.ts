// Kernel stacks that leave memory while their threads wait for long, and come back before they run. A page that leaves is
// in transition: first modified, then standby when it was written to the page file. Its frame stays until it is needed,
// so that a debugger still reads it.
import { KTHREAD, MMPFN } from '../../generated/types';
import { frameWord, writableFrame } from '../../memory/frames';
import { PAGE_SIZE } from '../../memory/arena';
import { MODIFIED, STANDBY } from '../../memory/ranges';
import { forget, getField, setField } from '../../memory/virtual';
import { putOnList, takeOffList } from '../../paging/frame-states';
import { PRIVATE_MODIFIED } from '../../paging/page-lists';
import {
  activate,
  originalPte,
  pageLocation,
  pagePriority,
  setOriginalPte,
  setPfnField,
} from '../../paging/pfn-database';
import { entryFor, frameOf, KERNEL_DATA } from '../../paging/pte';
import {
  DEMAND_ZERO,
  filePageOf,
  pageFilePte,
  READ_WRITE,
  transitionBits,
  transitionFrame,
} from '../../paging/software-pte';
import { entryAddress, indexAt, tableFor } from '../../paging/tables';
import { systemPml4 } from '../processes/process';
import { freeFilePage, takeFilePage, writeFilePage } from './paging-files';

const PRIORITY: u32 = 5;
let away: u64 = 0;

/** Pages of kernel stacks that are out of memory, and committed still. */
export function stackPagesAway(): u64 {
  return away;
}

/** Whether a thread's kernel stack is in memory. */
export function isStackResident(thread: u64): bool {
  return getField(thread, KTHREAD.KernelStackResident) != 0;
}

/** Takes a waiting thread's kernel stack out of memory; `isWritten` says that the page file has a copy already. */
export function outswapStack(thread: u64, isWritten: bool): void {
  setField(thread, KTHREAD.KernelStackResident, 0);
  const base = getField(thread, KTHREAD.StackBase);
  for (let page = getField(thread, KTHREAD.StackLimit); page < base; page += PAGE_SIZE) {
    const table = tableFor(systemPml4(), page, 1);
    const pfn = frameOf(frameWord(table, indexAt(page, 1)));
    setEntry(table, page, entryFor(pfn, transitionBits(READ_WRITE)));
    setPfnField(pfn, MMPFN.u3_ReferenceCount, 0);
    away++;
    const filePage = isWritten ? takeFilePage() : 0;
    if (filePage == 0) putOnList(pfn, MODIFIED, PRIVATE_MODIFIED);
    else {
      writeFilePage(filePage, pfn);
      setOriginalPte(pfn, pageFilePte(filePage, READ_WRITE));
      putOnList(pfn, STANDBY, pagePriority(pfn));
    }
  }
}

/** Brings a thread's kernel stack back. */
export function inswapStack(thread: u64): void {
  const base = getField(thread, KTHREAD.StackBase);
  for (let page = getField(thread, KTHREAD.StackLimit); page < base; page += PAGE_SIZE) {
    const table = tableFor(systemPml4(), page, 1);
    const pfn = transitionFrame(frameWord(table, indexAt(page, 1)));
    const location = pageLocation(pfn);
    takeOffList(pfn, location, location == MODIFIED ? PRIVATE_MODIFIED : pagePriority(pfn));
    const filePage = filePageOf(originalPte(pfn));
    if (filePage != 0) freeFilePage(filePage);
    setEntry(table, page, entryFor(pfn, KERNEL_DATA));
    away--;
    activate(pfn, entryAddress(page, 1), table, PRIORITY, DEMAND_ZERO, false);
  }
  setField(thread, KTHREAD.KernelStackResident, 1);
}

function setEntry(table: u32, address: u64, entry: u64): void {
  store<u64>(writableFrame(table) + indexAt(address, 1) * 8, entry);
  forget(address);
}
