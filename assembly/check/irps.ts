// Requests that threads wait for, and resources that they own.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import { ERESOURCE, ETHREAD, IO_STACK_LOCATION, IRP, OWNER_ENTRY } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { isDevice } from './drivers';
import { expect, expectBetween, holderOf } from './expect';
import { nextOn } from './lists';
import { value } from './memory';
import { isListedThread, nextProcess, nextThread } from './processes';
import { broken, disagree, visit } from './report';

const TYPE_IRP: u64 = 6; // IO_TYPE_IRP
const THREAD_MASK: u64 = ~u64(3); // the low bits of an owner are flags

/** Checks the requests on every thread's list. To be called when the devices are known. */
export function checkIrps(): void {
  for (let process = nextProcess(0); process != 0; process = nextProcess(process))
    for (let thread = nextThread(process, 0); thread != 0; thread = nextThread(process, thread))
      checkThreadsIrps(thread);
}

function checkThreadsIrps(thread: u64): void {
  const head = thread + offsetOf(ETHREAD.IrpList);
  const link = IRP.ThreadListEntry;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link))
    checkIrp(holderOf(entry, link), thread);
}

function checkIrp(irp: u64, thread: u64): void {
  const rule = Rule.RequestIsWhole;
  expect(rule, irp, IRP.Type, TYPE_IRP);
  const count = value(irp, IRP.StackCount);
  const size = u64(offsetOf(IO_STACK_LOCATION.SIZE));
  expect(rule, irp, IRP.Size, offsetOf(IRP.SIZE) + count * size);
  expect(Rule.RequestIsTheThreads, irp, IRP.Tail_Overlay_Thread, thread);
  if (!expectBetween(rule, irp, IRP.CurrentLocation, 1, count + 1)) return;
  const current = value(irp, IRP.CurrentLocation);
  const first = irp + offsetOf(IRP.SIZE);
  if (!expect(rule, irp, IRP.Tail_Overlay_CurrentStackLocation, first + (current - 1) * size)) return;
  // From the driver that has it up to the one that was asked.
  for (let i = current; i <= count && !broken(); i++) {
    const location = first + (i - 1) * size;
    const device = value(location, IO_STACK_LOCATION.DeviceObject);
    if (!broken() && !isDevice(device))
      disagree(Rule.RequestIsAtADevice, location, IO_STACK_LOCATION.DeviceObject, 1, device);
  }
  visit(Visited.Requests);
}

/** Checks the list of all resources, and that those which are owned are owned by threads. */
export function checkResources(): void {
  const head = addressOf(NT.ExpSystemResourcesList);
  const link = ERESOURCE.SystemResourcesList;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    const resource = holderOf(entry, link);
    const owner = resource + offsetOf(ERESOURCE.OwnerEntry);
    const thread = value(owner, OWNER_ENTRY.OwnerThread) & THREAD_MASK;
    if (value(resource, ERESOURCE.ActiveEntries) != 0 && thread != 0 && !isListedThread(thread))
      disagree(Rule.ResourceIsOwnedByAThread, owner, OWNER_ENTRY.OwnerThread, 0, thread);
    visit(Visited.Resources);
  }
}
