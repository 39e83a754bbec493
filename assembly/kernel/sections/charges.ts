// What a process is charged for its memory. Counted while its address space is built, written down at its end: the
// fields are many and the pages more.
import { EPROCESS, MMSUPPORT_FULL, MMSUPPORT_INSTANCE } from '../../generated/types';
import { addToField, at, getField, setField } from '../../memory/virtual';
import { chargeQuota, NON_PAGED_POOL_QUOTA, PAGE_FILE_QUOTA } from '../processes/quota-block';

let virtualBytes: u64 = 0;
let committed: u64 = 0;
let privatePages: u64 = 0;
let sharedPages: u64 = 0;
let descriptorBytes: u64 = 0;

/** Addresses reserved. */
export function chargeVirtual(bytes: u64): void {
  virtualBytes += bytes;
}

/** Bytes of nonpaged pool that describe what is reserved. */
export function chargeDescriptor(bytes: u32): void {
  descriptorBytes += bytes;
}

/** Pages that count against the commit limit. */
export function chargeCommit(pages: u32): void {
  committed += pages;
}

/** Pages in the working set: the process's own, and those that it maps of sections. */
export function chargeWorkingSet(own: u32, shared: u32): void {
  privatePages += own;
  sharedPages += shared;
}

/** Adds what was charged since the last call to a process's counters. */
export function writeCharges(process: u64): void {
  const workingSet = at(at(process, EPROCESS.Vm), MMSUPPORT_FULL.Instance);
  const pages = privatePages + sharedPages;
  addToField(workingSet, MMSUPPORT_INSTANCE.WorkingSetSize, pages);
  addToField(workingSet, MMSUPPORT_INSTANCE.WorkingSetLeafSize, pages);
  addToField(workingSet, MMSUPPORT_INSTANCE.WorkingSetLeafPrivateSize, privatePages);
  addToField(workingSet, MMSUPPORT_INSTANCE.WorkingSetPrivateSize, privatePages);
  addToField(workingSet, MMSUPPORT_INSTANCE.PageFaultCount, pages);
  raise(
    workingSet,
    MMSUPPORT_INSTANCE.PeakWorkingSetSize,
    getField(workingSet, MMSUPPORT_INSTANCE.WorkingSetSize),
  );
  addToField(process, EPROCESS.NumberOfPrivatePages, privatePages);
  addToField(process, EPROCESS.CommitCharge, committed);
  raise(process, EPROCESS.CommitChargePeak, getField(process, EPROCESS.CommitCharge));
  addToField(process, EPROCESS.VirtualSize, virtualBytes);
  raise(process, EPROCESS.PeakVirtualSize, getField(process, EPROCESS.VirtualSize));
  chargeQuota(process, NON_PAGED_POOL_QUOTA, descriptorBytes);
  chargeQuota(process, PAGE_FILE_QUOTA, committed);
  descriptorBytes = 0;
  virtualBytes = 0;
  committed = 0;
  privatePages = 0;
  sharedPages = 0;
}

function raise(structure: u64, field: i32, value: u64): void {
  if (getField(structure, field) < value) setField(structure, field, value);
}
