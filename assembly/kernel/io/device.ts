// Device objects: created by a driver, chained from it, stacked one above the other.
import {
  DEVICE_OBJECT,
  DEVOBJ_EXTENSION,
  DRIVER_EXTENSION_HEAD,
  DRIVER_OBJECT,
  KDEVICE_QUEUE,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addToField, at, getField, initialiseList, setField } from '../../memory/virtual';
import { initialiseDispatcherObject } from '../scheduler/dispatcher';
import { createIoObject } from './io-object';

const TYPE_DEVICE: u32 = 3; // IO_TYPE_DEVICE
const TYPE_DEVICE_OBJECT_EXTENSION: u32 = 13; // IO_TYPE_DEVICE_OBJECT_EXTENSION
const DEVICE_QUEUE_OBJECT: u32 = 20; // _KOBJECTS.DeviceQueueObject
const EVENT_SYNCHRONIZATION: u32 = 1;
const DEVICE_TAG: u32 = 0x69766544; // 'Devi'
const ALIGNMENT: u32 = 16;

/**
 * Creates a device object of `driver`, with its device extension and its DEVOBJ_EXTENSION in the same block, as
 * nt!IoCreateDevice lays them out. `name` is UTF-16 text in host memory, the last part of the device's name;
 * `nameBytes` is 0 for a device without one.
 */
export function createDevice(
  typeIndex: u32,
  directory: u64,
  name: usize,
  nameBytes: u32,
  driver: u64,
  deviceType: u32,
  characteristics: u32,
  flags: u32,
  extensionBytes: u32,
): u64 {
  const objectBytes = offsetOf(DEVICE_OBJECT.SIZE);
  const size = objectBytes + extensionBytes;
  const start = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  const bytes = start + offsetOf(DEVOBJ_EXTENSION.SIZE);
  const device = createIoObject(directory, name, nameBytes, typeIndex, bytes, DEVICE_TAG);
  const extension = device + start;
  setField(device, DEVICE_OBJECT.Type, TYPE_DEVICE);
  setField(device, DEVICE_OBJECT.Size, size);
  setField(device, DEVICE_OBJECT.DriverObject, driver);
  setField(device, DEVICE_OBJECT.DeviceType, deviceType);
  setField(device, DEVICE_OBJECT.Characteristics, characteristics);
  setField(device, DEVICE_OBJECT.Flags, flags);
  setField(device, DEVICE_OBJECT.StackSize, 1);
  setField(device, DEVICE_OBJECT.DeviceExtension, extensionBytes != 0 ? device + objectBytes : 0);
  setField(device, DEVICE_OBJECT.DeviceObjectExtension, extension);
  setField(extension, DEVOBJ_EXTENSION.Type, TYPE_DEVICE_OBJECT_EXTENSION);
  setField(extension, DEVOBJ_EXTENSION.DeviceObject, device);
  initialiseDispatcherObject(at(device, DEVICE_OBJECT.DeviceLock), EVENT_SYNCHRONIZATION);
  initialiseQueue(at(device, DEVICE_OBJECT.DeviceQueue));
  if (extensionBytes != 0) initialiseList(at(device + objectBytes, DRIVER_EXTENSION_HEAD.PendingRequests));
  setField(device, DEVICE_OBJECT.NextDevice, getField(driver, DRIVER_OBJECT.DeviceObject));
  setField(driver, DRIVER_OBJECT.DeviceObject, device);
  return device;
}

function initialiseQueue(queue: u64): void {
  setField(queue, KDEVICE_QUEUE.Type, DEVICE_QUEUE_OBJECT);
  setField(queue, KDEVICE_QUEUE.Size, offsetOf(KDEVICE_QUEUE.SIZE));
  initialiseList(at(queue, KDEVICE_QUEUE.DeviceListHead));
}

/** Attaches `device` on top of `below`, as nt!IoAttachDeviceToDeviceStack does. */
export function attachDevice(device: u64, below: u64): void {
  setField(below, DEVICE_OBJECT.AttachedDevice, device);
  setField(getField(device, DEVICE_OBJECT.DeviceObjectExtension), DEVOBJ_EXTENSION.AttachedTo, below);
  setField(device, DEVICE_OBJECT.StackSize, getField(below, DEVICE_OBJECT.StackSize) + 1);
  setField(device, DEVICE_OBJECT.AlignmentRequirement, getField(below, DEVICE_OBJECT.AlignmentRequirement));
  setField(device, DEVICE_OBJECT.SectorSize, getField(below, DEVICE_OBJECT.SectorSize));
}

/** Counts an open file on a device. */
export function referenceDevice(device: u64): void {
  addToField(device, DEVICE_OBJECT.ReferenceCount, 1);
}

/** Lets requests to `device` have room for the drivers of the stack that it sends them on to. */
export function passRequestsTo(device: u64, below: u64): void {
  setField(device, DEVICE_OBJECT.StackSize, getField(below, DEVICE_OBJECT.StackSize) + 1);
}

/** Number of locations that a request to a device needs. */
export function stackSizeOf(device: u64): u32 {
  return u32(getField(device, DEVICE_OBJECT.StackSize));
}

/** Says how large a device's sectors are and how buffers for it must be aligned (a mask). */
export function setTransferRules(device: u64, sectorBytes: u32, alignment: u32): void {
  setField(device, DEVICE_OBJECT.SectorSize, sectorBytes);
  setField(device, DEVICE_OBJECT.AlignmentRequirement, alignment);
}

/** A device's extension, which is its driver's own; 0 where there is none. */
export function deviceExtension(device: u64): u64 {
  return getField(device, DEVICE_OBJECT.DeviceExtension);
}
