// Requests that threads wait for, and resources that they own.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  ERESOURCE,
  ETHREAD,
  IO_STACK_LOCATION,
  IRP,
  KAPC,
  KAPC_STATE,
  KTHREAD,
  OWNER_ENTRY,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { isDevice } from './drivers';
import { expect, expectBetween, holderOf } from './expect';
import { nextOn } from './lists';
import { beginLockedPages, checkLockedCount, noteLocked } from './locked-pages';
import { value } from './memory';
import { isListedThread, nextProcess, nextThread } from './processes';
import { broken, disagree, visit } from './report';

const TYPE_IRP: u64 = 6; // IO_TYPE_IRP
const KERNEL_MODE: u64 = 0;
const THREAD_MASK: u64 = ~u64(3); // the low bits of an owner are flags

/** Checks the requests on every thread's list. To be called when the devices are known. */
export function checkIrps(): void {
  beginLockedPages();
  for (let process = nextProcess(0); process != 0; process = nextProcess(process)) {
    let locked: u64 = 0;
    for (let thread = nextThread(process, 0); thread != 0; thread = nextThread(process, thread))
      locked += checkThreadsIrps(thread);
    if (!broken()) checkLockedCount(process, locked);
  }
}

/** Returns how many pages of user mode its requests have locked. */
function checkThreadsIrps(thread: u64): u64 {
  const head = thread + offsetOf(ETHREAD.IrpList);
  const link = IRP.ThreadListEntry;
  let completed: u32 = 0;
  let locked: u64 = 0;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    const irp = holderOf(entry, link);
    checkIrp(irp, thread);
    if (!broken() && isCompleted(irp)) completed++;
    locked += noteLocked(irp, thread);
  }
  if (!broken()) checkCompletions(thread, completed);
  return locked;
}

function isCompleted(irp: u64): bool {
  return value(irp, IRP.CurrentLocation) > value(irp, IRP.StackCount);
}

/** As many of a thread's APCs are those of completed requests as there are such requests. */
function checkCompletions(thread: u64, completed: u64): void {
  const head = apcsOf(thread);
  const link = KAPC.ApcListEntry;
  let queued: u64 = 0;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link))
    if (value(holderOf(entry, link), KAPC.KernelRoutine) == addressOf(NT.IopCompleteRequest)) queued++;
  if (!broken() && queued != completed)
    disagree(Rule.CompletedRequestHasItsApc, thread, KTHREAD.ApcState, completed, queued);
}

/** Head of a thread's list of APCs of kernel mode. */
function apcsOf(thread: u64): u64 {
  return thread + offsetOf(KTHREAD.ApcState) + offsetOf(KAPC_STATE.ApcListHead);
}

/** Checks a request of a thread. */
export function checkIrp(irp: u64, thread: u64): void {
  const rule = Rule.RequestIsWhole;
  expect(rule, irp, IRP.Type, TYPE_IRP);
  const count = value(irp, IRP.StackCount);
  if (isCompleted(irp)) return checkCompleted(irp, count, thread);
  const size = u64(offsetOf(IO_STACK_LOCATION.SIZE));
  expect(rule, irp, IRP.Size, offsetOf(IRP.SIZE) + count * size);
  expect(Rule.RequestIsTheThreads, irp, IRP.Tail_Overlay_Thread, thread);
  if (!expectBetween(rule, irp, IRP.CurrentLocation, 1, count)) return;
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

/** A request that its driver has completed: all that is left is its own APC, which its thread is still to have. */
function checkCompleted(irp: u64, count: u64, thread: u64): void {
  const rule = Rule.CompletedRequestHasItsApc;
  expect(rule, irp, IRP.CurrentLocation, count + 2);
  expect(rule, irp, IRP.CancelRoutine, 0);
  const apc = irp + offsetOf(IRP.Tail_Apc);
  expect(rule, apc, KAPC.Inserted, 1);
  expect(rule, apc, KAPC.Thread, thread);
  expect(rule, apc, KAPC.ApcMode, KERNEL_MODE);
  expect(rule, apc, KAPC.KernelRoutine, addressOf(NT.IopCompleteRequest));
  const head = apcsOf(thread);
  const link = KAPC.ApcListEntry;
  let isQueued = false;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link))
    if (holderOf(entry, link) == apc) isQueued = true;
  if (!isQueued && !broken()) disagree(rule, irp, IRP.Tail_Apc, head, apc);
  visit(Visited.Requests);
  visit(Visited.CompletedRequests);
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
