// Pages that are on their way: read in for somebody who has touched them, or written out. Their frames are on no list and
// mapped by nobody; prototype PTEs in transition name them, and the MDL of a request describes them to the disk's driver.
import { CONTROL_AREA, DISPATCHER_HEADER, MMPTE_PROTOTYPE, PAGE_TRANSFER } from '../../generated/types';
import { offsetOf, put } from '../../layout/fields';
import { at, attachedRoot, forget, getField, read64, setField, write64 } from '../../memory/virtual';
import { storeInvalid } from '../../paging/map';
import { setInTransfer } from '../../paging/pfn-database';
import { entryFor, frameOf } from '../../paging/pte';
import { READ_WRITE, transitionBits } from '../../paging/software-pte';
import { createPagingMdl, setMdlFrame } from '../io/mdl';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { EVENT_NOTIFICATION, initialiseHeader } from '../scheduler/dispatcher';
import { fileOfArea, prototypeOf } from '../sections/control-area';
import { cachedAddress } from './system-cache';

const scratch: usize = memory.data(8, 8);

/** What is kept of a transfer while it lasts. It begins with the event that who needs the page waits for. */
export function createTransfer(): u64 {
  const transfer = allocatePool(offsetOf(PAGE_TRANSFER.SIZE), tag(0x4d, 0x6d, 0x49, 0x6e), NON_PAGED, 0); // 'MmIn'
  initialiseHeader(
    at(transfer, PAGE_TRANSFER.Event),
    EVENT_NOTIFICATION,
    offsetOf(DISPATCHER_HEADER.SIZE),
    0,
  );
  return transfer;
}

/** The status block that a transfer's request is to fill. */
export function transferStatus(transfer: u64): u64 {
  return at(transfer, PAGE_TRANSFER.IoStatus);
}

/** File object of a control area. */
export function fileOfTransfer(area: u64): u64 {
  return fileOfArea(area);
}

/** Where the system cache maps a page of a section's file. */
export function addressOfCached(area: u64, page: u32): u64 {
  return cachedAddress(fileOfArea(area), page);
}

/** An entry that leads to a prototype PTE: what a view has of a page that is not in memory. */
function linkTo(prototype: u64): u64 {
  store<u64>(scratch, 0);
  put(scratch, MMPTE_PROTOTYPE.Prototype, 1);
  put(scratch, MMPTE_PROTOTYPE.ProtoAddress, prototype);
  return load<u64>(scratch);
}

/**
 * Lets `pages` pages of a cached file from page `first` on, all in views, be on their way in or, with `isWrite`, out.
 * Returns the MDL that describes their frames.
 */
export function beginTransfer(transfer: u64, area: u64, first: u32, pages: u32, isWrite: bool): u64 {
  const mdl = createPagingMdl(addressOfCached(area, first), pages, isWrite);
  setField(transfer, PAGE_TRANSFER.Mdl, mdl);
  const event = at(transfer, PAGE_TRANSFER.Event);
  for (let i: u32 = 0; i < pages; i++) {
    const address = addressOfCached(area, first + i);
    const prototype = prototypeOf(area, first + i);
    const pfn = frameOf(read64(prototype));
    storeInvalid(attachedRoot(), address, linkTo(prototype));
    forget(address);
    write64(prototype, entryFor(pfn, transitionBits(READ_WRITE)));
    setInTransfer(pfn, event, isWrite);
    setMdlFrame(mdl, i, pfn);
  }
  assert(getField(area, CONTROL_AREA.NumberOfPfnReferences) >= pages, 'pages that the section does not have');
  return mdl;
}
