// The filter manager's own structures: a frame with its minifilters, the volumes it sits above, and an instance for
// each minifilter on each volume, with a callback node for each operation that it wants to see.
import {
  CALLBACK_CTRL,
  CALLBACK_NODE,
  FAST_MUTEX,
  FLTP_FRAME,
  FLT_FILTER,
  FLT_INSTANCE,
  FLT_MUTEX_LIST_HEAD,
  FLT_OBJECT,
  FLT_OPERATION_REGISTRATION,
  FLT_RESOURCE_LIST_HEAD,
  FLT_TYPE,
  FLT_VOLUME,
  GLOBALS,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import {
  addToField,
  at,
  getField,
  initialiseList,
  insertTail,
  setField,
  write64,
  writeBytes,
} from '../../memory/virtual';
import { exchangeBuffer, listed } from '../../host-buffer';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { EVENT_SYNCHRONIZATION, initialiseDispatcherObject } from '../scheduler/dispatcher';
import { initialiseResource } from '../scheduler/resources';
import { newUnicodeString, setUnicodeString } from '../strings';

const FRAME_SIGNATURE: u32 = 0xf103;
const NAME_TAG: u32 = 0x6e664d46; // 'FMfn'
const CACHE_LINE: u32 = 64;
const OPERATIONS: u32 = 50; // of CALLBACK_CTRL
const FIRST_MAJOR: u32 = 22; // place of IRP_MJ_CREATE among them: the internal operations come before
const LAST_OPERATION: u32 = 0x80; // IRP_MJ_OPERATION_END
const TYPE_INSTANCE: u32 = 0x1000000; // FLT_OBFL_TYPE_INSTANCE
const TYPE_FILTER: u32 = 0x2000000; // FLT_OBFL_TYPE_FILTER
const TYPE_VOLUME: u32 = 0x4000000; // FLT_OBFL_TYPE_VOLUME
const FILTERING_INITIATED: u32 = 2; // FLTFL_FILTERING_INITIATED
const VOLUME_FLAGS: u32 = 0x64; // set up, with name caching, filtered
const MUTEX_FREE: u32 = 1;
const POINTER: u64 = 8;
const ROUTINES: u32 = 5; // that a minifilter registers, listed before the operations it wants

let filterManager: u64 = 0;

/** FltGlobals of the filter manager; 0 as long as none is loaded. */
export function filterGlobals(): u64 {
  return filterManager;
}

let nextText: usize = 0; // where the next name of the exchange buffer lies

/** Lets {@link takeName} begin after `words` words of the exchange buffer. */
function beginNames(words: u32): void {
  nextText = exchangeBuffer() + usize(words) * usize(POINTER);
}

/** Makes the next `bytes` bytes of text the UNICODE_STRING at `target`. */
function takeName(target: u64, bytes: u32): void {
  newUnicodeString(target, nextText, bytes, NAME_TAG);
  nextText += bytes;
}

/** Allocates one of the structures that this file fills. */
function allocate(bytes: u32, poolTag: u32): u64 {
  return allocatePool(bytes, poolTag, NON_PAGED, 0);
}

/** Head of the callback nodes of an operation on a volume. */
function operationList(volume: u64, operation: u64): u64 {
  return at(volume, FLT_VOLUME.Callbacks) + offsetOf(CALLBACK_CTRL.OperationLists) + operation * 2 * POINTER;
}

function initialiseHead(head: u64): void {
  initialiseResource(at(head, FLT_RESOURCE_LIST_HEAD.rLock));
  initialiseList(at(head, FLT_RESOURCE_LIST_HEAD.rList));
}

function initialiseMutex(mutex: u64): void {
  setField(mutex, FAST_MUTEX.Count, MUTEX_FREE);
  initialiseDispatcherObject(at(mutex, FAST_MUTEX.Event), EVENT_SYNCHRONIZATION);
}

function initialiseMutexHead(head: u64): void {
  initialiseMutex(at(head, FLT_MUTEX_LIST_HEAD.mLock));
  initialiseList(at(head, FLT_MUTEX_LIST_HEAD.mList));
}

function insert(head: u64, entry: u64): void {
  insertTail(at(head, FLT_RESOURCE_LIST_HEAD.rList), entry);
  addToField(head, FLT_RESOURCE_LIST_HEAD.rCount, 1);
}

function fillObject(object: u64, flags: u32): void {
  setField(object, FLT_OBJECT.Flags, flags);
  setField(object, FLT_OBJECT.PointerCount, 1);
}

/**
 * Fills FltGlobals at `globals` and creates frame 0. The exchange buffer holds the registry path, then the lowest and
 * the highest altitude of the frame, in UTF-16. Returns the FLTP_FRAME.
 */
export function createFilterFrame(
  globals: u64,
  driver: u64,
  controlDevice: u64,
  messageDevice: u64,
  processors: u32,
  pathBytes: u32,
  lowBytes: u32,
  highBytes: u32,
): u64 {
  filterManager = globals;
  setField(globals, GLOBALS.NumProcessors, processors);
  setField(globals, GLOBALS.CacheLineSize, CACHE_LINE);
  setField(globals, GLOBALS.AlignedInstanceTrackingListSize, CACHE_LINE);
  setField(globals, GLOBALS.DriverObject, driver);
  setField(globals, GLOBALS.ControlDeviceObject, controlDevice);
  setField(globals, GLOBALS.MsgDeviceObject, messageDevice);
  initialiseHead(at(globals, GLOBALS.FrameList));
  initialiseMutex(at(globals, GLOBALS.Phase2InitLock));
  initialiseList(at(globals, GLOBALS.VerifiedFiltersList));
  const path = at(globals, GLOBALS.RegistryPathBuffer);
  beginNames(0);
  writeBytes(path, nextText, pathBytes);
  setUnicodeString(at(globals, GLOBALS.RegistryPath), path, pathBytes);
  nextText += pathBytes;

  const frame = allocate(offsetOf(FLTP_FRAME.SIZE), tag(0x46, 0x4d, 0x66, 0x72)); // 'FMfr'
  const type = at(frame, FLTP_FRAME.Type);
  setField(type, FLT_TYPE.Signature, FRAME_SIGNATURE);
  setField(type, FLT_TYPE.Size, offsetOf(FLTP_FRAME.SIZE));
  takeName(at(frame, FLTP_FRAME.AltitudeIntervalLow), lowBytes);
  takeName(at(frame, FLTP_FRAME.AltitudeIntervalHigh), highBytes);
  initialiseHead(at(frame, FLTP_FRAME.RegisteredFilters));
  initialiseHead(at(frame, FLTP_FRAME.AttachedVolumes));
  initialiseList(at(frame, FLTP_FRAME.MountingVolumes));
  initialiseMutexHead(at(frame, FLTP_FRAME.AttachedFileSystems));
  initialiseMutexHead(at(frame, FLTP_FRAME.ZombiedFltObjectContexts));
  initialiseResource(at(frame, FLTP_FRAME.FilterUnloadLock));
  initialiseMutex(at(frame, FLTP_FRAME.DeviceObjectAttachLock));
  insert(at(globals, GLOBALS.FrameList), at(frame, FLTP_FRAME.Links));
  return frame;
}

/**
 * Registers a minifilter, below those that came before it. The exchange buffer lists its unload, instance set-up and
 * query-teardown routines, its pre- and post-operation routine, and `majors` numbers of IRP_MJ_*, and holds after them
 * its name and altitude in UTF-16. Returns the FLT_FILTER.
 */
export function registerFilter(
  frame: u64,
  driver: u64,
  majors: u32,
  nameBytes: u32,
  altitudeBytes: u32,
): u64 {
  const filter = allocate(offsetOf(FLT_FILTER.SIZE), tag(0x46, 0x4d, 0x66, 0x6c)); // 'FMfl'
  fillObject(filter, TYPE_FILTER);
  setField(filter, FLT_FILTER.Frame, frame);
  setField(filter, FLT_FILTER.DriverObject, driver);
  setField(filter, FLT_FILTER.Flags, FILTERING_INITIATED);
  beginNames(ROUTINES + majors);
  takeName(at(filter, FLT_FILTER.Name), nameBytes);
  takeName(at(filter, FLT_FILTER.DefaultAltitude), altitudeBytes);
  setField(filter, FLT_FILTER.FilterUnload, listed(0));
  setField(filter, FLT_FILTER.InstanceSetup, listed(1));
  setField(filter, FLT_FILTER.InstanceQueryTeardown, listed(2));
  initialiseHead(at(filter, FLT_FILTER.InstanceList));
  initialiseList(at(filter, FLT_FILTER.VerifiedFiltersLink));
  initialiseMutexHead(at(filter, FLT_FILTER.ActiveOpens));
  initialiseMutexHead(at(filter, FLT_FILTER.ConnectionList));
  initialiseMutexHead(at(filter, FLT_FILTER.PortList));
  setField(filter, FLT_FILTER.Operations, registrations(majors));
  insert(at(frame, FLTP_FRAME.RegisteredFilters), at(filter, FLT_OBJECT.PrimaryLink));
  return filter;
}

/** What a minifilter passed to FltRegisterFilter: an entry for each operation and one that ends them. */
function registrations(majors: u32): u64 {
  const size = u64(offsetOf(FLT_OPERATION_REGISTRATION.SIZE));
  const table = allocate(u32(size) * (majors + 1), tag(0x46, 0x4d, 0x6f, 0x70)); // 'FMop'
  for (let i: u32 = 0; i < majors; i++) {
    const entry = table + u64(i) * size;
    setField(entry, FLT_OPERATION_REGISTRATION.MajorFunction, listed(ROUTINES + i));
    setField(entry, FLT_OPERATION_REGISTRATION.PreOperation, listed(3));
    setField(entry, FLT_OPERATION_REGISTRATION.PostOperation, listed(4));
  }
  setField(table + u64(majors) * size, FLT_OPERATION_REGISTRATION.MajorFunction, LAST_OPERATION);
  return table;
}

/**
 * Lets the filter manager's device `device` watch a volume; `disk` is the volume's own device, 0 where there is none.
 * The exchange buffer holds the volume's name, the name of the file system's control device and of its driver.
 */
export function attachFilterVolume(
  frame: u64,
  device: u64,
  disk: u64,
  fileSystem: u32,
  nameBytes: u32,
  controlBytes: u32,
  driverBytes: u32,
): u64 {
  const volume = allocate(offsetOf(FLT_VOLUME.SIZE), tag(0x46, 0x4d, 0x76, 0x6f)); // 'FMvo'
  fillObject(volume, TYPE_VOLUME);
  setField(volume, FLT_VOLUME.Flags, VOLUME_FLAGS);
  setField(volume, FLT_VOLUME.FileSystemType, fileSystem);
  setField(volume, FLT_VOLUME.DeviceObject, device);
  setField(volume, FLT_VOLUME.DiskDeviceObject, disk);
  setField(volume, FLT_VOLUME.FrameZeroVolume, volume);
  setField(volume, FLT_VOLUME.Frame, frame);
  beginNames(0);
  takeName(at(volume, FLT_VOLUME.DeviceName), nameBytes);
  takeName(at(volume, FLT_VOLUME.CDODeviceName), controlBytes);
  takeName(at(volume, FLT_VOLUME.CDODriverName), driverBytes);
  initialiseHead(at(volume, FLT_VOLUME.InstanceList));
  initialiseHead(at(volume, FLT_VOLUME.StreamListCtrls));
  initialiseHead(at(volume, FLT_VOLUME.FileListCtrls));
  initialiseResource(at(volume, FLT_VOLUME.MountNotifyLock));
  for (let i: u32 = 0; i < OPERATIONS; i++) initialiseList(operationList(volume, i));
  insert(at(frame, FLTP_FRAME.AttachedVolumes), at(volume, FLT_OBJECT.PrimaryLink));
  return volume;
}

/**
 * Attaches a minifilter to a volume, below those that came before it. The exchange buffer holds the instance's name
 * and altitude. Returns the FLT_INSTANCE.
 */
export function attachFilterInstance(filter: u64, volume: u64, nameBytes: u32, altitudeBytes: u32): u64 {
  const instance = allocate(offsetOf(FLT_INSTANCE.SIZE), tag(0x46, 0x4d, 0x69, 0x73)); // 'FMis'
  fillObject(instance, TYPE_INSTANCE);
  setField(instance, FLT_INSTANCE.Volume, volume);
  setField(instance, FLT_INSTANCE.Filter, filter);
  beginNames(0);
  takeName(at(instance, FLT_INSTANCE.Name), nameBytes);
  takeName(at(instance, FLT_INSTANCE.Altitude), altitudeBytes);
  insert(at(filter, FLT_FILTER.InstanceList), at(instance, FLT_INSTANCE.FilterLink));
  insert(at(volume, FLT_VOLUME.InstanceList), at(instance, FLT_OBJECT.PrimaryLink));
  const size = u64(offsetOf(FLT_OPERATION_REGISTRATION.SIZE));
  let entry = getField(filter, FLT_FILTER.Operations);
  while (u32(getField(entry, FLT_OPERATION_REGISTRATION.MajorFunction)) != LAST_OPERATION) {
    const place = u64(getField(entry, FLT_OPERATION_REGISTRATION.MajorFunction)) + FIRST_MAJOR;
    const node = allocate(offsetOf(CALLBACK_NODE.SIZE), tag(0x46, 0x4d, 0x63, 0x62)); // 'FMcb'
    setField(node, CALLBACK_NODE.Instance, instance);
    setField(node, CALLBACK_NODE.PreOperation, getField(entry, FLT_OPERATION_REGISTRATION.PreOperation));
    setField(node, CALLBACK_NODE.PostOperation, getField(entry, FLT_OPERATION_REGISTRATION.PostOperation));
    insertTail(operationList(volume, place), at(node, CALLBACK_NODE.CallbackLinks));
    write64(at(instance, FLT_INSTANCE.CallbackNodes) + place * POINTER, node);
    entry += size;
  }
  return instance;
}
