// I/O request packets that drivers hold: the packet, its stack of locations, and the lists it is on.
//
//   IRP | location 1 (lowest driver) | … | location StackCount (topmost driver)
//
// A request goes down from the last location; CurrentLocation is the one of the driver that holds it.
import {
  DEVICE_OBJECT,
  DRIVER_EXTENSION_HEAD,
  ETHREAD,
  IO_STACK_LOCATION,
  IRP,
  KTHREAD,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import {
  at,
  getField,
  initialiseList,
  insertTail,
  setField,
  write64,
  writeBytes,
} from '../../memory/virtual';
import { listed } from '../../host-buffer';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { createMdl, createUserMdl } from './mdl';

const TYPE_IRP: u32 = 6; // IO_TYPE_IRP
const IRP_TAG: u32 = 0x20707249; // 'Irp '
const ALLOCATED_FIXED_SIZE: u32 = 4; // IRP_ALLOCATED_FIXED_SIZE
const PENDING_RETURNED: u32 = 1; // SL_PENDING_RETURNED
const INVOKE_ALWAYS: u32 = 0xe0; // SL_INVOKE_ON_CANCEL, ON_SUCCESS, ON_ERROR
const PARAMETERS: i32 = 4; // 8-byte words of a location's parameters

/** Places in the list that the host passes. */
const THREAD: i32 = 0;
const FILE: i32 = 1;
const FLAGS: i32 = 2;
const MODE: i32 = 3;
const CANCEL: i32 = 4;
const USER_EVENT: i32 = 5;
const USER_IOSB: i32 = 6;
const USER_BUFFER: i32 = 7;
const SYSTEM_BUFFER: i32 = 8;
const MDL: i32 = 9;
const STACK_COUNT: i32 = 10;
const LISTS: i32 = 11; // which lists it goes on, by the bits below
const MAJOR: i32 = 12;
const MINOR: i32 = 13;
const APC_ROUTINE: i32 = 14;
const APC_CONTEXT: i32 = 15;
const FIRST_PARAMETER: i32 = 16;
const FIRST_HOP: i32 = FIRST_PARAMETER + PARAMETERS;
const HOP_WORDS: i32 = 5;
const OFFSET_PARAMETER: i32 = 2; // where reads and writes have the place in the file or on the device

const ON_DEVICE: u64 = 1; // what the holder's device has pending
const ON_THREAD: u64 = 2; // what its thread has asked for

let issued: u32 = 0;

/**
 * Creates a request that is pending, from the list in the exchange buffer: what the constants above name, then for
 * each driver that it went through, from the top down, its device, the completion routine and context that the driver
 * above set, the file that it was told of, and its third parameter: each has its own idea of where something lies.
 */
export function createIrp(hops: i32): u64 {
  const locationBytes = offsetOf(IO_STACK_LOCATION.SIZE);
  const stackCount = u32(listed(STACK_COUNT));
  assert(u32(hops) <= stackCount, 'a request went through more drivers than it has room for');
  const bytes = offsetOf(IRP.SIZE) + stackCount * locationBytes;
  const irp = allocatePool(bytes, IRP_TAG, NON_PAGED, 0);
  const current = stackCount - u32(hops) + 1;
  setField(irp, IRP.Type, TYPE_IRP);
  setField(irp, IRP.Size, bytes);
  setField(irp, IRP.StackCount, stackCount);
  setField(irp, IRP.CurrentLocation, current);
  setField(irp, IRP.AllocationFlags, ALLOCATED_FIXED_SIZE);
  setField(irp, IRP.Flags, listed(FLAGS));
  setField(irp, IRP.RequestorMode, listed(MODE));
  setField(irp, IRP.MdlAddress, listed(MDL));
  setField(irp, IRP.AssociatedIrp_SystemBuffer, listed(SYSTEM_BUFFER));
  setField(irp, IRP.UserIosb, listed(USER_IOSB));
  setField(irp, IRP.UserEvent, listed(USER_EVENT));
  setField(irp, IRP.UserBuffer, listed(USER_BUFFER));
  setField(irp, IRP.Overlay_AsynchronousParameters_UserApcRoutine, listed(APC_ROUTINE));
  setField(irp, IRP.Overlay_AsynchronousParameters_UserApcContext, listed(APC_CONTEXT));
  setField(irp, IRP.CancelRoutine, listed(CANCEL));
  setField(irp, IRP.Tail_Overlay_Thread, listed(THREAD));
  setField(irp, IRP.Tail_Overlay_OriginalFileObject, listed(FILE));
  for (let hop = 0; hop < hops; hop++) fillLocation(irp, hop, stackCount - u32(hop), hop + 1 == hops);
  setField(irp, IRP.Tail_Overlay_CurrentStackLocation, locationOf(irp, current));
  link(irp, listed(FIRST_HOP + (hops - 1) * HOP_WORDS));
  return irp;
}

/** Address of a request's location, counted from 1. */
export function locationOf(irp: u64, number: u32): u64 {
  return irp + offsetOf(IRP.SIZE) + u64(number - 1) * offsetOf(IO_STACK_LOCATION.SIZE);
}

function fillLocation(irp: u64, hop: i32, number: u32, holds: bool): void {
  const location = locationOf(irp, number);
  const row = FIRST_HOP + hop * HOP_WORDS;
  const completion = listed(row + 1);
  setField(location, IO_STACK_LOCATION.MajorFunction, listed(MAJOR));
  setField(location, IO_STACK_LOCATION.MinorFunction, listed(MINOR));
  const control = (completion != 0 ? INVOKE_ALWAYS : 0) | (holds ? PENDING_RETURNED : 0);
  setField(location, IO_STACK_LOCATION.Control, control);
  const parameters = at(location, IO_STACK_LOCATION.Parameters_Others_Argument1);
  for (let i = 0; i < PARAMETERS; i++)
    write64(parameters + u64(i) * 8, listed(i == OFFSET_PARAMETER ? row + 4 : FIRST_PARAMETER + i));
  setField(location, IO_STACK_LOCATION.DeviceObject, listed(row));
  setField(location, IO_STACK_LOCATION.FileObject, listed(row + 3));
  setField(location, IO_STACK_LOCATION.CompletionRoutine, completion);
  setField(location, IO_STACK_LOCATION.Context, listed(row + 2));
}

/** Puts a request on the lists that the host chose. */
function link(irp: u64, holder: u64): void {
  issued++;
  if (listed(LISTS) & ON_THREAD) linkToThread(irp, listed(THREAD));
  else initialiseList(at(irp, IRP.ThreadListEntry));
  if (listed(LISTS) & ON_DEVICE) linkToDevice(irp, holder);
}

function linkToThread(irp: u64, thread: u64): void {
  insertTail(at(thread, ETHREAD.IrpList), at(irp, IRP.ThreadListEntry));
}

function linkToDevice(irp: u64, holder: u64): void {
  const extension = getField(holder, DEVICE_OBJECT.DeviceExtension);
  if (extension != 0)
    insertTail(at(extension, DRIVER_EXTENSION_HEAD.PendingRequests), at(irp, IRP.Tail_Overlay_ListEntry));
}

/** How many requests there have been: the place in their order of the one that was made last. */
export function countIssued(): u32 {
  return issued;
}

/**
 * Makes a thread's request anew as it was when it was first made: `content` are the `bytes` bytes that it had then,
 * `bufferBytes` how many its buffer has, which `isOfUser` says is one of user mode that is locked meanwhile.
 */
export function issueAgain(content: usize, bytes: u32, bufferBytes: u32, isOfUser: bool): u64 {
  issued++;
  const irp = allocatePool(bytes, IRP_TAG, NON_PAGED, 0);
  writeBytes(irp, content, bytes);
  const hadMdl = getField(irp, IRP.MdlAddress) != 0;
  const buffer = bufferBytes == 0 || isOfUser ? 0 : createSystemBuffer(bufferBytes);
  const thread = getField(irp, IRP.Tail_Overlay_Thread);
  let mdl: u64 = 0;
  if (isOfUser)
    mdl = createUserMdl(getField(thread, KTHREAD.Process), getField(irp, IRP.UserBuffer), bufferBytes);
  else if (hadMdl) mdl = createMdl(buffer, bufferBytes);
  setField(irp, IRP.MdlAddress, mdl);
  setField(irp, IRP.AssociatedIrp_SystemBuffer, hadMdl ? 0 : buffer);
  const current = locationOf(irp, u32(getField(irp, IRP.CurrentLocation)));
  setField(irp, IRP.Tail_Overlay_CurrentStackLocation, current);
  write64(at(irp, IRP.Tail_Overlay_ListEntry), 0);
  linkToThread(irp, thread);
  linkToDevice(irp, getField(current, IO_STACK_LOCATION.DeviceObject));
  return irp;
}

/** A zeroed buffer in nonpaged pool that a request's data goes through. */
export function createSystemBuffer(bytes: u32): u64 {
  return allocatePool(bytes, tag(0x49, 0x6f, 0x53, 0x42), NON_PAGED, 0); // 'IoSB'
}
