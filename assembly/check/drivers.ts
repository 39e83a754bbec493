// Driver objects, their routines and devices, the stacks that the devices make, and the device tree.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  DEVICE_NODE,
  DEVICE_OBJECT,
  DEVOBJ_EXTENSION,
  DRIVER_EXTENSION,
  DRIVER_OBJECT,
  KDEVICE_QUEUE,
  KLDR_DATA_TABLE_ENTRY,
  VPB,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { AddressTable } from './address-table';
import { expect, follow } from './expect';
import { walkList } from './lists';
import { mapped, peek32, peek64, value } from './memory';
import { isInModule, isModuleEntry, isText } from './modules';
import { expectType } from './objects';
import { checkResourcesOf } from './resources';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from './report';

const TYPE_DEVICE: u64 = 3; // IO_TYPE_DEVICE
const TYPE_DRIVER: u64 = 4; // IO_TYPE_DRIVER
const TYPE_VPB: u64 = 10; // IO_TYPE_VPB
const MAJOR_FUNCTIONS: u32 = 28; // IRP_MJ_MAXIMUM_FUNCTION + 1
const DEEPEST: u64 = 64;
const MOST_SIBLINGS: u32 = 100000;

const devices = new AddressTable();
let deviceType: u64 = 0;
let nodes: u32 = 0;
let timed: u32 = 0;

/** Forgets the devices. */
export function beginDrivers(): void {
  devices.clear();
  timed = 0;
  deviceType = peek64(addressOf(NT.IoDeviceObjectType));
}

/** How many devices have a timer. */
export function countTimed(): u32 {
  return timed;
}

/** Whether a device was found on the chain of a driver. */
export function isDevice(address: u64): bool {
  return devices.has(address);
}

/** Room for devices, and the one at a place of it, 0 for none: for who looks at all of them. */
export function deviceSlots(): u32 {
  return devices.slots;
}

export function deviceAt(slot: u32): u64 {
  return devices.keyAt(slot);
}

/** Checks a driver object with all of its devices. */
export function checkDriver(driver: u64): void {
  expect(Rule.DriverIsADriver, driver, DRIVER_OBJECT.Type, TYPE_DRIVER);
  expect(Rule.DriverIsADriver, driver, DRIVER_OBJECT.Size, offsetOf(DRIVER_OBJECT.SIZE));
  const extension = follow(driver, DRIVER_OBJECT.DriverExtension);
  if (extension == 0) return;
  expect(Rule.DriverIsADriver, extension, DRIVER_EXTENSION.DriverObject, driver);
  if (!broken() && !isText(driver + offsetOf(DRIVER_OBJECT.DriverName)))
    disagree(Rule.NameIsText, driver, DRIVER_OBJECT.DriverName, 1, 0);
  const section = value(driver, DRIVER_OBJECT.DriverSection);
  if (section != 0) checkModuleOf(driver, section);
  const table = driver + offsetOf(DRIVER_OBJECT.MajorFunction);
  for (let major: u32 = 0; major < MAJOR_FUNCTIONS && !broken(); major++)
    expectCode(table + u64(major) * 8, DRIVER_OBJECT.MajorFunction);
  expectCodeOrNone(driver, DRIVER_OBJECT.DriverInit);
  expectCodeOrNone(driver, DRIVER_OBJECT.DriverUnload);
  expectCodeOrNone(driver, DRIVER_OBJECT.DriverStartIo);
  let device = value(driver, DRIVER_OBJECT.DeviceObject);
  let from = driver + offsetOf(DRIVER_OBJECT.DeviceObject);
  while (device != 0 && !broken()) {
    if (!mapped(device) || devices.has(device)) {
      disagreeAt(Rule.DeviceIsItsDrivers, DEVICE_OBJECT.NextDevice, from, 0, device);
      return;
    }
    checkDevice(device, driver);
    from = device + offsetOf(DEVICE_OBJECT.NextDevice);
    device = value(device, DEVICE_OBJECT.NextDevice);
  }
  visit(Visited.Drivers);
}

function checkModuleOf(driver: u64, section: u64): void {
  if (!isModuleEntry(section)) {
    disagree(Rule.DriverHasItsModule, driver, DRIVER_OBJECT.DriverSection, 0, section);
    return;
  }
  const base = value(section, KLDR_DATA_TABLE_ENTRY.DllBase);
  expect(Rule.DriverHasItsModule, driver, DRIVER_OBJECT.DriverStart, base);
  const size = value(section, KLDR_DATA_TABLE_ENTRY.SizeOfImage);
  expect(Rule.DriverHasItsModule, driver, DRIVER_OBJECT.DriverSize, size);
}

function expectCode(slot: u64, field: i32): void {
  const routine = peek64(slot);
  if (!broken() && !isInModule(routine)) disagreeAt(Rule.DriverRoutineIsCode, field, slot, 1, routine);
}

function expectCodeOrNone(driver: u64, field: i32): void {
  if (!broken() && value(driver, field) != 0) expectCode(driver + offsetOf(field), field);
}

