// Pages of user mode that requests have locked: their MDLs against the page tables, the PFN database and the process's count.
import { Rule, Visited } from '../generated/rules';
import { EPROCESS, IRP, KPROCESS, KTHREAD, MDL } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { AddressTable } from './address-table';
import { expect } from './expect';
import { mapped, peek64, physicalOf, readUserSpaceOf, systemRoot, value } from './memory';
import { broken, disagree, visit } from './report';

const FRAME_BYTES: u64 = 8;
const MOST_PAGES: u64 = 0x1000;

const locks = new AddressTable(); // by frame number + 1

/** Forgets what was locked. */
export function beginLockedPages(): void {
  locks.clear();
}

/** How many MDLs of user mode's buffers hold a frame. */
export function locksOf(pfn: u32): u64 {
  return locks.get(u64(pfn) + 1);
}

/** Notes what a thread's request has locked; returns how many pages. */
export function noteLocked(irp: u64, thread: u64): u64 {
  const rule = Rule.LockedPagesAreCounted;
  const mdl = value(irp, IRP.MdlAddress);
  if (broken() || mdl == 0) return 0;
  if (!mapped(mdl)) {
    disagree(rule, irp, IRP.MdlAddress, 0, mdl);
    return 0;
  }
  const process = value(mdl, MDL.Process);
  if (process == 0) return 0; // a buffer of the kernel's
  if (!expect(rule, mdl, MDL.Process, value(thread, KTHREAD.Process))) return 0;
  const start = value(mdl, MDL.StartVa);
  const bytes = value(mdl, MDL.ByteOffset) + value(mdl, MDL.ByteCount);
  const pages = (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
  if (!expect(rule, mdl, MDL.Size, offsetOf(MDL.SIZE) + pages * FRAME_BYTES) || pages > MOST_PAGES) return 0;
  expect(rule, irp, IRP.UserBuffer, start + value(mdl, MDL.ByteOffset));
  readUserSpaceOf(u32(value(process, KPROCESS.DirectoryTableBase) >> 12));
  for (let i: u64 = 0; i < pages && !broken(); i++) {
    const pfn = physicalOf(start + i * PAGE_SIZE) >> 12;
    const found = peek64(mdl + offsetOf(MDL.SIZE) + i * FRAME_BYTES);
    if (found != pfn) disagree(rule, mdl, MDL.StartVa, pfn, found);
    locks.set(found + 1, locks.get(found + 1) + 1);
  }
  readUserSpaceOf(systemRoot());
  visit(Visited.LockedPages, u32(pages));
  return pages;
}

/** A process counts the pages that requests of its threads have locked. */
export function checkLockedCount(process: u64, pages: u64): void {
  expect(Rule.LockedPagesAreCounted, process, EPROCESS.NumberOfLockedPages, pages);
}
