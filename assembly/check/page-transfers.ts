// Requests that move pages, against the frames that are on their way: each describes such frames, and all are described.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  DEVICE_OBJECT,
  DISPATCHER_HEADER,
  DRIVER_EXTENSION_HEAD,
  IRP,
  MDL,
  MMPFN,
  MMPFNENTRY1,
} from '../generated/types';
import { get, offsetOf } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { addressOf } from '../kernel/symbols';
import { AddressTable } from './address-table';
import { deviceAt, deviceSlots } from './drivers';
import { expect, holderOf } from './expect';
import { frameLimit } from './frame-table';
import { checkIrp } from './irps';
import { nextOn } from './lists';
import { mapped, peek64, value } from './memory';
import { isOnItsWay, pfnAddress, pfnEntry } from './pfn-entries';
import { isListedThread } from './processes';
import { broken, disagree, disagreeAt, NO_FIELD, visited } from './report';

const PAGING_IO: u64 = 2; // IRP_PAGING_IO
const FRAME_BYTES: u64 = 8;
const MOST_PAGES: u64 = 0x10000;

const described = new AddressTable();
let count: u32 = 0;

/** Checks the paging requests that drivers hold. To be called when all frames were looked at. */
export function checkPageTransfers(): void {
  described.clear();
  count = 0;
  for (let slot: u32 = 0; slot < deviceSlots() && !broken(); slot++) {
    const device = deviceAt(slot);
    if (device == 0) continue;
    const extension = value(device, DEVICE_OBJECT.DeviceExtension);
    if (extension == 0 || !mapped(extension)) continue;
    const head = extension + offsetOf(DRIVER_EXTENSION_HEAD.PendingRequests);
    if (!isHead(head)) continue;
    const link = IRP.Tail_Overlay_ListEntry;
    for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
      const irp = holderOf(entry, link);
      if ((value(irp, IRP.Flags) & PAGING_IO) != 0) checkTransfer(irp);
    }
  }
  const found = visited(Visited.PagesOnTheirWay);
  if (!broken() && found != count)
    disagreeAt(Rule.TransferIsARequest, NO_FIELD, addressOf(NT.MmPfnDatabase), count, found);
}

/** Whether a device's extension begins with a list: drivers with sources keep something else there. */
function isHead(head: u64): bool {
  const next = mapped(head) ? peek64(head) : 0;
  return mapped(next) && mapped(next + 8) && peek64(next + 8) == head;
}

function checkTransfer(irp: u64): void {
  const rule = Rule.TransferIsARequest;
  const thread = value(irp, IRP.Tail_Overlay_Thread);
  if (!isListedThread(thread)) {
    disagree(rule, irp, IRP.Tail_Overlay_Thread, 1, thread);
    return;
  }
  checkIrp(irp, thread);
  const mdl = value(irp, IRP.MdlAddress);
  if (broken() || !mapped(mdl)) {
    disagree(rule, irp, IRP.MdlAddress, 1, mdl);
    return;
  }
  const pages = value(mdl, MDL.ByteCount) / PAGE_SIZE;
  if (!expect(rule, mdl, MDL.Size, offsetOf(MDL.SIZE) + pages * FRAME_BYTES) || pages > MOST_PAGES) return;
  expect(rule, irp, IRP.UserBuffer, value(mdl, MDL.StartVa) + value(mdl, MDL.ByteOffset));
  const event = value(irp, IRP.UserEvent);
  if (event != 0) expect(rule, event, DISPATCHER_HEADER.SignalState, 0);
  for (let i: u64 = 0; i < pages && !broken(); i++) {
    const pfn = peek64(mdl + offsetOf(MDL.SIZE) + i * FRAME_BYTES);
    const entry = pfn < frameLimit() ? pfnEntry(u32(pfn)) : 0;
    if (entry == 0 || !isOnItsWay(entry) || described.has(pfn + 1)) {
      disagree(rule, mdl, MDL.ByteCount, i, pfn);
      return;
    }
    const isRead = get(entry + offsetOf(MMPFN.u3_e1), MMPFNENTRY1.ReadInProgress) != 0;
    const told = get(entry, MMPFN.u1_Next);
    if (isRead != (event != 0) || (isRead && told != event))
      disagree(rule, pfnAddress(u32(pfn)), MMPFN.u1_Next, event, told);
    described.set(pfn + 1, 1);
    count++;
  }
}