function checkDevice(device: u64, driver: u64): void {
  devices.set(device, 1);
  if (!expectType(device, deviceType)) return;
  expect(Rule.DeviceIsItsDrivers, device, DEVICE_OBJECT.Type, TYPE_DEVICE);
  expect(Rule.DeviceIsItsDrivers, device, DEVICE_OBJECT.DriverObject, driver);
  const extension = follow(device, DEVICE_OBJECT.DeviceObjectExtension);
  if (extension == 0) return;
  expect(Rule.DeviceIsItsDrivers, extension, DEVOBJ_EXTENSION.DeviceObject, device);
  checkAbove(device);
  if (value(device, DEVICE_OBJECT.Timer) != 0) timed++;
  const below = value(extension, DEVOBJ_EXTENSION.AttachedTo);
  if (below != 0) expect(Rule.DeviceStackLinksBack, below, DEVICE_OBJECT.AttachedDevice, device);
  walkList(
    device + offsetOf(DEVICE_OBJECT.DeviceQueue) + offsetOf(KDEVICE_QUEUE.DeviceListHead),
    KDEVICE_QUEUE.DeviceListHead,
  );
  const block = value(device, DEVICE_OBJECT.Vpb);
  if (block != 0 && !broken()) checkVolumeBlock(block, device);
  visit(Visited.Devices);
}

function checkAbove(device: u64): void {
  const above = value(device, DEVICE_OBJECT.AttachedDevice);
  if (above == 0 || broken()) return;
  if (!mapped(above)) {
    disagree(Rule.DeviceStackLinksBack, device, DEVICE_OBJECT.AttachedDevice, 0, above);
    return;
  }
  const extension = follow(above, DEVICE_OBJECT.DeviceObjectExtension);
  if (extension == 0) return;
  expect(Rule.DeviceStackLinksBack, extension, DEVOBJ_EXTENSION.AttachedTo, device);
  const size = value(device, DEVICE_OBJECT.StackSize);
  const found = value(above, DEVICE_OBJECT.StackSize);
  if (found <= size) disagree(Rule.DeviceStackLinksBack, above, DEVICE_OBJECT.StackSize, size + 1, found);
}

function checkVolumeBlock(block: u64, device: u64): void {
  expect(Rule.VolumeBlockNamesDevice, block, VPB.Type, TYPE_VPB);
  expect(Rule.VolumeBlockNamesDevice, block, VPB.RealDevice, device);
  const mounted = value(block, VPB.DeviceObject);
  if (mounted != 0) expect(Rule.VolumeBlockNamesDevice, mounted, DEVICE_OBJECT.Type, TYPE_DEVICE);
}

/** Checks the device tree. To be called when the devices are known. */
export function checkDeviceTree(): void {
  nodes = 0;
  const root = peek64(addressOf(NT.IopRootDeviceNode));
  if (broken() || root == 0) return;
  checkNode(root, 0, 0);
  const count = peek32(addressOf(NT.IopNumberDeviceNodes));
  if (!broken() && count != nodes)
    disagreeAt(Rule.DeviceNodesAreCounted, NO_FIELD, addressOf(NT.IopNumberDeviceNodes), nodes, count);
}

function checkNode(node: u64, parent: u64, level: u64): void {
  expect(Rule.DeviceNodeIsInTree, node, DEVICE_NODE.Parent, parent);
  expect(Rule.DeviceNodeIsInTree, node, DEVICE_NODE.Level, level);
  if (broken()) return;
  nodes++;
  visit(Visited.DeviceNodes);
  checkPhysicalDevice(node);
  if (!broken()) checkResourcesOf(node);
  let last: u64 = 0;
  let child = value(node, DEVICE_NODE.Child);
  for (let i: u32 = 0; child != 0 && !broken(); i++) {
    if (level > DEEPEST || i > MOST_SIBLINGS || !mapped(child)) {
      disagree(Rule.DeviceNodeIsInTree, last == 0 ? node : last, DEVICE_NODE.Sibling, 0, child);
      return;
    }
    checkNode(child, node, level + 1);
    last = child;
    child = value(child, DEVICE_NODE.Sibling);
  }
  expect(Rule.DeviceNodeIsInTree, node, DEVICE_NODE.LastChild, last);
}

function checkPhysicalDevice(node: u64): void {
  const device = value(node, DEVICE_NODE.PhysicalDeviceObject);
  if (!devices.has(device)) {
    disagree(Rule.PhysicalDeviceHasItsNode, node, DEVICE_NODE.PhysicalDeviceObject, 1, device);
    return;
  }
  const extension = value(device, DEVICE_OBJECT.DeviceObjectExtension);
  expect(Rule.PhysicalDeviceHasItsNode, extension, DEVOBJ_EXTENSION.DeviceNode, node);
  if (!broken() && !isText(node + offsetOf(DEVICE_NODE.InstancePath)))
    disagree(Rule.NameIsText, node, DEVICE_NODE.InstancePath, 1, 0);
}
