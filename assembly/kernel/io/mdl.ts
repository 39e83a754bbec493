// Memory descriptor lists: which frames a buffer of a request lies in.
import { EPROCESS, MDL, MMPFN } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { addToField, attachedRoot, getField, read64, setField, write64 } from '../../memory/virtual';
import { pfnField, setPfnField } from '../../paging/pfn-database';
import { translate } from '../../paging/walk';
import { faultPage, privateFrame } from '../memory-manager/working-set';
import { allocatePool, freePool, NON_PAGED, tag } from '../pool/pool';

const SOURCE_IS_NONPAGED_POOL: u32 = 4; // MDL_SOURCE_IS_NONPAGED_POOL
const PAGES_LOCKED: u32 = 2; // MDL_PAGES_LOCKED
const IO_PAGE_READ: u32 = 0x40; // MDL_IO_PAGE_READ
const WRITE_OPERATION: u32 = 0x80; // MDL_WRITE_OPERATION
const FRAME_BYTES: u32 = 8;

/** An MDL for `bytes` bytes from an address on, whose frames are still to be told. */
function newMdl(buffer: u64, bytes: u32, flags: u32): u64 {
  const offset = u32(buffer & (u64(PAGE_SIZE) - 1));
  const pages = (offset + bytes + u32(PAGE_SIZE) - 1) / u32(PAGE_SIZE);
  const size = offsetOf(MDL.SIZE) + pages * FRAME_BYTES;
  const mdl = allocatePool(size, tag(0x4d, 0x64, 0x6c, 0x20), NON_PAGED, 0); // 'Mdl '
  setField(mdl, MDL.Size, size);
  setField(mdl, MDL.MdlFlags, flags);
  setField(mdl, MDL.StartVa, buffer - offset);
  setField(mdl, MDL.ByteCount, bytes);
  setField(mdl, MDL.ByteOffset, offset);
  return mdl;
}

/** Tells the frame of an MDL's page. */
export function setMdlFrame(mdl: u64, page: u32, pfn: u32): void {
  write64(mdl + offsetOf(MDL.SIZE) + u64(page) * FRAME_BYTES, pfn);
}

/** Describes pages that the memory manager moves itself and maps nowhere; whose they are, {@link setMdlFrame} says. */
export function createPagingMdl(address: u64, pages: u32, isWrite: bool): u64 {
  return newMdl(address, pages * u32(PAGE_SIZE), isWrite ? PAGES_LOCKED : PAGES_LOCKED | IO_PAGE_READ);
}

/** Describes a buffer of `bytes` bytes in nonpaged pool. Returns the MDL, whose frame numbers follow it. */
export function createMdl(buffer: u64, bytes: u32): u64 {
  const mdl = newMdl(buffer, bytes, SOURCE_IS_NONPAGED_POOL);
  setField(mdl, MDL.MappedSystemVa, buffer);
  const start = buffer & ~(u64(PAGE_SIZE) - 1);
  const pages = u32((buffer + bytes - 1 - start) / PAGE_SIZE) + 1;
  for (let page: u32 = 0; page < pages; page++)
    setMdlFrame(mdl, page, u32(translate(attachedRoot(), start + u64(page) * PAGE_SIZE) >> 12));
  return mdl;
}

/**
 * Describes a buffer of a process's user mode, for a driver to write to, and locks its pages: each has one reference more,
 * and stays where it is until {@link releaseMdl}. Returns 0 where a part of it is no private memory of the process.
 */
export function createUserMdl(process: u64, buffer: u64, bytes: u32): u64 {
  const start = buffer & ~(u64(PAGE_SIZE) - 1);
  for (let address = start; address < buffer + bytes; address += PAGE_SIZE)
    if (privateFrame(process, address) == 0 && !faultPage(process, address)) return 0;
  const mdl = newMdl(buffer, bytes, PAGES_LOCKED | WRITE_OPERATION);
  setField(mdl, MDL.Process, process);
  for (let page: u32 = 0; page < pagesOf(mdl); page++) {
    const pfn = privateFrame(process, start + u64(page) * PAGE_SIZE);
    setMdlFrame(mdl, page, pfn);
    addReferences(pfn, 1);
  }
  addToField(process, EPROCESS.NumberOfLockedPages, pagesOf(mdl));
  return mdl;
}

/** Whether an MDL describes a buffer of user mode. */
export function isOfUser(mdl: u64): bool {
  return mdl != 0 && getField(mdl, MDL.Process) != 0;
}

/** Frees an MDL; pages of user mode that it has locked are free to go. */
export function releaseMdl(mdl: u64): void {
  if (isOfUser(mdl)) {
    const count = pagesOf(mdl);
    for (let page: u32 = 0; page < count; page++)
      addReferences(u32(read64(mdl + offsetOf(MDL.SIZE) + u64(page) * FRAME_BYTES)), -1);
    addToField(getField(mdl, MDL.Process), EPROCESS.NumberOfLockedPages, -i64(count));
  }
  freePool(mdl);
}

function pagesOf(mdl: u64): u32 {
  return (u32(getField(mdl, MDL.Size)) - offsetOf(MDL.SIZE)) / FRAME_BYTES;
}

function addReferences(pfn: u32, count: i32): void {
  setPfnField(pfn, MMPFN.u3_ReferenceCount, pfnField(pfn, MMPFN.u3_ReferenceCount) + count);
}
